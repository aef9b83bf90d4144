import { check, FINE, troubles } from '../check.ts';

/** Settings that speak against each other, or against what they are there for. */
export const SETTING_CHECKS = [
  check({
    code: 'gate-enforced',
    group: 'set-up',
    title: 'The gate blocks when it has to (KEYKEEPER_GATE=enforce)',
    levels: ['advice'],
    needs: ['settings'],
    run: ({ settings: { settings, origins } }) => {
      if (settings.gate === 'enforce') return FINE;
      return troubles({
        level: 'advice',
        target: origins.gate.place,
        message: 'the gate opens whatever there is, and only says what it would have done',
        evidence: ['KEYKEEPER_GATE is warn'],
        fix: 'KEYKEEPER_GATE=enforce',
      });
    },
  }),
  check({
    code: 'identity-of-use',
    group: 'set-up',
    title: 'An age identity is set only where there are recipients to encrypt to',
    levels: ['warning'],
    needs: ['settings'],
    run: ({ settings: { settings, origins } }) => {
      if (settings.ageIdentity === null || settings.ageRecipients.length > 0) return FINE;
      return troubles({
        level: 'warning',
        target: origins.ageIdentity.place,
        message: 'an age identity is set and no recipient: what is captured now goes into the vault in clear',
        evidence: ['KEYKEEPER_AGE_RECIPIENTS is not set'],
        fix: 'KEYKEEPER_AGE_RECIPIENTS=age1…, which age-keygen -y prints for the identity',
      });
    },
  }),
  check({
    code: 'container-of-use',
    group: 'set-up',
    title: 'KEYKEEPER_CONTAINER is set only where somebody is asked about it',
    levels: ['advice'],
    needs: ['settings', 'surroundings'],
    run: ({ settings: { settings, origins }, surroundings: { engineHost, engineSocket, inPod } }) => {
      const asked = settings.platform !== 'none' && (engineHost !== null || engineSocket !== null || inPod);
      if (settings.container === null || asked) return FINE;
      return troubles({
        level: 'advice',
        target: origins.container.place,
        message: 'a container is named, and there is no engine that could be asked about it',
        evidence: [`KEYKEEPER_PLATFORM is ${settings.platform}`, 'neither a socket nor DOCKER_HOST is given'],
        fix: 'docker compose --file compose.yaml --file socket-proxy.yaml up --detach, or remove KEYKEEPER_CONTAINER',
      });
    },
  }),
  check({
    code: 'settle-time',
    group: 'set-up',
    title: 'There is a settle time, which tells an accident from a rotation on its way',
    levels: ['warning'],
    needs: ['settings'],
    run: ({ settings: { settings, origins } }) => {
      if (settings.settle >= 1_000) return FINE;
      return troubles({
        level: 'warning',
        target: origins.settle.place,
        message: "GLPI's own security:change_key on its way could be taken for an accident",
        evidence: [`KEYKEEPER_SETTLE is ${settings.settle} ms`],
        fix: 'KEYKEEPER_SETTLE=10s',
      });
    },
  }),
];
