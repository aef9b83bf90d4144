/** Changing owners and becoming another user needs root; elsewhere those tests are reported as skipped. */
export const isRoot = process.geteuid?.() === 0;
