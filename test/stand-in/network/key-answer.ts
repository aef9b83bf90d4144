import valid from '../../fixtures/registration-info-valid.json' with { type: 'json' };
import type { KeyAnswer } from './scene.ts';

const DAY = 86_400_000;

/** The body of the answer to `GET …/info`, as JSON text. */
export function bodyOf(answer: KeyAnswer): string {
  switch (answer.kind) {
    case 'valid':
      return JSON.stringify(withEnd(true, answer.days ?? 365));
    case 'expired':
      return JSON.stringify(withEnd(false, -(answer.days ?? 30)));
    case 'invalid':
      return JSON.stringify(refused(answer.message ?? 'The registration key is not known.'));
    case 'other-instance':
      return JSON.stringify(
        refused(answer.message ?? 'This registration key is already used by another GLPI instance.'),
      );
    case 'json':
      return JSON.stringify(answer.body);
  }
}

function withEnd(running: boolean, days: number): object {
  const day = (offset: number): string => new Date(Date.now() + offset * DAY).toISOString().slice(0, 10);
  const subscription = { ...valid.subscription, is_running: running, begin_date: day(days - 365), end_date: day(days) };
  return { ...valid, subscription };
}

function refused(message: string): object {
  return { is_valid: false, validation_message: message, owner: null, subscription: null };
}
