import type { SourceChange } from './machine/bundle.ts';

/** Something that a keeper could do wrong, planted by a test: the histories must find it. */
export interface PlantedDefect {
  readonly name: string;
  /** Which promise it breaks (promises.ts). */
  readonly breaks: readonly string[];
  readonly changes: readonly SourceChange[];
  readonly plant?: 'no-directory-sync';
}

/** One and more for each promise that a history can see. */
export const DEFECTS: readonly PlantedDefect[] = [
  { name: 'the directory of the vault is not synced', breaks: ['never-lose'], changes: [], plant: 'no-directory-sync' },
  {
    name: 'a generation is not synced before it gets its name',
    breaks: ['never-lose'],
    changes: [{ file: 'vault/directory/write-whole.ts', from: 'if (options.durable) fsyncSync(descriptor);', to: '' }],
  },
  {
    name: 'nothing is captured first',
    breaks: ['never-lose'],
    changes: [
      {
        file: 'core/plan.ts',
        from: "? [{ action: 'capture-first', target: KEY_FILE, fingerprint: judgement.live }]",
        to: '? []',
      },
    ],
  },
  {
    name: 'the newest key wins, whatever it opens',
    breaks: ['never-worse', 'gate', 'heals'],
    changes: [
      {
        file: 'core/choose-key.ts',
        from: "if (ranked.length > 0) return one(ranked, 'database', true);",
        to: "const newest = newestFirst(observation.vault).find((each) => each.fingerprint !== null); if (newest?.fingerprint) return { kind: 'restore', fingerprint: newest.fingerprint, ground: 'only' };",
      },
    ],
  },
  {
    name: 'a live key that opens some values is replaced by one that opens more',
    breaks: ['never-worse'],
    changes: [
      {
        file: 'core/judge.ts',
        from: "if (opened < values.length) return 'mixed';",
        to: "if (opened < values.length) return 'wrong';",
      },
    ],
  },
  {
    name: 'there is no settle time',
    breaks: ['never-worse', 'never-unreadable', 'heals'],
    changes: [
      {
        file: 'core/judge.ts',
        from: "&& !database.settled ? 'second-pass' : 'nothing'",
        to: "&& !database.settled ? 'nothing' : 'nothing'",
      },
    ],
  },
  {
    name: 'the gate always opens',
    breaks: ['gate'],
    changes: [
      {
        file: 'core/gate.ts',
        from: 'const enforced = blockingCode(observation, judgement, outcome);',
        to: 'blockingCode(observation, judgement, outcome); const enforced = EXIT.done;',
      },
    ],
  },
  {
    name: 'nothing is ever restored',
    breaks: ['heals'],
    changes: [{ file: 'core/choose-key.ts', from: "if (verdict !== 'missing'", to: "if (verdict !== 'lost'" }],
  },
  {
    name: 'a rescue writes something else than it read',
    breaks: ['never-unreadable'],
    changes: [
      {
        file: 'keeper/rescue-changes.ts',
        from: 'source.live.sealer.seal(plaintext)',
        to: "source.live.sealer.seal(Buffer.from('rubbish'))",
      },
    ],
  },
  {
    name: 'every run writes a generation',
    breaks: ['idempotent'],
    changes: [
      {
        file: 'vault/add-generation.ts',
        from: 'if (newest?.generation.id === id) return { generation: newest.generation, added: false };',
        to: '',
      },
      { file: 'core/capture.ts', from: 'return [...new Set(reasons)];', to: "return ['always'];" },
    ],
  },
];
