import type { SourceChange } from './machine/bundle.ts';
import type { PromiseName } from './model/promises.ts';

/** Something that a keeper could do wrong, planted by a test: the histories must find it. */
export interface PlantedDefect {
  readonly name: string;
  /** Promises that it breaks; histories see one of them first. */
  readonly breaks: readonly PromiseName[];
  readonly changes: readonly SourceChange[];
  readonly plant?: 'no-directory-sync';
}

function change(file: string, from: string, to: string): SourceChange {
  return { file, from, to };
}

/** One and more for each promise of DESIGN section 1, in its order. */
export const DEFECTS: readonly PlantedDefect[] = [
  // 1. Never lose a key.
  { name: 'the directory of the vault is not synced', breaks: ['never-lose'], changes: [], plant: 'no-directory-sync' },
  {
    name: 'a generation is not synced before it gets its name',
    breaks: ['never-lose'],
    changes: [change('vault/directory/write-whole.ts', 'if (options.durable) fsyncSync(descriptor);', '')],
  },
  {
    name: 'nothing is captured first',
    breaks: ['never-lose'],
    changes: [
      change('core/plan.ts', "? [{ action: 'capture-first', target: KEY_FILE, fingerprint: judgement.live }]", '? []'),
    ],
  },
  {
    name: 'bytes of a wrong length are not worth keeping',
    breaks: ['never-lose'],
    changes: [
      change(
        'core/capture.ts',
        "if (live.kind !== 'regular' || live.size === 0) return false;",
        'if (live) return false;',
      ),
    ],
  },
  // 2. Never guess.
  {
    name: 'the newest key wins, whatever it opens',
    breaks: ['never-worse', 'gate', 'heals', 'level-triggered'],
    changes: [
      change(
        'core/choose-key.ts',
        "if (ranked.length > 0) return one(ranked, 'database', true);",
        "const newest = newestFirst(observation.vault).find((each) => each.fingerprint !== null); if (newest?.fingerprint) return { kind: 'restore', fingerprint: newest.fingerprint, ground: 'only' };",
      ),
    ],
  },
  {
    name: 'a live key that opens some values is replaced by one that opens more',
    breaks: ['never-worse'],
    changes: [
      change(
        'core/judge.ts',
        "if (opened < values.length) return 'mixed';",
        "if (opened < values.length) return 'wrong';",
      ),
    ],
  },
  {
    name: 'there is no settle time',
    breaks: ['never-worse', 'never-unreadable', 'heals'],
    changes: [
      change(
        'core/judge.ts',
        "&& !database.settled ? 'second-pass' : 'nothing'",
        "&& !database.settled ? 'nothing' : 'nothing'",
      ),
    ],
  },
  {
    name: 'a rescue writes something else than it read',
    breaks: ['never-unreadable'],
    changes: [
      change(
        'keeper/rescue-changes.ts',
        'source.live.sealer.seal(plaintext)',
        "source.live.sealer.seal(Buffer.from('rubbish'))",
      ),
    ],
  },
  // 3. Never generate.
  {
    name: 'a key is made where one is to be put back',
    breaks: ['never-generate'],
    changes: [
      change(
        'keeper/put-file.ts',
        'return { bytes: kept.content.reveal(), access,',
        'return { bytes: Buffer.alloc(kept.size, 7), access,',
      ),
    ],
  },
  // 4. The gate.
  {
    name: 'the gate always opens',
    breaks: ['gate'],
    changes: [
      change(
        'core/gate.ts',
        'const enforced = blockingCode(observation, judgement, outcome);',
        'blockingCode(observation, judgement, outcome); const enforced = EXIT.done;',
      ),
    ],
  },
  // 5. Level-triggered.
  {
    name: 'nothing is ever restored',
    breaks: ['heals', 'level-triggered'],
    changes: [change('core/choose-key.ts', "if (verdict !== 'missing'", "if (verdict !== 'lost'")],
  },
  {
    name: 'a watch looks only when an event tells it to',
    breaks: ['level-triggered'],
    changes: [
      change('keeper/watch.ts', 'const limit = this.#patience();', 'const limit = 1e9 + 0 * this.#patience();'),
    ],
  },
  // 6. Crash-safe and idempotent.
  {
    name: 'a file is not synced before it gets its name',
    breaks: ['crash-safe'],
    changes: [change('files/temporary-file.ts', '  fsyncSync(descriptor);\n  return owned;', '  return owned;')],
  },
  {
    name: 'every run writes a generation',
    breaks: ['idempotent'],
    changes: [
      change(
        'vault/add-generation.ts',
        'if (newest?.generation.id === id) return { generation: newest.generation, added: false };',
        '',
      ),
      change('core/capture.ts', 'return [...new Set(reasons)];', "return ['always'];"),
    ],
  },
  {
    name: 'there is no lease',
    breaks: ['alone'],
    changes: [
      change(
        'keeper/reconcile.ts',
        'this.#lease = await vault.lease(this.#request.signal);',
        'this.#lease = { lost: new AbortController().signal, async [Symbol.asyncDispose]() {} };',
      ),
    ],
  },
  // 7. Minimal touch.
  {
    name: 'a copy is left beside a file that comes back',
    breaks: ['minimal-touch'],
    changes: [
      change(
        'keeper/put-file.ts',
        'const outcome = createFile(path, content.bytes, content.access);',
        'createFile((path + ".bak") as AbsolutePath, content.bytes, content.access); const outcome = createFile(path, content.bytes, content.access);',
      ),
    ],
  },
  // 8. Silent about secrets.
  {
    name: 'what is told of a restored file says what is in it',
    breaks: ['silent'],
    changes: [
      change(
        'keeper/put-file.ts',
        'access, from: `from generation',
        "access, from: kept.content.reveal().toString('hex') + `from generation",
      ),
    ],
  },
  // The registration key: an administrator's word counts, and what was lost comes back.
  {
    name: 'a registration key that was cleared on purpose is put back',
    breaks: ['registration'],
    changes: [change('core/plan-registration.ts', 'if (!troubled(chronicle, at)) return true;', '')],
  },
  {
    name: 'the first registration key of the vault wins over the one that somebody entered',
    breaks: ['never-unreadable'],
    changes: [
      change(
        'core/plan-registration.ts',
        "if (row.under === judgement.live || rescue === 'ask') return NOTHING;",
        'if (fromVault(observation, write).fingerprint === row.fingerprint) return NOTHING; return fromVault(observation, write);',
      ),
      change(
        'core/plan-registration.ts',
        'for (const { registration, number } of newestFirst(vault)) {',
        'for (const { registration, number } of [...newestFirst(vault)].reverse()) {',
      ),
    ],
  },
  {
    name: 'a registration key that was lost stays lost',
    breaks: ['registration'],
    changes: [
      change(
        'core/plan-registration.ts',
        "    case 'null':\n      return fromVault(observation, write);",
        "    case 'null':\n      return NOTHING;",
      ),
    ],
  },
];
