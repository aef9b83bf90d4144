import { createHash } from 'node:crypto';
import { fingerprint, gid, mode, sha256, uid } from '../../../src/core/brand.ts';
import type { EscrowEntry, GenerationDraft } from '../../../src/core/generation.ts';
import type { GuardedFile } from '../../../src/core/guarded-set.ts';
import { Secret } from '../../../src/core/secret.ts';

/** A made-up key of 32 bytes that is the same for the same name. */
export function keyNamed(name: string): Buffer {
  return createHash('sha256').update(`test key ${name}`).digest();
}

/** As a key's fingerprint looks; that it is GLPI's own kind does not matter to a vault. */
export function fingerprintOf(key: Buffer) {
  return fingerprint(createHash('sha256').update(key).digest('hex').slice(0, 16));
}

/** The draft of a generation that holds the key of this name, and a config_db.php. */
export function draftOf(keyName: string, changes: Partial<GenerationDraft> = {}): GenerationDraft {
  const key = keyNamed(keyName);
  return {
    instance: 'glpi',
    reason: 'capture',
    fingerprint: fingerprintOf(key),
    proof: { tested: 3, opened: 3, real: 2, at: '2026-01-02T03:04:05.000Z' },
    database: { address: 'db:3306', schema: 'glpi', instanceUuid: 'uuid-1', glpiNetworkUuid: null },
    glpiVersion: '10.0.17',
    files: [fileOf('glpicrypt.key', key), fileOf('config_db.php', Buffer.from('<?php class DB extends DBmysql {}\n'))],
    removed: [],
    registration: { kind: 'kept', key: new Secret('eyJzaWduYXR1cmUi'), fingerprint: fingerprint('0123456789abcdef') },
    accepted: [sha256('a'.repeat(64))],
    verdict: 'sound',
    escrow: [entryOf(1, 'c2VhbGVkIG9uZQ=='), entryOf(2, 'c2VhbGVkIHR3bw==')],
    ...changes,
  };
}

export function fileOf(name: GuardedFile, content: Buffer): GenerationDraft['files'][number] {
  return { name, mode: mode(0o640), uid: uid(33), gid: gid(33), size: content.length, content: new Secret(content) };
}

export function entryOf(id: number, value: string, table = 'glpi_users', column = 'api_token'): EscrowEntry {
  return { reference: { table, column, id }, value };
}
