import type { Command } from './command.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the command's module, which alone loads what it needs. */
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of `keykeeper --help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'config',
    summary: 'show the effective settings and where each comes from',
    load: async () => (await import('./config.ts')).config,
  },
  {
    name: 'healthcheck',
    summary: 'ask a running watch whether the key is safe',
    load: async () => (await import('./healthcheck.ts')).healthcheck,
  },
];

export function commandNamed(name: string | undefined): CommandEntry | undefined {
  return COMMANDS.find((each) => each.name === name);
}
