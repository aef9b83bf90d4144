/** The first number of a GLPI version such as `10.0.17`, `11.0.6@<hash>`; 11, the newest known, if it has none. */
export function majorOf(version: string): number {
  const match = /^\s*(\d+)/.exec(version);
  return match === null ? 11 : Number(match[1]);
}
