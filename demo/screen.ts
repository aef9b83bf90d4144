import { stdout } from 'node:process';
import { styleText } from 'node:util';

/** Text is folded at this column, so that it stays readable on a narrow terminal. */
const WIDTH = 88;

const INDENT = '  ';

/** The heading of the next act. */
export function act(title: string): void {
  stdout.write(`\n${mark('bold', title)}\n${'-'.repeat(title.length)}\n`);
}

/** A paragraph of the story. */
export function tell(text: string): void {
  stdout.write(`${fold(text, '').join('\n')}\n`);
}

/** Lines that some program or file gave, indented, each folded under its own indentation. */
export function show(text: string): void {
  const lines = text.trimEnd().split('\n');
  stdout.write(`${lines.flatMap((line) => fold(line, INDENT)).join('\n')}\n`);
}

/** A command as it is typed. */
export function showCommand(line: string): void {
  stdout.write(
    `\n${fold(`$ ${line}`, INDENT)
      .map((each) => mark('cyan', each))
      .join('\n')}\n`,
  );
}

/** A line of its own, in the colour of good or bad news. */
export function conclude(good: boolean, text: string): void {
  const lines = fold(text, INDENT).map((line) => mark(good ? 'green' : 'red', line));
  stdout.write(`${lines.join('\n')}\n`);
}

function mark(format: 'bold' | 'cyan' | 'green' | 'red', text: string): string {
  return stdout.isTTY === true ? styleText(format, text) : text;
}

/** Breaks a line at spaces; what follows stands two columns further in than its beginning. */
function fold(text: string, indent: string): string[] {
  const own = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = `${indent}${text}`;
  if (text === '') return [''];
  while (line.length > WIDTH) {
    const start = indent.length + own.length + (lines.length > 0 ? INDENT.length : 0);
    const inside = line.lastIndexOf(' ', WIDTH);
    const cut = inside > start ? inside : line.indexOf(' ', WIDTH);
    if (cut < 0) break;
    lines.push(line.slice(0, cut).trimEnd());
    const hanging = indent === '' ? '' : `${indent}${own}${INDENT}`;
    line = `${hanging}${line.slice(cut + 1).trimStart()}`;
  }
  return [...lines, line];
}
