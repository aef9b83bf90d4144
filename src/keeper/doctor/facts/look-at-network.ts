import type { NetworkCause } from '../../../glpi/network/cause.ts';
import { readCheckFacts } from '../../check-facts.ts';
import { subjectOf } from '../../check-subject.ts';
import type { NetworkPort } from '../../network-port.ts';
import { prepareQuestion } from '../../prepare-question.ts';
import type { DoctorOrder } from '../doctor-order.ts';
import type { InstanceFact } from './look-at-instance.ts';

export type NetworkFact =
  | { readonly kind: 'reachable'; readonly url: string; readonly clockSkew: number | null }
  | { readonly kind: 'unreachable'; readonly url: string; readonly cause: NetworkCause }
  /** There is no reason to ask, or it is forbidden. */
  | { readonly kind: 'not-asked'; readonly why: string };

/**
 * Whether GLPI Network can be reached, by the way that GLPI takes, with the keyless question that GLPI has for that: no key
 * leaves. Where GLPI has no registration key, or asking is switched off, nothing leaves at all.
 *
 * @throws the reason of `signal`
 */
export async function lookAtNetwork(
  { settings, environment, signal: whole }: DoctorOrder,
  { result }: InstanceFact,
  network: NetworkPort,
  signal: AbortSignal,
): Promise<NetworkFact> {
  if (settings.registrationValidate === 'off') return notAsked('KEYKEEPER_REGISTRATION_VALIDATE is off');
  const subject = subjectOf(result, settings);
  if (subject === 'unknown') return notAsked('whether GLPI has a registration key is not known without its database');
  if (subject === null) return notAsked('GLPI has no registration key that it could ask about');
  const reading = await readCheckFacts(subject, signal);
  whole.throwIfAborted();
  if (reading.kind !== 'facts') return notAsked('the database does not say how GLPI gets there');
  const { facts } = reading;
  const question = await prepareQuestion({ settings, environment, facts, localDefine: subject.localDefine });
  if (question.kind === 'refused') return { kind: 'unreachable', url: '', cause: question.cause };
  const { endpoint, proxy, caFile, version } = question.request;
  const answer = await network.probe({ endpoint, proxy, caFile, version, depth: 'ping', attempts: 1, signal });
  const url = endpoint.pingUrl;
  if (answer.kind === 'unreachable') return { kind: 'unreachable', url, cause: answer.cause };
  return { kind: 'reachable', url, clockSkew: answer.clockSkew };
}

function notAsked(why: string): NetworkFact {
  return { kind: 'not-asked', why };
}
