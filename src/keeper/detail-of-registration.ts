import type { Action } from '../core/plan.ts';

type RegistrationAction = Action & { readonly action: 'write-registration' };

/** What was or will be done, for a person. */
export function detailOfRegistration({ fingerprint, source, uid }: RegistrationAction): string {
  if (fingerprint === null) return 'emptied, as GLPI does';
  return `registration key ${fingerprint} ${originOf(source)}${uid ? ', with the uid of this instance' : ''}`;
}

function originOf(source: RegistrationAction['source']): string {
  switch (source.kind) {
    case 'generation':
      return `from generation ${source.number}`;
    case 'row':
      return 'that stood there, sealed under the live key';
    case 'setting':
      return 'from the settings';
    case 'operator':
      return 'as given';
  }
}
