import { readFile } from 'node:fs/promises';
import { OFFICIAL } from '../config/presets.ts';
import type { Settings } from '../config/settings.ts';
import type { Environment } from '../config/source.ts';
import type { RegistrationRequest } from '../glpi/network/ask-registration.ts';
import type { NetworkCause } from '../glpi/network/cause.ts';
import { chooseProxy } from '../glpi/network/choose-proxy.ts';
import { networkConstants } from '../glpi/network/glpi-constants.ts';
import { registrationEndpoint } from '../glpi/network/registration-endpoint.ts';
import type { CheckFacts } from './check-facts.ts';

export type Question =
  | { readonly kind: 'question'; readonly request: RegistrationRequest }
  | { readonly kind: 'refused'; readonly cause: NetworkCause };

export interface QuestionParts {
  readonly settings: Pick<Settings, 'registrationUrl' | 'caFile' | 'preset'>;
  /** This container's, which the image's variables are expected in as well. */
  readonly environment: Environment;
  readonly facts: CheckFacts;
  readonly localDefine: string | null;
}

/** Whom this GLPI asks about its key, by what way, and as what. Nothing is sent, and no name is looked up. */
export async function prepareQuestion(parts: QuestionParts): Promise<Question> {
  const { settings, environment, facts, localDefine } = parts;
  const { version, language, key } = facts;
  const where = { setting: settings.registrationUrl, environment, localDefine };
  const choice = registrationEndpoint(version, where);
  if (choice.kind === 'refused') return choice;
  const { endpoint } = choice;
  const { hostname, protocol } = new URL(endpoint.infoUrl);
  const proxy = chooseProxy(facts.proxy, environment, hostname, version, protocol === 'http:');
  const caFile = settings.caFile === null ? null : await readAuthorities(settings.caFile);
  const installationMode = installationModeOf(parts);
  return {
    kind: 'question',
    request: { endpoint, proxy, caFile, key, uid: facts.uid ?? '', version, language, installationMode },
  };
}

/** The official image says `DOCKER` in its environment; without a word GLPI says `TARBALL` (based_config.php, 9.5 to 11.0). */
function installationModeOf({ settings, environment, localDefine }: QuestionParts): string {
  const named = networkConstants(environment, localDefine).values.get('GLPI_INSTALL_MODE');
  return named?.value ?? (settings.preset.name === OFFICIAL ? 'DOCKER' : 'TARBALL');
}

/** A file that cannot be read holds no certificate, which the question's own diagnosis tells. */
async function readAuthorities(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
