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
    name: 'init',
    summary: 'restore and prove the keys, then let GLPI start',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'watch',
    summary: 'guard the keys while GLPI runs',
    load: async () => (await import('./watch.ts')).watch,
  },
  {
    name: 'status',
    summary: 'say how the keys stand: the verdict, and how many secrets open',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'doctor',
    summary: 'check the whole set-up, and say how to mend what is wrong',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'capture',
    summary: 'keep what is live in the vault now; with --from, keys out of old volumes and backups',
    load: async () => (await import('./capture.ts')).capture,
  },
  {
    name: 'restore',
    summary: 'put the guarded files back, with the choices that only a person makes',
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'rescue',
    summary: 'bring back the secrets that GLPI garbled, emptied or left under an old key',
    load: async () => (await import('./rescue.ts')).rescue,
  },
  {
    name: 'rotate',
    summary: 'make a new security key and move every sealed value to it',
    load: async () => (await import('./rotate.ts')).rotate,
  },
  {
    name: 'accept',
    summary: 'give up the values that no known key opens, so that they neither block nor nag',
    load: async () => (await import('./accept.ts')).accept,
  },
  {
    name: 'registration set',
    summary: 'write a registration key into GLPI, sealed as GLPI seals it',
    load: async () => (await import('./registration-set.ts')).registrationSet,
  },
  {
    name: 'registration show',
    summary: 'say what is known of the registration key, without showing it',
    load: async () => (await import('./registration-show.ts')).registrationShow,
  },
  {
    name: 'registration validate',
    summary: 'ask GLPI Network now whether the registration key is valid',
    load: async () => (await import('./registration-validate.ts')).registrationValidate,
  },
  {
    name: 'registration clear',
    summary: "empty GLPI's registration key on purpose",
    load: async () => (await import('./registration-clear.ts')).registrationClear,
  },
  {
    name: 'history',
    summary: 'list the generations that the vault holds',
    load: async () => (await import('./history.ts')).history,
  },
  {
    name: 'export',
    summary: 'write the whole vault into one file, encrypted, to be kept elsewhere',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  {
    name: 'import',
    summary: 'take such a file into the vault, beside what it holds',
    load: async () => (await import('./import.ts')).importCommand,
  },
  {
    name: 'drill',
    summary: 'prove that the vault would bring everything back, in a scratch place',
    load: async () => (await import('./drill.ts')).drill,
  },
  {
    name: 'vault reencrypt',
    summary: 'encrypt everything in the vault anew, to the recipients that are set now',
    load: async () => (await import('./vault-reencrypt.ts')).vaultReencrypt,
  },
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

/** The command that an argument list begins with, and of how many words its name is. */
export function commandAt(
  argv: readonly string[],
): { readonly entry: CommandEntry; readonly words: number } | undefined {
  const entry = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => word === argv[index]));
  return entry === undefined ? undefined : { entry, words: entry.name.split(' ').length };
}

/** Whether several commands share this first word: `registration set`, `registration show`, … */
export function isCommandGroup(word: string | undefined): boolean {
  return COMMANDS.some(({ name }) => name.startsWith(`${word} `));
}
