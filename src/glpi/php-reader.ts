/** A value that PHP code can write down without computing: keys of arrays are dropped. */
export type PhpLiteral = string | number | boolean | null | readonly PhpLiteral[];

/** Why PHP code cannot be read as literals. `message` completes "config_db.php …" and never quotes the code. */
export class PhpReadError extends Error {
  override readonly name = 'PhpReadError';
}

/** Arrays in arrays that are read; 64 KiB of brackets would take more stack than there is. */
const DEEPEST = 8;

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  v: '\v',
  e: '\x1b',
  f: '\f',
  '\\': '\\',
  $: '$',
  '"': '"',
};

const CONSTANTS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * Reads PHP code token by token, executing nothing. Positions move forward only; each `take…` method leaves the reader
 * where it was if what it looks for is not there.
 */
export class PhpReader {
  /** One character a byte, as PHP sees its code: `\x` and octal escapes make bytes, not characters. */
  readonly #code: string;
  #position = 0;
  #depth = 0;

  constructor(source: string) {
    this.#code = Buffer.from(source, 'utf8').toString('latin1');
  }

  /** Skips white space and comments, then tells whether the code is at its end. */
  atEnd(): boolean {
    this.#skipBlanks();
    return this.#position === this.#code.length;
  }

  /** Takes exactly this text, in any case, blanks before it skipped. A word does not match the start of a longer one. */
  take(text: string): boolean {
    this.#skipBlanks();
    const end = this.#position + text.length;
    if (this.#code.slice(this.#position, end).toLowerCase() !== text.toLowerCase()) return false;
    if (/\w$/.test(text) && /[\w\x80-\xff]/.test(this.#code.charAt(end))) return false;
    this.#position = end;
    return true;
  }

  /** As {@link take}, or an error that says what had to follow. */
  expect(text: string): void {
    if (!this.take(text)) throw this.error(`does not go on with "${text}"`);
  }

  /** Takes `$name` and returns the name; null if there is none. */
  takeVariable(): string | null {
    this.#skipBlanks();
    const name = this.#match(/\$([A-Za-z_\x80-\xff][\w\x80-\xff]*)/y);
    return name === null ? null : (name[1] ?? '');
  }

  /** Takes text up to and with the opening tag; only white space or a byte order mark may stand before it. */
  takeOpeningTag(): boolean {
    return this.#match(/(?:\xef\xbb\xbf)?\s*<\?php(?=\s|$)/iy) !== null;
  }

  /** Takes a closing tag and blanks after it. */
  takeClosingTag(): boolean {
    this.#skipBlanks();
    return this.#match(/\?>\s*/y) !== null;
  }

  /** Takes one statement or block unread, whatever it holds, up to the end of the code at most; returns its text. */
  skipStatement(): string {
    const start = this.#position;
    let depth = 0;
    while (!this.atEnd()) {
      if (this.#match(/'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y) !== null) continue;
      if (this.#match(/<<<|['"]/y) !== null) throw this.error('holds a text that cannot be skipped');
      const mark = this.#match(/\?>|[\s\S]/y)?.[0] ?? '';
      if ('({['.includes(mark)) depth += 1;
      if (')}]'.includes(mark)) depth = Math.max(0, depth - 1);
      if (depth === 0 && (mark === ';' || mark === '}' || mark === '?>')) break;
    }
    return this.#code.slice(start, this.#position);
  }

  literal(): PhpLiteral {
    if (this.atEnd()) throw this.error('ends');
    const quote = this.#code.charAt(this.#position);
    if (quote === "'" || quote === '"') return this.#string(quote);
    const number = this.#match(/[-+]?(?:0|[1-9]\d*)(?![\w.])/y);
    if (number !== null) return Number(number[0]);
    for (const [word, value] of Object.entries(CONSTANTS)) {
      if (this.take(word)) return value;
    }
    if (this.take('[')) return this.#elements(']');
    if (this.take('array')) {
      this.expect('(');
      return this.#elements(')');
    }
    throw this.error('computes a value instead of writing it down');
  }

  /** An error at this place. `problem` completes "config_db.php …". */
  error(problem: string): PhpReadError {
    if (this.atEnd()) return new PhpReadError(`ends in the middle (line ${this.#line()})`);
    return new PhpReadError(`${problem} (line ${this.#line()})`);
  }

  #elements(end: string): PhpLiteral[] {
    if (this.#depth === DEEPEST) throw this.error('nests arrays deeper than any settings do');
    this.#depth += 1;
    const elements: PhpLiteral[] = [];
    while (!this.take(end)) {
      let element = this.literal();
      if (this.take('=>')) element = this.literal();
      elements.push(element);
      if (this.take(',')) continue;
      this.expect(end);
      break;
    }
    this.#depth -= 1;
    return elements;
  }

  #string(quote: string): string {
    const pattern = quote === "'" ? /'((?:[^'\\]|\\[\s\S])*)'/y : /"((?:[^"\\]|\\[\s\S])*)"/y;
    const match = this.#match(pattern);
    if (match === null) throw new PhpReadError(`ends in the middle of a text (from line ${this.#line()} on)`);
    const raw = match[1] ?? '';
    const bytes = quote === "'" ? raw.replace(/\\([\\'])/g, '$1') : this.#unescaped(raw);
    return Buffer.from(bytes, 'latin1').toString('utf8');
  }

  /** PHP manual, "Strings", double quoted: an unknown escape keeps its backslash; a variable is not a literal. */
  #unescaped(raw: string): string {
    const escapes =
      /\\([0-7]{1,3})|\\x([0-9A-Fa-f]{1,2})|\\u\{([0-9A-Fa-f]+)\}|\\([\s\S])|(\$(?:[A-Za-z_{\x80-\xff])|\{\$)/g;
    return raw.replace(escapes, (whole: string, octal, hex, point, simple, variable) => {
      if (variable !== undefined) throw this.error('computes a value instead of writing it down');
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (point !== undefined) return this.#codePoint(Number.parseInt(point, 16));
      return SIMPLE_ESCAPES[simple] ?? whole;
    });
  }

  #codePoint(point: number): string {
    if (point > 0x10ffff) throw this.error('has an escape beyond Unicode');
    return Buffer.from(String.fromCodePoint(point), 'utf8').toString('latin1');
  }

  #skipBlanks(): void {
    // A closing tag ends a one-line comment (PHP manual, "Comments").
    const blanks = /(?:\s+|\/\*[\s\S]*?\*\/|(?:\/\/|#(?!\[))(?:(?!\?>)[^\r\n])*)*/y;
    blanks.lastIndex = this.#position;
    blanks.exec(this.#code);
    this.#position = blanks.lastIndex;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#code);
    if (match !== null) this.#position = pattern.lastIndex;
    return match;
  }

  #line(): number {
    return this.#code.slice(0, this.#position).split('\n').length;
  }
}
