import { isRegistrationKey } from './registration-key.ts';

/** A registration key as somebody pasted it, without what pasting added. */
export interface CleanedKey {
  readonly key: string;
  /** More than white space around it had to go: line breaks inside, spaces, quotes. */
  readonly cleaned: boolean;
}

/** Line breaks of a mail, quotes of a shell or a word processor, invisible characters of a web page. */
const ADDED = /[\s'"`‘’“”„«»\u200b-\u200d\u2060\ufeff]+/gu;

/** Null where the text is no registration key even without what pasting adds. */
export function cleanRegistrationKey(text: string): CleanedKey | null {
  const key = text.replace(ADDED, '');
  if (!isRegistrationKey(key)) return null;
  return { key, cleaned: key !== text.trim() };
}
