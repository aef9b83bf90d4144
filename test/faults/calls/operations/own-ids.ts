/** Whom guarded files belong to: as root GLPI's user, so that files are given away too. */
export const OWN_IDS =
  process.geteuid?.() === 0 ? { uid: 33, gid: 33 } : { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
