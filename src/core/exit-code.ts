/** Exit codes of every command: fixed, others build on them. */
export const EXIT = {
  done: 0,
  usage: 2,
  lost: 10,
  choose: 11,
  databaseUnreachable: 12,
  access: 13,
  vault: 14,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
