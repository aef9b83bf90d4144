import type { AccessTarget } from './access-facts.ts';

/** `33:33`, `33`, `:33`, as chown(1) takes it; '' when neither is wanted. */
export function ownerText(target: Pick<AccessTarget, 'uid' | 'gid'>): string {
  return `${target.uid ?? ''}${target.gid === null ? '' : `:${target.gid}`}`;
}

/** `0640`, as chmod(1) takes it. */
export function modeText(bits: number): string {
  return `0${bits.toString(8).padStart(3, '0')}`;
}

/** `owner 33:33, mode 0640`. */
export function wantedText(target: AccessTarget): string {
  const owner = ownerText(target);
  const parts = [owner === '' ? [] : [`owner ${owner}`], target.mode === null ? [] : [`mode ${modeText(target.mode)}`]];
  return parts.flat().join(', ');
}

/** `chown 33:33 PATH && chmod 0640 PATH`. */
export function commandText(path: string, target: AccessTarget): string {
  const owner = ownerText(target);
  const commands = [
    owner === '' ? [] : [`chown ${owner} ${path}`],
    target.mode === null ? [] : [`chmod ${modeText(target.mode)} ${path}`],
  ];
  return commands.flat().join(' && ');
}
