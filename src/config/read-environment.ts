import { Failure } from '../core/failure.ts';
import { editDistance, nearestName } from './nearest-name.ts';
import { settingForms } from './setting-forms.ts';
import type { Environment, RawValue, RawValues } from './source.ts';

const PREFIX = 'KEYKEEPER_';

/**
 * What the kubelet adds for a Service called keykeeper or keykeeper-something in the same namespace (Kubernetes
 * documentation, "Service", environment variables).
 */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/**
 * Variables of the Compose files in deploy/compose. Compose takes them from the same `.env` that `env_file` gives to the
 * containers.
 */
const COMPOSE_VARIABLES: readonly string[] = ['KEYKEEPER_IMAGE', 'KEYKEEPER_VAULT_VOLUME'];

/**
 * Reads the `KEYKEEPER_…` variables. One that is set and empty counts as not set: Compose makes such ones of `${X:-}`.
 *
 * @throws Failure `unknown-setting` for a variable that is none of ours and was meant to be
 */
export function readEnvironment(environment: Environment): RawValues {
  const forms = new Map(settingForms().map((each) => [each.variable, each]));
  const variables = [...forms.keys()];
  const values = new Map<string, RawValue>();
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.toUpperCase().startsWith('KE')) continue;
    const form = forms.get(variable);
    if (form !== undefined) {
      if (text === undefined || text === '') continue;
      values.set(form.key, { kind: form.kind, text, origin: { source: 'environment', place: variable } });
      continue;
    }
    if (SERVICE_LINK.test(variable) || COMPOSE_VARIABLES.includes(variable)) continue;
    if (variable.toUpperCase().startsWith(PREFIX)) throw unknownVariable(variable, nearestName(variable, variables));
    const meant = misspeltPrefix(variable, variables);
    if (meant !== null) throw unknownVariable(variable, meant);
  }
  return values;
}

/** The variable that was meant where only the prefix is wrong, as in KEYKEPER_VAULT or KEY_KEEPER_VAULT. */
function misspeltPrefix(variable: string, variables: readonly string[]): string | null {
  if (!variable.startsWith('KE')) return null;
  for (const each of variables) {
    const rest = each.slice(PREFIX.length);
    if (!variable.endsWith(`_${rest}`)) continue;
    const prefix = variable.slice(0, variable.length - rest.length);
    if (Math.abs(prefix.length - PREFIX.length) <= 2 && editDistance(prefix, PREFIX) <= 2) return each;
  }
  return null;
}

function unknownVariable(variable: string, nearest: string | null): Failure {
  return new Failure('unknown-setting', `the environment variable ${variable} is no setting`, {
    target: variable,
    expected: 'only known KEYKEEPER_ variables, so that a misspelt one is noticed',
    try: nearest === null ? `remove ${variable}; keykeeper config lists every setting` : `rename it to ${nearest}`,
  });
}
