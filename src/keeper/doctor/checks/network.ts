import { newestFirst } from '../../../core/history.ts';
import { durationInWords } from '../../../glpi/network/duration-words.ts';
import { check, FINE, skipped, type Trouble, troubles } from '../check.ts';
import { observationOf } from '../seen.ts';

/** Certificates, caches and sessions go by the clock; less than this is delay. In ms. */
const NOTABLE = 5 * 60_000;

/** The way to GLPI Network, and the clock. */
export const NETWORK_CHECKS = [
  check({
    code: 'network-way',
    group: 'network',
    title: 'GLPI Network can be reached by the way that GLPI takes',
    levels: ['warning'],
    needs: ['network'],
    run: ({ network }) => {
      if (network.kind === 'not-asked') return skipped(network.why);
      if (network.kind === 'reachable') return FINE;
      const { cause, url } = network;
      const evidence = [`${cause.code}${url === '' ? '' : ` at ${url}`}`];
      const message = `${cause.message}; GLPI calls its registration key invalid then, and it may be fine`;
      return troubles({
        level: 'warning',
        target: url || 'KEYKEEPER_REGISTRATION_URL',
        message,
        evidence,
        fix: cause.try,
      });
    },
  }),
  check({
    code: 'clock-right',
    group: 'network',
    title: 'The clocks of this machine, the engine, the database and GLPI Network agree',
    levels: ['warning'],
    needs: ['clocks', 'instance'],
    run: ({ clocks: { ahead }, instance }) => {
      const observation = observationOf(instance);
      const newest = newestFirst(observation.vault)[0]?.createdAt ?? null;
      const future = newest === null ? 0 : Date.parse(newest) - Date.parse(observation.at);
      const found: Trouble[] = ahead.filter((each) => Math.abs(each.by) >= NOTABLE).map(apart);
      if (future >= NOTABLE) {
        found.push({
          level: 'warning',
          target: 'vault',
          message: 'the newest generation was written in the future: the clock of this machine was set back',
          evidence: [`generation of ${newest}, and it is ${observation.at} here`],
          fix: 'timedatectl set-ntp true',
        });
      }
      if (found.length === 0 && ahead.length === 0 && newest === null)
        return skipped('there is no clock to compare with');
      return troubles(...found);
    },
  }),
];

function apart({ of, by }: { readonly of: string; readonly by: number }): Trouble {
  const amount = durationInWords(Math.abs(by));
  return {
    level: 'warning',
    target: of,
    message: `the clock of this machine is ${amount} ${by > 0 ? 'ahead of' : 'behind'} that of ${of}`,
    evidence: [`${Math.round(by / 1000)} s`],
    fix: 'timedatectl set-ntp true on both hosts; containers use the clock of their host',
  };
}
