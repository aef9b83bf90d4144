import { Secret } from '../core/secret.ts';
import type { RegistrationRequest } from '../glpi/network/ask-registration.ts';
import { registrationHeaders } from '../glpi/network/glpi-request.ts';
import type { Validation } from '../keeper/validate-registration.ts';

/** What is told of a validation beside its findings: `details` of the JSON document. Nothing secret. */
export interface ValidationDetails {
  /** Fingerprint of the registration key; null where there is none. */
  readonly registrationKey: string | null;
  /** `valid`, `invalid`, `subscription-not-running`, `failed`; `not-asked` with --dry-run or where it could not be. */
  readonly verdict: string;
  readonly message: string | null;
  readonly owner: string | null;
  readonly subscription: string | null;
  readonly endDate: string | null;
  readonly daysLeft: number | null;
  readonly request: ShownRequest | null;
  /** Why it does not answer. */
  readonly database: string | null;
}

export interface ShownRequest {
  readonly url: string;
  /** `setting`, `environment`, `local_define.php` or `default`: who says where. */
  readonly source: string;
  /** `host:port`; null: none. */
  readonly proxy: string | null;
  readonly proxyFrom: string | null;
  /** As sent, but for the key. */
  readonly headers: Readonly<Record<string, string>>;
}

const NOTHING = { message: null, owner: null, subscription: null, endDate: null, daysLeft: null, database: null };

export function validationDetails(validation: Validation): { readonly registration: ValidationDetails } {
  return { registration: detailsOf(validation) };
}

function detailsOf(validation: Validation): ValidationDetails {
  const registrationKey = 'key' in validation ? validation.key : null;
  const request = 'request' in validation && validation.request !== null ? shownRequest(validation.request) : null;
  const base = { ...NOTHING, registrationKey, request };
  if (validation.kind === 'database-silent') return { ...base, verdict: 'not-asked', database: validation.message };
  if (validation.kind !== 'asked') return { ...base, verdict: 'not-asked' };
  const { answer } = validation;
  if (answer.kind === 'failed') return { ...base, verdict: 'failed' };
  return {
    ...base,
    verdict: answer.kind,
    message: answer.validationMessage,
    owner: answer.owner,
    subscription: answer.subscription?.title ?? null,
    endDate: answer.subscription?.endDate ?? null,
    daysLeft: answer.subscription?.daysLeft ?? null,
  };
}

function shownRequest(request: RegistrationRequest): ShownRequest {
  const { endpoint, proxy } = request;
  const settings = proxy.kind === 'proxy' ? proxy.settings : null;
  return {
    url: endpoint.infoUrl,
    source: endpoint.source,
    proxy: settings === null ? null : `${settings.host}:${settings.port}`,
    proxyFrom: settings?.setIn ?? null,
    headers: registrationHeaders(request, new Secret('[redacted]')),
  };
}
