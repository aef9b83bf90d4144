import type { DescribedContainer } from '../../../platform/platform.ts';
import { check, FINE, skipped, troubles } from '../check.ts';
import { type Dependency, dependenciesOf, serviceOf } from '../compose-labels.ts';
import { withGlpi } from '../seen.ts';

const GATE = 'depends_on: { keykeeper-init: { condition: service_completed_successfully } }';

/** Whether GLPI starts only after its keys were looked at. */
export const GATE_CHECKS = [
  check({
    code: 'gate-in-front',
    group: 'glpi-container',
    title: "GLPI's service depends on Keykeeper's gate, and on how it ended",
    levels: ['warning'],
    needs: ['containers'],
    run: ({ containers }) =>
      withGlpi(containers, (glpi, { keepers, own }) => {
        if (serviceOf(glpi) === null) return skipped("Compose did not make GLPI's container");
        const all = [...keepers, ...(own === null ? [] : [own])];
        const dependencies = dependenciesOf(glpi);
        if (dependencies.some((each) => all.some((keeper) => isGate(keeper, each)))) return FINE;
        const services = [...new Set(all.flatMap((each) => serviceOf(each) ?? []))];
        const loose = dependencies.find(({ service }) => services.includes(service));
        return troubles({
          level: 'warning',
          target: glpi.name,
          message:
            loose === undefined
              ? 'GLPI does not wait for Keykeeper: with a lost volume it makes a new key before the old one is back'
              : `GLPI waits for ${loose.service} to be there (${loose.condition}), not for the gate to open`,
          evidence: [
            `depends_on: ${dependencies.map((each) => `${each.service} ${each.condition}`).join(', ') || 'nothing'}`,
          ],
          fix: `in the service of GLPI: ${GATE}`,
        });
      }),
  }),
  check({
    code: 'gate-before-start',
    group: 'glpi-container',
    title: 'GLPI was started after its keys were looked at, not before',
    levels: ['warning'],
    needs: ['containers'],
    run: ({ containers }) =>
      withGlpi(containers, (glpi, { keepers, own }) => {
        const { startedAt } = glpi;
        const all = [...keepers, ...(own === null ? [] : [own])].filter((each) => each.startedAt !== null);
        if (startedAt === null) return skipped("GLPI's container was never started");
        if (all.length === 0) return skipped('there is no other container of Keykeeper beside GLPI');
        if (all.some((each) => lookedBefore(each, startedAt))) return FINE;
        return troubles({
          level: 'warning',
          target: glpi.name,
          message: 'GLPI started before any Keykeeper did: what it did to its keys in between, nobody saw',
          evidence: [`${glpi.name}: ${startedAt}`, ...all.map((each) => `${each.name}: ${each.startedAt}`)],
          fix: `${GATE} in the service of GLPI; the engine ignores it after a reboot, against which KEYKEEPER_LOCK=on helps (docs/ownership.md)`,
        });
      }),
  }),
];

function isGate(keeper: DescribedContainer, { service, condition }: Dependency): boolean {
  if (serviceOf(keeper) !== service) return false;
  if (condition === 'service_completed_successfully') return keeper.command.includes('init');
  return condition === 'service_healthy' && keeper.command.includes('--gate');
}

/** An init has to have ended by then; a watch looks as soon as it starts. */
function lookedBefore({ command, startedAt, finishedAt }: DescribedContainer, time: string): boolean {
  const looked = command.includes('init') ? finishedAt : startedAt;
  return looked !== null && Date.parse(looked) <= Date.parse(time);
}
