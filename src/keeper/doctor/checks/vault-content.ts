import { captureReasons, needsCaptureFirst } from '../../../core/capture.ts';
import { presentNow, withOtherConfig } from '../../../core/presence.ts';
import { presenceOf } from '../../presence-record.ts';
import { type Answer, check, FINE, type Level, skipped, told, troubles } from '../check.ts';
import type { InstanceFact } from '../facts/look-at-instance.ts';
import { observationOf, withDatabase, withVault } from '../seen.ts';

/** What the vault holds, and who writes to it. */
export const VAULT_CONTENT_CHECKS = [
  check({
    code: 'key-kept',
    group: 'vault',
    title: 'The live key is in the vault',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance }) =>
      withVault(instance, (_, generations) => {
        const observation = observationOf(instance);
        const { key } = observation;
        if (key.kind !== 'well-formed') return skipped('there is no live key that could be kept');
        if (!needsCaptureFirst(observation)) return FINE;
        return troubles({
          level: 'error',
          target: 'vault',
          message: `the live key ${key.fingerprint} is not in the vault: nothing could bring it back`,
          evidence: [`${generations.length} generations, none with it`],
          fix: 'keykeeper capture',
        });
      }),
  }),
  check({
    code: 'files-kept',
    group: 'vault',
    title: 'The vault holds the guarded files, the proof and the database as they are now',
    levels: ['warning', 'advice'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) =>
      behind(
        instance,
        settings.interval,
        (reason) => reason !== 'escrow',
        'the vault does not hold what changed since',
      ),
  }),
  check({
    code: 'escrow-current',
    group: 'vault',
    title: 'The escrow holds the secrets of the database as they are now',
    levels: ['warning', 'advice'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) =>
      withDatabase(instance, ({ coverage }) => {
        if (coverage === 'sample') return skipped(instance.late ?? 'only a sample of the database was read');
        const message = 'secrets were written since the last capture: if GLPI destroys them, nothing brings them back';
        return behind(instance, settings.interval, (reason) => reason === 'escrow', message);
      }),
  }),
  check({
    code: 'watch-running',
    group: 'vault',
    title: 'A watch guards this instance',
    levels: ['warning'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) =>
      withVault(instance, (_, generations) => {
        const { at, records } = observationOf(instance);
        if (generations.length === 0) return skipped('nothing was kept yet');
        if (presentNow(records.presence, at, settings.interval).length > 0) return FINE;
        const last = records.presence.at(-1)?.at ?? null;
        return troubles({
          level: 'warning',
          target: 'keykeeper watch',
          message: 'no watch has looked at this instance lately: what vanishes now comes back at the next init alone',
          evidence: [last === null ? 'none ever noted itself in the vault' : `the last one noted itself on ${last}`],
          fix: 'docker compose up --detach keykeeper',
        });
      }),
  }),
  check({
    code: 'vault-of-one',
    group: 'vault',
    title: 'No other watch uses this vault for another config directory',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance }) =>
      withVault(instance, () => {
        const observation = observationOf(instance);
        const me = presenceOf(observation);
        if (me === null) return skipped('there is no key file to tell config directories apart by');
        const others = withOtherConfig(observation.records.presence, me);
        if (others.length === 0) return FINE;
        return troubles({
          level: 'error',
          target: 'KEYKEEPER_VAULT',
          message:
            'another watch keeps another config directory in this vault: each takes the key of the other for a candidate',
          evidence: others.map((each) => `${each.host}, last noted on ${each.at}`),
          fix: 'give each GLPI a vault of its own, or a KEYKEEPER_INSTANCE of its own',
        });
      }),
  }),
  check({
    code: 'drill-passed',
    group: 'vault',
    title: 'The last drill succeeded',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance }) =>
      withVault(instance, () => {
        if (observationOf(instance).records.drill === null) return skipped('none was made yet: keykeeper drill');
        return told(instance.result.findings, (code) => code === 'drill-failed');
      }),
  }),
  check({
    code: 'copy-elsewhere',
    group: 'vault',
    title: 'A copy of the vault goes elsewhere, and the last one arrived',
    levels: ['warning', 'advice'],
    needs: ['instance', 'settings', 'places'],
    run: ({ instance, settings: { settings }, places: { exportTo, vault } }) =>
      withVault(instance, () => {
        const failed = told(instance.result.findings, (code) => code === 'export-failed');
        if (failed.kind === 'answered' && failed.troubles.length > 0) return failed;
        if (exportTo?.mount !== null && exportTo !== null && exportTo.mount.id === vault?.mount?.id) {
          return troubles({
            level: 'warning',
            target: 'KEYKEEPER_EXPORT_TO',
            message: 'exports go to the very volume that the vault is on: they go with it',
            evidence: [`${exportTo.path} and ${vault.path} lie on the same mount, ${exportTo.mount.point}`],
            fix: 'mount a place on another disk or machine, and name it in KEYKEEPER_EXPORT_TO',
          });
        }
        if (settings.export.kind === 'every' || observationOf(instance).records.export !== null) return FINE;
        return troubles({
          level: 'advice',
          target: 'KEYKEEPER_EXPORT',
          message: 'no copy of the vault goes elsewhere: one disk holds all',
          evidence: ['KEYKEEPER_EXPORT is off, and no export was ever made to a configured place'],
          fix: 'KEYKEEPER_EXPORT=1d, KEYKEEPER_EXPORT_TO=/offsite and KEYKEEPER_AGE_RECIPIENTS (docs/off-site.md)',
        });
      }),
  }),
];

/** A watch beside brings it in at its next pass, so that it is no more than news then. */
function behind(
  instance: InstanceFact,
  interval: number,
  concerns: (reason: string) => boolean,
  message: string,
): Answer {
  return withVault(instance, (_, generations) => {
    const observation = observationOf(instance);
    const reasons = captureReasons(observation, instance.result.after.judgement).filter(concerns);
    if (reasons.length === 0) return FINE;
    const watched = presentNow(observation.records.presence, observation.at, interval).length > 0;
    const level: Level = watched ? 'advice' : 'warning';
    const last = generations[0] === undefined ? 'nothing was kept yet' : `last capture on ${generations[0].createdAt}`;
    const evidence = [`differs: ${reasons.join(', ')}`, last];
    return troubles({ level, target: 'vault', message, evidence, fix: 'keykeeper capture' });
  });
}
