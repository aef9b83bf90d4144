import { EXIT, type ExitCode } from '../../core/exit-code.ts';

export const GROUP_NAMES = [
  'files',
  'ownership',
  'vault',
  'database',
  'key',
  'registration',
  'network',
  'glpi-container',
  'set-up',
] as const;

export type Group = (typeof GROUP_NAMES)[number];

interface GroupDescription {
  readonly title: string;
  /** What `doctor` ends with where this group holds the most serious trouble. */
  readonly exitCode: ExitCode;
}

/** In the order of the output. The exit codes are those that the gate has for the same matter. */
export const GROUPS: Readonly<Record<Group, GroupDescription>> = {
  files: { title: 'The guarded files and where they lie', exitCode: EXIT.choose },
  ownership: { title: 'Owner and mode', exitCode: EXIT.access },
  vault: { title: 'The vault', exitCode: EXIT.vault },
  database: { title: 'The database and the secrets in it', exitCode: EXIT.databaseUnreachable },
  key: { title: 'The security key', exitCode: EXIT.lost },
  registration: { title: 'The registration key', exitCode: EXIT.registration },
  network: { title: 'The way to GLPI Network, and the clock', exitCode: EXIT.network },
  'glpi-container': { title: "GLPI's container", exitCode: EXIT.choose },
  'set-up': { title: "Keykeeper's own set-up", exitCode: EXIT.choose },
};
