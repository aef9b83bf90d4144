const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
] as const;

/** A duration in ms for people, in its largest unit: `3 days`, `1 minute`, `20 seconds`. */
export function durationInWords(milliseconds: number): string {
  const whole = Math.abs(milliseconds);
  const [size, name] = UNITS.find(([unit]) => whole >= unit) ?? [1000, 'second'];
  const count = Math.round(whole / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
