import { isGuardedFile } from '../../core/guarded-set.ts';

/** Whether a file of this name may hold a key: `glpicrypt.key`, copies like `glpicrypt.key.bak`, and `glpi.key`. */
export function isKeyName(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.includes('glpicrypt') || lower === 'glpi.key';
}

/** Whether a file of this name is read where it lies in a directory or an archive that is searched. */
export function isWantedName(name: string): boolean {
  return isKeyName(name) || isGuardedFile(name);
}

/** Which archive a name announces, by what lies in it; null for any other file. */
export function archiveKind(name: string): 'tar' | 'gzip' | 'zip' | null {
  if (/\.(tgz|tar\.gz)$/i.test(name)) return 'gzip';
  if (/\.tar$/i.test(name)) return 'tar';
  return /\.zip$/i.test(name) ? 'zip' : null;
}

const SHOWN = 160;

/**
 * A name out of a foreign directory or archive as it may be shown: without control characters, line breaks and marks
 * that turn the writing direction, and cut at its beginning, for its end says more.
 */
export function shownName(name: string): string {
  const plain = name.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return plain.length > SHOWN ? `…${plain.slice(1 - SHOWN)}` : plain;
}

/** Directory and base name of a path inside an archive; only compared and shown, never opened. */
export function splitInnerPath(path: string): { readonly folder: string; readonly name: string } {
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  return { folder: parts.slice(0, -1).join('/'), name: parts.at(-1) ?? '' };
}
