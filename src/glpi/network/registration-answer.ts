import * as z from 'zod/mini';
import type { Secret } from '../../core/secret.ts';
import type { NetworkCause } from './cause.ts';
import { cleanAnswer } from './clean-text.ts';

export interface Subscription {
  readonly title: string | null;
  /** Null where GLPI Network does not say. */
  readonly running: boolean | null;
  /** `2026-01-31`. */
  readonly beginDate: string | null;
  readonly endDate: string | null;
  /** Days from today (UTC) to the end date: 0 today, negative after it; null without a date. */
  readonly daysLeft: number | null;
}

/** What GLPI Network said of a key; all texts are cleaned and cut. */
interface Said {
  readonly validationMessage: string | null;
  readonly owner: string | null;
  readonly subscription: Subscription | null;
  /** How far the clock here is ahead of GLPI Network's (negative: behind), in ms; null when it is about right. */
  readonly clockSkew: number | null;
}

export type NetworkAnswer =
  | ({ readonly kind: 'valid' } & Said)
  | ({ readonly kind: 'invalid' | 'subscription-not-running'; readonly cause: NetworkCause } & Said)
  /** Nothing is known of the key. */
  | { readonly kind: 'failed'; readonly cause: NetworkCause };

/** As loose as GLPI: it looks for `is_valid` alone, and takes the rest as it comes. */
const shape = z.looseObject({
  is_valid: z.unknown(),
  validation_message: z.optional(z.unknown()),
  owner: z.optional(z.unknown()),
  subscription: z.optional(z.unknown()),
});

const members = z.catch(z.record(z.string(), z.unknown()), {});

const DAY = 86_400_000;

/**
 * Reads an answer about a key as GLPI does (GLPINetwork::getRegistrationInformations): any truthy `is_valid` counts, and
 * a subscription that does not run is told only of a valid key.
 *
 * @param value parsed JSON
 * @param now ms since 1970
 * @returns null where there is no `is_valid`: GLPI then says "Unable to fetch registration information."
 */
export function readRegistrationAnswer(
  value: unknown,
  key: Secret<string>,
  clockSkew: number | null,
  now: number,
): NetworkAnswer | null {
  const parsed = shape.safeParse(value);
  if (!parsed.success || !('is_valid' in parsed.data)) return null;
  const text = (part: unknown): string | null => textOf(part, key);
  const validationMessage = text(parsed.data.validation_message);
  const owner = text(members.parse(parsed.data.owner).name);
  const subscription = subscriptionOf(parsed.data.subscription, text, now);
  const said = { validationMessage, owner, subscription, clockSkew };
  if (!isTruthy(parsed.data.is_valid)) return { kind: 'invalid', cause: invalidKey(validationMessage), ...said };
  if (subscription?.running === false) {
    return { kind: 'subscription-not-running', cause: endedSubscription(subscription), ...said };
  }
  return { kind: 'valid', ...said };
}

function subscriptionOf(value: unknown, text: (part: unknown) => string | null, now: number): Subscription | null {
  if (typeof value !== 'object' || value === null) return null;
  const { title, is_running, begin_date, end_date } = members.parse(value);
  const endDate = dateOf(end_date);
  return {
    title: text(title),
    running: is_running === undefined || is_running === null ? null : isTruthy(is_running),
    beginDate: dateOf(begin_date),
    endDate,
    daysLeft: endDate === null ? null : Math.round((Date.parse(endDate) - midnight(now)) / DAY),
  };
}

/** The day of a date with or without a time behind it. */
function dateOf(value: unknown): string | null {
  const day = typeof value === 'string' ? /^\d{4}-\d{2}-\d{2}/.exec(value)?.[0] : undefined;
  return day === undefined || Number.isNaN(Date.parse(day)) ? null : day;
}

function midnight(now: number): number {
  return Math.floor(now / DAY) * DAY;
}

function textOf(value: unknown, key: Secret<string>): string | null {
  if (typeof value !== 'string') return null;
  return cleanAnswer(value, key) || null;
}

/** PHP manual, "Booleans", of what JSON can hold: an empty object arrives as an empty array. */
function isTruthy(value: unknown): boolean {
  if (value === '0') return false;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** How GLPI Network words it is written down nowhere: what does not match is an invalid key like any other. */
const OTHER_INSTANCE =
  /\b(?:another|other|different|autre|otra|andere)\b[^.]*\b(?:instance|instancia|instanz|glpi)\b|\b(?:uid|uuid)\b/i;

function invalidKey(validationMessage: string | null): NetworkCause {
  const said = validationMessage === null ? '' : `: "${validationMessage}"`;
  if (validationMessage !== null && OTHER_INSTANCE.test(validationMessage)) {
    return {
      code: 'key-other-instance',
      message: `GLPI Network refuses the registration key, for it belongs to another instance${said}`,
      try: 'take the key of this instance from GLPI Network, or give this GLPI back its old glpi_network_uuid if it is the same one',
    };
  }
  return {
    code: 'key-invalid',
    message: `GLPI Network refuses the registration key${said}`,
    try: 'copy the key again from your account at GLPI Network, and set it with keykeeper registration set',
  };
}

function endedSubscription({ title, endDate }: Subscription): NetworkCause {
  const which = title === null ? 'the subscription' : `the subscription "${title}"`;
  return {
    code: 'subscription-not-running',
    message: `the registration key is good, but ${which} ${endDate === null ? 'does not run' : `ended on ${endDate}`}`,
    try: 'renew the subscription at GLPI Network; the key stays the same',
  };
}
