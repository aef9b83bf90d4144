import type { CapturedFrom } from '../keeper/backup/capture-from.ts';

/** The line to follow after keys were looked for; '' where nothing is left to do. */
export function nextStep({ keys, judgement, observation, vaultFailed }: CapturedFrom): string {
  if (vaultFailed) return 'mend the vault, and run this again: nothing was kept';
  if (keys.length === 0) return 'name other places: docs/lost-key.md says where old keys hide';
  if (judgement.elsewhere !== null) {
    return 'keykeeper restore --adopt --dry-run, if this database is the right one and only moved';
  }
  if (observation.database.kind === 'unreachable')
    return 'keykeeper init, once the database answers: it tests what is kept';
  if (judgement.verdict === 'lost') return 'name other places: docs/lost-key.md says where old keys hide';
  switch (judgement.choice.kind) {
    case 'restore':
      return 'keykeeper init, while GLPI is stopped: it puts the right key in its place';
    case 'tie':
      return 'keykeeper history, then keykeeper restore --generation N';
    case 'keep':
      return judgement.movable.length > 0
        ? 'keykeeper init, while GLPI is stopped: it seals these values anew under the live key'
        : '';
    case 'wait':
    case 'nothing':
      return 'keykeeper status';
  }
}
