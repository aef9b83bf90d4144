import type { Secret } from '../../core/secret.ts';
import { majorOf } from './glpi-version.ts';

export interface RequestFacts {
  /** As in `glpi_configs`: `10.0.17`, `11.0.0-dev`; a hash behind `@` is ignored. */
  readonly version: string;
  /** `GLPI_INSTALL_MODE`: `TARBALL`, `DOCKER`, `GIT`, … */
  readonly installationMode: string;
  /** A GLPI language (`fr_FR`) or the first part of one. */
  readonly language: string;
  /** `glpi_network_uuid` of `glpi_configs`; empty where GLPI has not made one yet: nothing is then sent for it. */
  readonly uid: string;
}

/**
 * The headers of GLPI's own question about a key, name and value as GLPI writes them
 * (GLPINetwork::getRegistrationInformations of 9.5, 10.0 and 11.0; the versions differ in the user agent alone).
 */
export function registrationHeaders(facts: RequestFacts, key: Secret<string>): Record<string, string> {
  return {
    Accept: 'application/json',
    'Accept-Language': shortLanguage(facts.language),
    'Content-Type': 'application/json',
    'User-Agent': networkUserAgent(facts),
    'X-Registration-Key': key.reveal(),
    // curl sends no header that has nothing behind its colon.
    ...(facts.uid === '' ? {} : { 'X-Glpi-Network-Uid': facts.uid }),
  };
}

/** The headers of GLPI's keyless question whether anybody is there, and of its `CONNECT` (Toolbox::callCurl). */
export function keylessHeaders(version: string): Record<string, string> {
  return { 'User-Agent': `GLPI/${withoutHash(version)}`, Accept: '*/*' };
}

/**
 * GLPINetwork::getGlpiUserAgent. From 10.0 on a version is written in three numbers, without its stability flag
 * (VersionParser::getNormalizedVersion); 9.5 takes it as it is, and only the flag off.
 */
function networkUserAgent({ version, installationMode }: RequestFacts): string {
  return `GLPI/${normalized(withoutHash(version))} (installation-mode:${installationMode})`;
}

function normalized(version: string): string {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:\.\d+)?(?:-(?:dev|alpha\d*|beta\d*|rc\d*))?$/.exec(version);
  if (match === null || majorOf(version) < 10) return version.replace(/-(?:dev|alpha\d*|beta\d*|rc\d*)$/, '');
  return `${match[1]}.${match[2]}.${match[3] ?? 0}`;
}

function withoutHash(version: string): string {
  return version.replace(/@.*$/s, '').trim();
}

/** `fr_FR` becomes `fr`, as in GLPINetwork. */
function shortLanguage(language: string): string {
  return language.replace(/^([a-z]+)_.+$/, '$1');
}
