import { Output } from '../../../src/commands/output.ts';
import { registrationValidate } from '../../../src/commands/registration-validate.ts';
import type { ValidationDetails } from '../../../src/commands/validation-details.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { type ResultDocument, resultSchema } from '../../../src/report/document.ts';
import { createLogger } from '../../../src/report/logger.ts';
import { PLAIN } from '../../../src/report/style.ts';
import { FakeStream } from '../../unit/report/fake-stream.ts';
import type { CliEnvironment } from '../cli/run-cli.ts';

export interface Told {
  readonly document: ResultDocument;
  readonly details: ValidationDetails;
  readonly printed: string;
}

/** Runs `registration validate` in this process. */
export async function validate(environment: CliEnvironment, options: Record<string, true> = {}): Promise<Told> {
  const loaded = await loadSettings({ flags: {}, environment, configFile: null });
  const { settings } = loaded;
  const document = await registrationValidate.run({
    settings,
    loaded,
    options,
    json: false,
    environment,
    logger: createLogger(settings, new FakeStream()),
    signal: new AbortController().signal,
    progress: () => ({ [Symbol.dispose]: () => undefined }),
    readSecret: async () => '',
    confirm: async () => 'nobody',
    style: PLAIN,
    stdout: new Output(() => process.stdout),
    print: () => undefined,
  });
  if (document === null) throw new Error('expected a document');
  const printed = registrationValidate.print?.(document, PLAIN) ?? '';
  return {
    document: resultSchema.parse(document),
    details: document.details?.registration as ValidationDetails,
    printed,
  };
}
