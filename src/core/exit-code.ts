/** Exit codes of every command: fixed, others build on them. */
export const EXIT = {
  done: 0,
  usage: 2,
  lost: 10,
  choose: 11,
  databaseUnreachable: 12,
  access: 13,
  vault: 14,
  /** GLPI Network refuses the registration key. */
  registration: 20,
  /** Network, proxy or TLS in the way to GLPI Network; the key may be fine. */
  network: 21,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
