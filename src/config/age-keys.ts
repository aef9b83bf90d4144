import { Secret } from '../core/secret.ts';
import { InvalidValue } from './invalid-value.ts';

const BECH32 = '[02-9ac-hj-np-z]';
const RECIPIENT = new RegExp(`^age1(?:pq1)?${BECH32}+$`);
const IDENTITY = new RegExp(`^AGE-SECRET-KEY-(?:PQ-)?1${BECH32}+$`, 'i');

const EXPECTED_RECIPIENTS =
  'recipients that begin with age1, as age-keygen -y prints them, separated by commas or lines';
const EXPECTED_IDENTITY = 'the text of an identity file as age-keygen writes it, with a line AGE-SECRET-KEY-1…';

/**
 * Recipients separated by commas, white space or lines; what follows a # to the end of its line is a comment.
 * Only their form is looked at here: whether they are sound, the vault tells when it is opened.
 *
 * @throws InvalidValue, which never repeats the text: an identity may have been put here
 */
export function readAgeRecipients(text: string): readonly string[] {
  const recipients = withoutComments(text)
    .split(/[\s,]+/)
    .filter((each) => each !== '');
  if (recipients.length === 0) throw new InvalidValue('names no recipient', EXPECTED_RECIPIENTS);
  for (const recipient of recipients) {
    if (/^AGE-SECRET-KEY-/i.test(recipient)) {
      throw new InvalidValue('holds an identity, which is the secret half', EXPECTED_RECIPIENTS);
    }
    if (/^ssh/.test(recipient)) throw new InvalidValue('holds an SSH key', EXPECTED_RECIPIENTS);
    if (!RECIPIENT.test(recipient)) throw new InvalidValue('holds something that is no recipient', EXPECTED_RECIPIENTS);
  }
  return Object.freeze([...new Set(recipients)]);
}

/** @throws InvalidValue when there is no identity in the text, or something else beside it. */
export function readAgeIdentity(text: string): Secret<string> {
  const lines = withoutComments(text)
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (lines.length === 0) throw new InvalidValue('holds no identity', EXPECTED_IDENTITY);
  if (lines.some((each) => RECIPIENT.test(each))) {
    throw new InvalidValue('holds a recipient, which is the public half', EXPECTED_IDENTITY);
  }
  if (!lines.every((each) => IDENTITY.test(each))) {
    throw new InvalidValue('holds something that is no identity', EXPECTED_IDENTITY);
  }
  return new Secret(text);
}

function withoutComments(text: string): string {
  return text.replace(/#[^\n]*/g, '');
}
