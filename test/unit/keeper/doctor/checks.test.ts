import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../src/keeper/doctor/check.ts';
import { CHECKS } from '../../../../src/keeper/doctor/check-table.ts';
import type { KnownFacts } from '../../../../src/keeper/doctor/known-facts.ts';
import { FIRING_FILES } from './firing-files.ts';
import { FIRING_INSTANCE } from './firing-instance.ts';
import { FIRING_SURROUNDINGS } from './firing-surroundings.ts';
import { healthyFacts } from './healthy-facts.ts';

const FIRING = [...FIRING_FILES, ...FIRING_INSTANCE, ...FIRING_SURROUNDINGS];

describe('each check', () => {
  it.each(CHECKS.map((each) => each.code))(
    '%s is silent where all is well, and not for want of facts',
    async (code) => {
      const answer = run(code, await healthyFacts());

      expect(answer).toEqual({ kind: 'answered', troubles: [] });
    },
  );

  it.each(FIRING.map((each) => [each.code, each.on, each] as const))('%s fires on %s', async (code, _, firing) => {
    const facts = await healthyFacts(await firing.facts());

    const answer = run(code, facts);

    const troubles = answer.kind === 'answered' ? answer.troubles : [];
    expect(troubles.map((each) => each.level)).toContain(firing.level);
    expect(JSON.stringify(troubles)).toContain(firing.says);
    for (const { fix, evidence, target } of troubles) {
      expect([fix, target, ...evidence]).not.toContain('');
      expect(evidence.length).toBeGreaterThan(0);
    }
  });

  it('has a case in which it fires, for every level that it can have', () => {
    const fired = new Set(FIRING.map(({ code, level }) => `${code} ${level}`));

    const never = CHECKS.flatMap(({ code, levels }) => levels.map((level) => `${code} ${level}`));

    expect(never.filter((each) => !fired.has(each))).toEqual([]);
  });

  it('has a code of its own', () => {
    const codes = CHECKS.map((each) => each.code);

    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });
});

function run(code: string, facts: KnownFacts): Answer {
  const check = CHECKS.find((each) => each.code === code);
  if (check === undefined) throw new Error(`no check ${code}`);
  return check.run(facts);
}
