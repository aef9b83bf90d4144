import type { Gid, Mode, Sha256, Uid } from './brand.ts';
import type { Secret } from './secret.ts';

/** The security key file of GLPI 9.5 and later: 32 raw bytes. */
export const KEY_FILE = 'glpicrypt.key';
/** The database settings of GLPI. */
export const DATABASE_FILE = 'config_db.php';
/** GLPI 11's OAuth key pair: restored together or not at all. */
export const OAUTH_PAIR = ['oauth.pem', 'oauth.pub'] as const;

/** The files that make up an instance's identity. */
export const GUARDED_FILES = [
  'glpicrypt.key',
  'config_db.php',
  'config_db_slave.php',
  'local_define.php',
  'glpi.key',
  'oauth.pem',
  'oauth.pub',
] as const;

export type GuardedFile = (typeof GUARDED_FILES)[number];

/** More than this is never read from a guarded file nor kept, in bytes. */
export const GUARDED_FILE_LIMIT = 64 * 1024;

export function isGuardedFile(name: string): name is GuardedFile {
  return (GUARDED_FILES as readonly string[]).includes(name);
}

/** Owner, mode and link count of a file, read from its descriptor. */
export interface FileAccess {
  readonly uid: Uid;
  readonly gid: Gid;
  readonly mode: Mode;
  /** More than 1: another name (a hard-linked snapshot, for one) shares the content. */
  readonly links: number;
}

/** What was found under the name of a guarded file. */
export type FileState =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'regular';
      readonly content: Secret<Buffer>;
      readonly size: number;
      readonly sha256: Sha256;
      readonly access: FileAccess;
      /** Inode and change times: tells whether it is still the very file that was read. */
      readonly version: string;
    }
  /** Over {@link GUARDED_FILE_LIMIT}: not read. `size` in bytes. */
  | { readonly kind: 'oversized'; readonly size: number; readonly access: FileAccess }
  /** Not a regular file, hence never followed nor read. */
  | { readonly kind: 'special'; readonly type: 'directory' | 'symlink' | 'fifo' | 'socket' | 'device' }
  /** `cause` is the system error's name, `EACCES` for one. */
  | { readonly kind: 'unreadable'; readonly cause: string; readonly access?: FileAccess };

export type GuardedSet = Readonly<Record<GuardedFile, FileState>>;
