/**
 * Every keeper is root in its container, whoever runs the simulation: a history must not depend on that, and asking the
 * kernel each time takes longer than most of what a keeper does.
 */
export function becomeRoot(): void {
  process.geteuid = () => 0;
  process.getegid = () => 0;
  process.getgroups = () => [0];
  // The real one asks the system for each name.
  process.env = {};
}
