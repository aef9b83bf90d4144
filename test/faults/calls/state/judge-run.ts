import type { Cell } from '../strike.ts';
import type { TracedRun } from '../trace/traced-run.ts';

/** Those of DESIGN's table that these commands can end with. */
const EXIT_CODES = new Set([0, 2, 10, 11, 12, 13, 14]);

interface Document {
  readonly exitCode: number;
  readonly findings: readonly { severity: string; target: string; message: string }[];
}

/** What is wrong with how a struck run ended and what it said: one sentence each. */
export function wrongInRun({ exitCode, stdout, stderr }: TracedRun, { call, fault }: Cell, root: string): string[] {
  if (fault === 'kill') return exitCode === null ? [] : [`it was to be killed, and ended with ${exitCode}`];
  // What it says went nowhere, or its own code could not be loaded: it says so as it can.
  if (call.role === 'output' || call.role === 'program') return exitCode === null ? ['a signal ended it'] : [];
  if (exitCode === null || !EXIT_CODES.has(exitCode)) return [`exit code ${exitCode}: ${stderr.trim()}`];
  if (/unexpected \w+/.test(stderr)) return [`said: ${stderr.trim()}`];
  const document = parse(stdout);
  if (document === null) return [`standard output is no document: ${stdout.slice(0, 200)}`];
  if (document.exitCode !== exitCode) return [`exit code ${exitCode}, and ${document.exitCode} in the document`];
  if (exitCode === 0) return [];
  const errors = document.findings.filter(({ severity }) => severity === 'error');
  const named = errors.some(({ target, message }) => `${target} ${message}`.includes(root));
  if (named || errors.some(({ target }) => /^(vault|KEYKEEPER_|mysql:|glpi)/.test(target))) return [];
  return [`refused without a word on what: ${JSON.stringify(document.findings)}`];
}

function parse(text: string): Document | null {
  try {
    return JSON.parse(text) as Document;
  } catch {
    return null;
  }
}
