import type { Finding, Severity } from './finding.ts';
import type { Observation } from './observation.ts';
import { planRegistration, type RegistrationPlan } from './plan-registration.ts';
import { wasApplied } from './registration.ts';
import type { Judgement } from './verdict.ts';

const TARGET = 'glpi_configs core glpinetwork_registration_key';

/** What a person is told of the row of the registration key. None of it stands in the gate's way. */
export function registrationFindings(observation: Observation, judgement: Judgement): Finding[] {
  const plan = planRegistration(observation, judgement);
  // Of a lost instance all is dead, and one finding says so.
  if (judgement.verdict === 'lost') return [];
  const found: Finding[] = [];
  const add = (code: string, severity: Severity, message: string, hint: string) =>
    found.push({ code, severity, target: TARGET, message, try: hint });
  if (plan.kind === 'cleared') {
    add(
      'registration-cleared',
      'info',
      'the registration key was emptied on purpose, so it is not put back',
      'keykeeper history shows which generation still holds it; keykeeper registration set writes one again',
    );
  }
  if (plan.kind === 'held-back') add('registration-held-back', 'warning', heldBack(plan.why), heldBackTry(plan.why));
  const { database, wish, records } = observation;
  if (database.kind !== 'answers') return found;
  const row = database.registrationRow;
  if (row.kind === 'closed' && plan.kind === 'nothing') {
    add(
      'registration-unreadable',
      'warning',
      'no known security key opens the registration key, and nothing says that it is the one the vault holds',
      'enter it again in Setup > General > GLPI Network, or keykeeper registration set',
    );
  }
  if (row.kind === 'other') {
    add(
      'registration-no-key',
      'warning',
      'what the row holds opens, and is no registration key',
      'copy the whole key from the subscription page of GLPI Network into Setup > General > GLPI Network',
    );
  }
  if (wish?.kind !== 'setting') return found;
  if (wish.cleaned) {
    add(
      'registration-key-cleaned',
      'info',
      'line breaks, spaces or quotes that pasting had added were taken off the key of the settings',
      '',
    );
  }
  if (wasApplied(records.registrationWrites, wish.fingerprint) && database.registration !== wish.fingerprint) {
    add(
      'registration-wish-past',
      'info',
      `the key of the settings (${wish.fingerprint}) had its turn, and GLPI has had another since: that one stays`,
      'keykeeper registration set writes it again; or take it out of the settings',
    );
  }
  return found;
}

type HeldBack = Extract<RegistrationPlan, { kind: 'held-back' }>['why'];

function heldBack(why: HeldBack): string {
  switch (why) {
    case 'installing':
      return 'the registration key is to be written, but an installation or update of GLPI is on its way';
    case 'verdict':
      return 'the registration key is to be written, but the security key does not fit the database';
    case 'identity-missing':
      return 'the registration key is to be written, but it is encrypted in the vault and no configured identity opens it';
  }
}

function heldBackTry(why: HeldBack): string {
  switch (why) {
    case 'installing':
      return 'nothing: it is written once that is done; if it broke off, bin/console database:install or database:update';
    case 'verdict':
      return 'mend what the other findings say; then it is written by itself';
    case 'identity-missing':
      return 'set KEYKEEPER_AGE_IDENTITY_FILE to the file with the AGE-SECRET-KEY';
  }
}
