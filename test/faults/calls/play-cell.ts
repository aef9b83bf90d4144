import type { Lane } from './lane.ts';
import type { State } from './operation.ts';
import { findingsOf, isNodesAbort, wrongInRun } from './state/judge-run.ts';
import { type Allowance, wrongIn } from './state/judge-state.ts';
import { type Cell, strike } from './strike.ts';
import type { TracedRun } from './trace/traced-run.ts';

/**
 * `recovered`: the command did its work all the same. `refused`: it ended with a code that says that it did not. In each case
 * the next run finished. `unmet`: no run came by this very call again, so that nothing was struck.
 */
export type Outcome = 'killed' | 'recovered' | 'refused' | 'unmet';

export interface Played {
  readonly cell: Cell;
  readonly outcome: Outcome;
  readonly exitCode: number | null;
  /** What was struck is another call of the same name on the same thing: the very one does not come in every run. */
  readonly near: boolean;
  /** One sentence for each thing that is not as promised. */
  readonly wrong: readonly string[];
}

/**
 * Strikes the cell's call with its fault, judges what lies there then, runs the command again undisturbed, judges again, and
 * runs it a third time: that changes nothing.
 */
export async function playCell(cell: Cell, lane: Lane): Promise<Played> {
  const run = await strike(cell, lane.command, lane.usual.calls, lane.reset);
  if ('unmet' in run) return { cell, outcome: 'unmet', exitCode: null, near: false, wrong: [] };
  const wrong = wrongInRun(run, cell, lane.scene.root).map((each) => `the struck run: ${each}`);
  const struck = await judge(lane, allowanceFor(cell, run));
  wrong.push(...struck.wrong.map((each) => `behind the fault: ${each}`));
  // What it could not do it may leave to the next run, where it says so.
  if (run.exitCode === 0 && !tellsMore(run.stdout, lane)) {
    const unfinished = await lane.prepared.unfinished(struck.state, 'struck');
    wrong.push(...unfinished.map((each) => `it said that it was done, but ${each}`));
  }
  wrong.push(...(await finish(lane, { temporaries: 0, lease: struck.state.tree.has('vault/glpi/lease.json') })));
  return { cell, outcome: outcomeOf(run), exitCode: run.exitCode, near: run.near === true, wrong };
}

/** Whether a finding is there that an undisturbed run has not, on something in the scene. */
function tellsMore(stdout: string, { usual, scene }: Lane): boolean {
  const known = new Set(findingsOf(usual.stdout).map(nameOf));
  return findingsOf(stdout).some((each) => {
    const isThere = each.target.includes(scene.root) || each.target === 'vault';
    return each.severity !== 'info' && isThere && !known.has(nameOf(each));
  });
}

function nameOf({ code, target }: { readonly code: string; readonly target: string }): string {
  return `${code} ${target}`;
}

/** The next run, and the one after it. A lease that nobody holds stays where no run needs one. */
async function finish(lane: Lane, allowance: Allowance): Promise<string[]> {
  const { scene, command, prepared, prospect, operation } = lane;
  const args = operation.next ?? operation.args;
  const wrong: string[] = [];
  const next = await scene.run(args, command.environment);
  if (next.exitCode !== 0) wrong.push(`the next run ended with ${next.exitCode}: ${next.stdout}${next.stderr}`);
  const finished = await judge(lane, allowance);
  wrong.push(...finished.wrong.map((each) => `behind the next run: ${each}`));
  const unfinished = await prepared.unfinished(finished.state, 'next');
  wrong.push(...unfinished.map((each) => `behind the next run: ${each}`));
  // One more than undisturbed, where a file could be read only later; another command captures what it finds besides.
  const most = prospect.after.vault.generations.size + (operation.next === undefined ? 1 : 2);
  const count = finished.state.vault.generations.size;
  if (count > most) wrong.push(`behind the next run: ${count} generations, and at most ${most} are meant`);
  const { tree } = finished.state;
  for (const [path, entry] of tree) if (entry.links !== 1) wrong.push(`behind the next run: ${path} has a second name`);

  const again = await scene.run(args, command.environment);
  if (again.exitCode !== 0) wrong.push(`the third run ended with ${again.exitCode}: ${again.stdout}${again.stderr}`);
  const rest = await lane.look();
  if (inClear(rest) !== inClear(finished.state)) wrong.push('the third run changed something');
  return wrong;
}

/** Pieces of an escrow that are written at the same time (escrow-store.ts), each under a temporary name until it is synced. */
const TOGETHER = 16;

/** Only a kill, and a name that cannot be removed, may leave something. A lease is renamed to a temporary name first. */
function allowanceFor({ call, fault }: Cell, { stderr }: TracedRun): Allowance {
  const killed = fault === 'kill' || isNodesAbort(stderr);
  const left = killed || call.name.startsWith('unlink');
  const aside = call.subject === 'vault/glpi/*.tmp' && (!call.changes || call.name.startsWith('rename'));
  // A part of the program that cannot be loaded ends it where it is.
  const lease = call.subject.includes('lease') || aside || call.role === 'program';
  return { temporaries: killed ? TOGETHER : left ? 1 : 0, lease: left || lease };
}

async function judge(lane: Lane, allowance: Allowance): Promise<{ state: State; wrong: string[] }> {
  const state = await lane.look();
  const own = (await lane.prepared.broken?.(state)) ?? [];
  return { state, wrong: [...wrongIn(state, lane.prospect, allowance, lane.prepared), ...own] };
}

function outcomeOf({ exitCode }: TracedRun): Outcome {
  if (exitCode === null) return 'killed';
  return exitCode === 0 ? 'recovered' : 'refused';
}

/** What a vault and a config directory hold, whatever their bytes are: sealed twice, nothing has the same ones. */
function inClear({ tree, vault }: State): string {
  const config = [...tree]
    .filter(([path]) => path.startsWith('config'))
    .map(([path, { content }]) => [path, [...content]]);
  return JSON.stringify([config, [...vault.generations], [...vault.chunks], [...vault.records]]);
}
