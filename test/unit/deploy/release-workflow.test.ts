import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');
const TEXT = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<
    Record<string, { readonly permissions: Readonly<Record<string, string>>; readonly steps: Step[] }>
  >;
}

const WORKFLOW = parse(TEXT) as Workflow;
const STEPS = Object.values(WORKFLOW.jobs).flatMap((job) => job.steps);

describe('the release workflow', () => {
  it('pins every action to a commit, and says of which version', () => {
    const lines = TEXT.split('\n').filter((line) => /\buses:/.test(line));

    expect(lines).toHaveLength(STEPS.filter((step) => step.uses !== undefined).length);
    expect(lines.filter((line) => !/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('runs only scripts of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = STEPS.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm (?:run (?:--silent )?)?(sbom|test|[a-z-]+$)/gm)].map((match) => match[1]),
    ).filter((name) => name !== 'ci');

    expect(named).toEqual(expect.arrayContaining(['sbom', 'test']));
    expect(named.filter((name) => name !== undefined && !(name in scripts))).toEqual([]);
  });

  it('gives no job more rights than it names, and only the signing one an identity', () => {
    expect(WORKFLOW.permissions).toEqual({});
    expect(WORKFLOW.jobs.test?.permissions).toEqual({ contents: 'read' });
    expect(WORKFLOW.jobs.image?.permissions).toEqual({ contents: 'write', 'id-token': 'write' });
  });

  it('never puts an expression into a shell line, where a tag could be a command', () => {
    expect(STEPS.filter(({ run = '' }) => run.includes('${{'))).toEqual([]);
  });

  it('publishes provenance and a bill of materials, and signs by digest', () => {
    const build = STEPS.find(({ uses }) => uses?.startsWith('docker/build-push-action@'));

    expect(build?.with).toMatchObject({ provenance: 'mode=max', sbom: true, push: true });
    expect(STEPS.some(({ run }) => run?.includes('cosign sign --yes "$SUBJECT"'))).toBe(true);
  });
});
