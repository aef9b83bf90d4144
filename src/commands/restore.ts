import { Failure } from '../core/failure.ts';
import type { Generation } from '../core/generation.ts';
import type { PlanOptions } from '../core/plan.ts';
import type { VaultOpener } from '../keeper/look-at-vault.ts';
import { type OpenKeeper, openKeeper } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import type { Command, CommandContext } from './command.ts';
import { holdWithProgress } from './hold-with-progress.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { previewOf, resultOf } from './result-of.ts';

/** `keykeeper restore`: the same as `init`, with the choices that only a person makes. */
export const restore: Command = {
  name: 'restore',
  summary: 'put the guarded files back, with the choices that only a person makes',
  description:
    'Does what `init` does, for an operator: with --generation the key of that generation is restored where the ' +
    'evidence does not decide; with --adopt the database that was found becomes the one that this vault belongs to ' +
    '(after a move to another host, for one). The live key goes to the vault first, and a live key that opens any ' +
    'value is not replaced.\n\n' +
    'Exit codes: as `keykeeper init`; 2 when there is no such generation.',
  examples: [
    { line: 'keykeeper restore', purpose: 'the whole set, as the evidence says' },
    { line: 'keykeeper restore --generation 3 --dry-run', purpose: 'what taking the key of generation 3 would do' },
    { line: 'keykeeper restore --adopt', purpose: 'the database moved, and that is right' },
  ],
  options: [
    { flags: '--generation <number>', description: 'restore the key of this generation (see keykeeper history)' },
    { flags: '--adopt', description: 'accept the database that was found as the one of this vault' },
    { flags: '--dry-run', description: 'show the plan and change nothing' },
  ],
  run,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, signal, environment, options } = context;
  requireConfigDirectory(settings);
  const dryRun = options.dryRun === true;
  await using opened = await openKeeper(settings, 'gate', !dryRun, environment);
  const asked = await readChoices(options, opened);
  if (dryRun) {
    const result = await opened.keeper.reconcile(signal, { until: 'plan', asked });
    return previewOf(result, { command: 'restore', exitCode: 0 });
  }
  const request = { asked, reason: options.adopt === true ? 'adopt' : 'restore' };
  const { result, decision } = await holdWithProgress(opened.keeper, context, 'restoring', request);
  return resultOf(result, { command: 'restore', exitCode: decision.enforced });
}

async function readChoices(
  options: CommandContext['options'],
  { openVault }: OpenKeeper,
): Promise<Pick<PlanOptions, 'wanted' | 'adopt'>> {
  const adopt = options.adopt === true ? { adopt: true } : {};
  if (typeof options.generation !== 'string') return adopt;
  const { fingerprint } = await findGeneration(options.generation, openVault);
  if (fingerprint === null) {
    throw new Failure('generation-unknown', `generation ${options.generation} holds no well-formed key`, {
      target: `generation ${options.generation}`,
      try: 'keykeeper history',
    });
  }
  return { ...adopt, wanted: fingerprint };
}

async function findGeneration(text: string, openVault: VaultOpener): Promise<Generation> {
  const { generations } = await (await openVault()).list();
  const number = Number(text);
  const found = generations.find((each) => each.number === number);
  if (found !== undefined) return found;
  throw new Failure('generation-unknown', `there is no generation ${text} in the vault`, {
    target: `--generation ${text}`,
    expected:
      generations.length === 0
        ? 'a vault that holds one'
        : `one of ${generations.map((each) => each.number).join(', ')}`,
    try: 'keykeeper history',
  });
}
