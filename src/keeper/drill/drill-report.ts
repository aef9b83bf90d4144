import type { Fingerprint } from '../../core/brand.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import type { Finding } from '../../core/finding.ts';
import type { GuardedFile } from '../../core/guarded-set.ts';
import type { ValueReference } from '../../core/value.ts';
import type { Verdict } from '../../core/verdict.ts';

/** A file as it came out of the vault. */
export interface DrilledFile {
  readonly name: GuardedFile;
  /** In bytes. */
  readonly size: number;
  /** `from generation 7`, … */
  readonly from: string;
  /** Against the live one: `changed` since it was captured, or `absent` there. */
  readonly live: 'same' | 'changed' | 'absent';
}

/** One reason why bringing everything back would not work. */
export interface Obstruction {
  readonly finding: Finding;
  readonly exitCode: ExitCode;
}

/** What a drill found. Nothing secret. */
export interface DrillReport {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Of the key that came back, judged on the live database; null where none did. */
  readonly verdict: Verdict | null;
  readonly fingerprint: Fingerprint | null;
  /** Newest generation of the vault; null for an empty one. */
  readonly generation: number | null;
  readonly tested: number;
  readonly opened: number;
  readonly unreadable: readonly ValueReference[];
  readonly files: readonly DrilledFile[];
  /** Values of the newest escrow, and how many of them a kept key opens; null where there is no escrow. */
  readonly escrow: { readonly values: number; readonly opened: number } | null;
  readonly registration: 'opens' | 'none' | 'damaged';
  readonly obstructions: readonly Obstruction[];
  /** What is live and not in the vault: it would be lost. */
  readonly losses: readonly Finding[];
}

export function succeeded({ obstructions }: DrillReport): boolean {
  return obstructions.length === 0;
}

/** One sentence for people, and for the record. */
export function describeDrill(report: DrillReport): string {
  const [first] = report.obstructions;
  if (first !== undefined) return first.finding.message;
  const { files, fingerprint, opened, tested, escrow } = report;
  const values = tested === 0 ? 'with no secret to test it on' : `opens ${opened} of ${tested} secrets`;
  const kept = escrow === null ? '' : `, ${escrow.values} values of escrow are whole`;
  return `${files.length} files came back, key ${fingerprint ?? 'none'} ${values}${kept}`;
}

export function obstruction(exitCode: ExitCode, finding: Omit<Finding, 'severity'>): Obstruction {
  return { exitCode, finding: { ...finding, severity: 'error' } };
}
