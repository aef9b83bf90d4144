import type { Cell } from '../strike.ts';
import type { TracedRun } from '../trace/traced-run.ts';

/** Those of DESIGN's table that these commands can end with. */
const EXIT_CODES = new Set([0, 2, 10, 11, 12, 13, 14]);

/** Findings on what lies elsewhere: a file, a setting, the vault, a database. */
const NAMED = /^(\/|KEYKEEPER_|vault|mysql:|glpi)/;

export interface ToldFinding {
  readonly code: string;
  readonly severity: string;
  readonly target: string;
  readonly message: string;
}

interface Document {
  readonly exitCode: number;
  readonly findings: readonly ToldFinding[];
}

/** What is wrong with how a struck run ended and what it said: one sentence each. */
export function wrongInRun({ exitCode, stdout, stderr }: TracedRun, { call, fault }: Cell, root: string): string[] {
  if (fault === 'kill') return exitCode === null ? [] : [`it was to be killed, and ended with ${exitCode}`];
  if (exitCode === null && isNodesAbort(stderr)) return [];
  // Node itself ends where it is not told what its own outputs are (node.cc, ResetStdio).
  // What it says went nowhere, or its own code could not be loaded: it says so as it can.
  if (call.role === 'output' && call.name === 'fstat') return [];
  if (call.role === 'output' || call.role === 'program') return exitCode === null ? ['a signal ended it'] : [];
  if (exitCode === null || !EXIT_CODES.has(exitCode)) return [`exit code ${exitCode}: ${stderr.trim()} ${stdout}`];
  if (/unexpected \w+/.test(stderr)) return [`said: ${stderr.trim()}`];
  const document = parse(stdout);
  if (document === null) return [`standard output is no document: ${stdout.slice(0, 200)}`];
  if (document.exitCode !== exitCode) return [`exit code ${exitCode}, and ${document.exitCode} in the document`];
  if (exitCode === 0) return [];
  const errors = document.findings.filter(({ severity }) => severity === 'error');
  const isNamed = ({ target, message }: ToldFinding) => `${target} ${message}`.includes(root) || NAMED.test(target);
  if (errors.some(isNamed)) return [];
  return [`refused without a word on what: ${JSON.stringify(document.findings)}`];
}

/**
 * Node itself ends the process where the close of a file that it read whole as text fails (node_file.cc, ReadFileUtf8):
 * what it leaves is judged as behind a kill.
 */
export function isNodesAbort(stderr: string): boolean {
  return /ReadFileUtf8[\s\S]*Assertion failed: \(0\) == \(uv_fs_close/.test(stderr);
}

/** What a command found, as it said on standard output; nothing where it said nothing. */
export function findingsOf(stdout: string): readonly ToldFinding[] {
  return parse(stdout)?.findings ?? [];
}

function parse(text: string): Document | null {
  try {
    return JSON.parse(text) as Document;
  } catch {
    return null;
  }
}
