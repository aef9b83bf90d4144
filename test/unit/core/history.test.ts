import { describe, expect, it } from 'vitest';
import {
  everProven,
  FROM_BACKUP,
  generationOfKey,
  judgedFirst,
  knownKeys,
  lastProven,
  newestFirst,
  recordedDatabase,
  sourceOfFile,
  untestedKeys,
} from '../../../src/core/history.ts';
import { brokenVault, generation, IDENTITY, KEY_A, KEY_B, KEY_C, vaultOf } from './build-observation.ts';

const OLD = generation(1, { texts: { 'local_define.php': 'define' } });
const NEW = generation(2, { key: KEY_B, proof: null, database: null });

describe('the history of a vault', () => {
  it("is read newest first, whatever its generations' times say", () => {
    const late = generation(1, { createdAt: '2030-01-01T00:00:00Z' });

    expect(newestFirst(vaultOf(late, NEW))).toEqual([NEW, late]);
    expect(newestFirst(brokenVault())).toEqual([]);
    expect(newestFirst({ kind: 'none' })).toEqual([]);
  });

  it("does not turn the vault's own list around", () => {
    const generations = [OLD, NEW];

    newestFirst({ kind: 'ready', generations, damaged: [] });

    expect(generations).toEqual([OLD, NEW]);
  });

  it('names each key once', () => {
    const keyless = generation(3, { key: null });

    expect(knownKeys([keyless, NEW, OLD, generation(4)])).toEqual([KEY_B, KEY_A]);
  });

  it('knows the key that was proven last, and whether any ever was', () => {
    expect(lastProven([NEW, OLD])).toBe(KEY_A);
    expect(lastProven([NEW])).toBeNull();
    expect(lastProven([generation(3, { key: null }), OLD])).toBe(KEY_A);
    expect([everProven([NEW, OLD]), everProven([NEW]), everProven([])]).toEqual([true, false, false]);
  });

  it('knows the database that was recorded last', () => {
    expect(recordedDatabase([NEW, OLD])).toEqual(IDENTITY);
    expect(recordedDatabase([NEW])).toBeNull();
  });

  it('finds the newest generation that holds the bytes of a key', () => {
    const bare = { ...generation(3), files: [] };

    expect(generationOfKey([bare, NEW, OLD], KEY_A)).toBe(OLD);
    expect(generationOfKey([NEW, OLD], KEY_C)).toBeNull();
  });

  it('finds where a file comes from, up to the time it was removed', () => {
    const removed = generation(3, { removed: ['local_define.php'] });

    expect(sourceOfFile([NEW, OLD], 'local_define.php', KEY_A)).toBe(OLD);
    expect(sourceOfFile([removed, NEW, OLD], 'local_define.php', KEY_A)).toBeNull();
    expect(sourceOfFile([OLD, removed], 'local_define.php', KEY_A)).toBe(OLD);
    expect(sourceOfFile([NEW], 'local_define.php', KEY_A)).toBeNull();
  });

  it('never takes config_db.php for removed', () => {
    const removed = generation(3, { removed: ['config_db.php'], texts: { 'config_db.php': null } });

    expect(sourceOfFile([removed, OLD], 'config_db.php', KEY_A)).toBe(OLD);
  });

  it('takes a file from a judged generation before one that was written in a hurry', () => {
    const hasty = generation(3, { reason: 'capture-first', texts: { 'config_db.php': 'of another instance' } });
    const empty = generation(1, { texts: { 'config_db.php': null } });

    expect(sourceOfFile([hasty, OLD], 'config_db.php', KEY_A)).toBe(OLD);
    expect(sourceOfFile([hasty, empty], 'config_db.php', KEY_A)).toBe(hasty);
  });

  it('takes a file out of a backup only with the key of that backup, and only where no other holds it', () => {
    const backup = generation(3, { key: KEY_B, reason: FROM_BACKUP, texts: { 'oauth.pem': 'of the backup' } });
    const empty = generation(1, { texts: { 'config_db.php': null } });

    expect(sourceOfFile([backup, OLD], 'config_db.php', KEY_B)).toBe(OLD);
    expect(sourceOfFile([backup, empty], 'config_db.php', KEY_B)).toBe(backup);
    expect(sourceOfFile([backup, empty], 'config_db.php', KEY_A)).toBeNull();
    expect(sourceOfFile([backup, OLD], 'oauth.pem', KEY_A)).toBeNull();
  });

  it('does not call an old key out of a backup the last proven one for a left-over value', () => {
    const leftOver = { tested: 51, opened: 1, real: 1, at: '2026-01-03T00:00:00Z' };
    const backup = generation(3, { key: KEY_B, reason: FROM_BACKUP, proof: leftOver });
    const whole = generation(4, { key: KEY_C, reason: FROM_BACKUP });

    expect(lastProven([backup, OLD])).toBe(KEY_A);
    expect(lastProven([backup])).toBe(KEY_B);
    expect(lastProven([whole, backup, OLD])).toBe(KEY_C);
  });

  it('takes half of the values for too few to call a key out of a backup the last proven one', () => {
    const half = { tested: 4, opened: 2, real: 2, at: '2026-01-03T00:00:00Z' };
    const backup = generation(3, { key: KEY_B, reason: FROM_BACKUP, proof: half });
    const own = generation(1, { proof: half });

    expect(lastProven([backup, OLD])).toBe(KEY_A);
    expect(lastProven([generation(4, { key: KEY_C, proof: half }), own])).toBe(KEY_C);
  });

  it('puts what was judged first, what was hurried then, and backups last', () => {
    const hasty = generation(3, { reason: 'late-write' });
    const backup = generation(4, { key: KEY_B, reason: FROM_BACKUP });
    const unnamed = generation(5, { key: null, reason: FROM_BACKUP });
    const all = [unnamed, backup, hasty, OLD];

    expect(judgedFirst(all, 'any')).toEqual([OLD, hasty, unnamed, backup]);
    expect(judgedFirst(all, KEY_B)).toEqual([OLD, hasty, backup]);
    expect(judgedFirst(all, KEY_A)).toEqual([OLD, hasty]);
    expect(judgedFirst(all, null)).toEqual([OLD, hasty]);
  });

  it('counts a key out of a backup as untested only while nothing has spoken against it', () => {
    const found = (verdict: string) => generation(3, { key: KEY_B, reason: FROM_BACKUP, proof: null, verdict });

    expect(untestedKeys([found('unproven'), OLD])).toEqual([KEY_B, KEY_A]);
    expect(untestedKeys([found('wrong'), OLD])).toEqual([KEY_A]);
    expect(untestedKeys([found('lost'), found('unproven'), OLD])).toEqual([KEY_A]);
    expect(untestedKeys([found('wrong'), NEW, OLD])).toEqual([KEY_B, KEY_A]);
  });
});
