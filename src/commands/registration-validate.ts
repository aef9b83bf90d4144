import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import { exitCodeOf, type NetworkCause } from '../glpi/network/cause.ts';
import { NETWORK } from '../keeper/network-port.ts';
import { openKeeper } from '../keeper/open-keeper.ts';
import { receiptBookOf } from '../keeper/receipt-book.ts';
import { type Validation, validateRegistration } from '../keeper/validate-registration.ts';
import type { ResultDocument } from '../report/document.ts';
import type { Command, CommandContext } from './command.ts';
import { printValidation } from './print-validation.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { resultOf } from './result-of.ts';
import { validationDetails } from './validation-details.ts';

/** `keykeeper registration validate`: ask GLPI Network about the registration key now. */
export const registrationValidate: Command = {
  name: 'registration validate',
  summary: 'ask GLPI Network now whether the registration key is valid',
  description:
    'Asks once, with exactly the question that GLPI asks, through the proxy that GLPI takes, and says which it is: the key, ' +
    'the subscription, or the way there (name, firewall, proxy, TLS, a portal or filter, the clock). The row in the ' +
    'database is only read. The answer is kept in the vault, where a running watch finds it.\n\n' +
    'Exit codes: 0 valid · 11 asking is switched off · 12 the database does not answer · 20 the key is missing or refused, or the subscription is over ' +
    '· 21 something is in the way, the key may be fine.',
  examples: [
    { line: 'keykeeper registration validate', purpose: 'after GLPI said "Unable to fetch registration information."' },
    { line: 'keykeeper registration validate --dry-run', purpose: 'where it would ask, through which proxy, as what' },
  ],
  options: [{ flags: '--dry-run', description: 'show what would be asked; nothing leaves, not even for a name' }],
  run,
  print: printValidation,
};

async function run({ settings, signal, environment, options }: CommandContext): Promise<ResultDocument> {
  requireConfigDirectory(settings);
  const dryRun = options.dryRun === true;
  if (settings.registrationValidate === 'off' && !dryRun) {
    throw new Failure('refused', 'KEYKEEPER_REGISTRATION_VALIDATE is off, so nothing is sent to GLPI Network', {
      target: 'KEYKEEPER_REGISTRATION_VALIDATE',
      try: 'KEYKEEPER_REGISTRATION_VALIDATE=on for this command',
    });
  }
  await using opened = await openKeeper(settings, 'ask', !dryRun, environment);
  const result = await opened.keeper.reconcile(signal, { until: 'plan' });
  const book = receiptBookOf(opened.openVault);
  const validation = await validateRegistration({
    settings,
    environment,
    book,
    network: NETWORK,
    result,
    dryRun,
    signal,
  });
  const document = resultOf(result, { command: 'registration validate', exitCode: exitCodeFor(validation) });
  return {
    ...document,
    ...(dryRun ? { dryRun } : {}),
    findings: [...findingsFor(validation), ...document.findings],
    details: validationDetails(validation),
  };
}

function exitCodeFor(validation: Validation): ExitCode {
  switch (validation.kind) {
    case 'asked':
      return validation.answer.kind === 'valid' ? EXIT.done : exitCodeOf(validation.answer.cause.code);
    case 'shown':
      return EXIT.done;
    case 'refused':
      return exitCodeOf(validation.cause.code);
    case 'no-key':
    case 'no-uid':
      return EXIT.registration;
    case 'database-silent':
      return EXIT.databaseUnreachable;
  }
}

function findingsFor(validation: Validation): Finding[] {
  switch (validation.kind) {
    case 'asked': {
      const { answer, key, findings } = validation;
      return answer.kind === 'valid' ? [...findings] : [causeFinding(answer.cause, key), ...findings];
    }
    case 'refused':
      return [causeFinding(validation.cause, validation.key)];
    case 'no-key':
      return [
        {
          code: 'registration-key-absent',
          severity: 'error',
          target: 'glpi_configs core/glpinetwork_registration_key',
          message: 'GLPI has no registration key that its security key opens, so there is nothing to ask about',
          try: 'keykeeper status says how the security key stands; enter the key in Setup > General > GLPI Network',
        },
      ];
    case 'no-uid':
      return [
        {
          code: 'registration-uid-missing',
          severity: 'error',
          target: 'glpi_configs core/glpi_network_uuid',
          message: 'GLPI has not made the uid yet that it sends with every question to GLPI Network',
          try: 'open Setup > General > GLPI Network once: GLPI makes it then',
        },
      ];
    case 'shown':
    case 'database-silent':
      return [];
  }
}

function causeFinding({ code, message, try: hint }: NetworkCause, key: string): Finding {
  return { code: `registration-${code}`, severity: 'error', target: `registration key ${key}`, message, try: hint };
}
