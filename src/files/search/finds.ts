import type { Finding } from '../../core/finding.ts';
import { Secret } from '../../core/secret.ts';
import { isWantedName, shownName } from './wanted-name.ts';

/** A file that may hold a key, or that lay beside one. */
export interface FoundFile {
  readonly name: string;
  /** Equal for files that lay side by side; not a path. */
  readonly folder: string;
  /** For people: printable, cut. */
  readonly where: string;
  readonly content: Secret<Buffer>;
  /** The caller named this very file: it is tried as a key whatever its name. */
  readonly named: boolean;
}

export interface SearchLimits {
  /** Entries of directories and archives, all paths together. */
  readonly entries: number;
  /** Directories below a path. */
  readonly depth: number;
  /** Files taken. */
  readonly files: number;
  /** Bytes out of one archive: `bytes`, and `ratio` times its size. */
  readonly bytes: number;
  readonly ratio: number;
  /** A zip inside another archive is held in memory: at most this many bytes. */
  readonly heldBytes: number;
}

/** Generous for any volume of a GLPI, and the end of every bomb. */
export const LIMITS: SearchLimits = {
  entries: 2_000_000,
  depth: 32,
  files: 2_000,
  bytes: 1024 ** 3,
  ratio: 100,
  heldBytes: 32 * 1024 ** 2,
};

/** How many places a finding names. */
const NAMED = 5;

/** Gathers what a search finds, what it could not look into, and how far it came. */
export class Finds {
  readonly limits: SearchLimits;
  readonly files: FoundFile[] = [];
  readonly #findings: Finding[] = [];
  readonly #unreadable: string[] = [];
  #entries = 0;
  #bytes = 0;
  #cut: string | null = null;

  constructor(limits: SearchLimits) {
    this.limits = limits;
  }

  /** For progress. */
  get entries(): number {
    return this.#entries;
  }

  /** Bytes out of archives, for progress. */
  get bytes(): number {
    return this.#bytes;
  }

  unfolded(bytes: number): void {
    this.#bytes += bytes;
  }

  /** A limit was reached: whatever is left is not looked at. */
  get full(): boolean {
    return this.#cut !== null;
  }

  /** Counts an entry that is looked at. */
  entry(where: string): void {
    this.#entries += 1;
    if (this.#entries >= this.limits.entries) this.cut(`${this.limits.entries} entries`, where);
  }

  /** Takes a file; one of an unwanted name only if it was named itself. */
  take(name: string, folder: string, where: string, content: Buffer, named = false): void {
    if (!named && !isWantedName(name)) return;
    if (this.files.length >= this.limits.files) this.cut(`${this.limits.files} files`, where);
    else this.files.push({ name, folder, where: shownName(where), content: new Secret(content), named });
  }

  cut(limit: string, where: string): void {
    this.#cut ??= `${limit}, at ${shownName(where)}`;
  }

  /** Remembers a place that could not be looked into, and why. */
  unreadable(where: string, why: string): void {
    this.#unreadable.push(`${shownName(where)} (${why})`);
  }

  /** An archive that is damaged, encrypted or too large; what was read of it before counts. */
  archiveProblem(where: string, problem: string): void {
    this.#findings.push({
      code: 'archive-unreadable',
      severity: 'warning',
      target: shownName(where),
      message: `${problem}; what could be read of it was used`,
      try: 'unpack it with the tool that made it, and name the directory',
    });
  }

  /** A path that gives nothing. */
  useless(path: string, message: string, hint: string): void {
    this.#findings.push({
      code: 'search-path-unusable',
      severity: 'error',
      target: shownName(path),
      message,
      try: hint,
    });
  }

  findings(): Finding[] {
    return [...this.#findings, ...this.#unreadableFinding(), ...this.#cutFinding()];
  }

  #unreadableFinding(): Finding[] {
    if (this.#unreadable.length === 0) return [];
    const rest = this.#unreadable.length - NAMED;
    const more = rest > 0 ? ` and ${rest} more` : '';
    return [
      {
        code: 'search-unreadable',
        severity: 'warning',
        target: this.#unreadable[0] ?? '',
        message: `could not look into ${this.#unreadable.slice(0, NAMED).join(', ')}${more}`,
        try: 'run as root (--user 0:0) with the capability DAC_OVERRIDE, or copy the files out',
      },
    ];
  }

  #cutFinding(): Finding[] {
    if (this.#cut === null) return [];
    return [
      {
        code: 'search-cut-short',
        severity: 'warning',
        target: '',
        message: `the search ended at its limit of ${this.#cut}: what lies behind was not looked at`,
        try: 'name the directory in question itself',
      },
    ];
  }
}
