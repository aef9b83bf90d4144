import { Failure } from '../core/failure.ts';
import type { Envelope } from './age-envelope.ts';

/**
 * Whether a configured identity opens what this envelope seals.
 *
 * @throws Failure `vault-identity-missing` where none does and it is not meant so
 */
export async function checkRecipients(envelope: Envelope, toOthers: boolean): Promise<boolean> {
  if (!envelope.seals) return true;
  const opened = await envelope.open(await envelope.seal(Buffer.from('keykeeper')));
  if (opened.kind === 'opened') return true;
  if (toOthers) return false;
  throw new Failure('vault-identity-missing', 'no configured identity opens what these recipients get', {
    target: 'KEYKEEPER_AGE_RECIPIENTS',
    expected: 'among the recipients that of a configured identity, so that what was written can be read back',
    try: 'add the new identity as a line of its own to the file of KEYKEEPER_AGE_IDENTITY_FILE; or say --to-others where it is kept elsewhere',
  });
}

/** @param count of files that no identity opens @param first one of them */
export function closedFiles(count: number, first: string): Failure {
  return new Failure(
    'vault-identity-missing',
    `${count} files of the vault are encrypted to others: nothing was changed`,
    {
      target: first,
      expected: 'identities that open everything in the vault, the old ones too',
      try: 'put all identities, one a line, into the file of KEYKEEPER_AGE_IDENTITY_FILE',
    },
  );
}
