import { describe, expect, it } from 'vitest';
import {
  everProven,
  generationOfKey,
  knownKeys,
  lastProven,
  newestFirst,
  recordedDatabase,
  sourceOfFile,
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

    expect(sourceOfFile([NEW, OLD], 'local_define.php')).toBe(OLD);
    expect(sourceOfFile([removed, NEW, OLD], 'local_define.php')).toBeNull();
    expect(sourceOfFile([OLD, removed], 'local_define.php')).toBe(OLD);
    expect(sourceOfFile([NEW], 'local_define.php')).toBeNull();
  });

  it('never takes config_db.php for removed', () => {
    const removed = generation(3, { removed: ['config_db.php'], texts: { 'config_db.php': null } });

    expect(sourceOfFile([removed, OLD], 'config_db.php')).toBe(OLD);
  });

  it('takes a file from a judged generation before one that was written in a hurry', () => {
    const hasty = generation(3, { reason: 'capture-first', texts: { 'config_db.php': 'of another instance' } });
    const empty = generation(1, { texts: { 'config_db.php': null } });

    expect(sourceOfFile([hasty, OLD], 'config_db.php')).toBe(OLD);
    expect(sourceOfFile([hasty, empty], 'config_db.php')).toBe(hasty);
  });
});
