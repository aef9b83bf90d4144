import { majorOf } from '../../../glpi/network/glpi-version.ts';
import { check, FINE, skipped, told, troubles } from '../check.ts';
import { observationOf } from '../seen.ts';

const OF_THE_KEY: ReadonlySet<string> = new Set([
  'key-wrong',
  'key-malformed',
  'key-unreadable',
  'key-lost',
  'key-undecided',
  'key-unknown',
  'key-in-use',
]);

/** The security key itself. */
export const KEY_CHECKS = [
  check({
    code: 'key-fits',
    group: 'key',
    title: 'The live key is whole and opens the secrets of this database',
    levels: ['error'],
    needs: ['instance', 'settings'],
    run: ({ instance: { result }, settings: { settings } }) => {
      const { verdict, firstInstall } = result.after.judgement;
      if (firstInstall) return skipped('there is no key yet, and nothing that one would open: a first install');
      const answer = told(result.findings, (code) => OF_THE_KEY.has(code), 'error');
      if (verdict !== 'missing' || (answer.kind === 'answered' && answer.troubles.length > 0)) {
        return answer;
      }
      return troubles({
        level: 'error',
        target: `${settings.configDir}/glpicrypt.key`,
        message: 'the key file is missing: every Save in GLPI now empties a secret',
        evidence: ['the vault knows a key that fits'],
        fix: 'docker compose stop glpi, then keykeeper init',
      });
    },
  }),
  check({
    code: 'key-proven',
    group: 'key',
    title: 'The live key was tested on secrets of the database',
    levels: ['advice'],
    needs: ['instance'],
    run: ({ instance: { result } }) => {
      const { database, key } = result.after.pass.observation;
      if (key.kind !== 'well-formed') return skipped('there is no live key to test');
      if (database.kind !== 'none') return FINE;
      return troubles({
        level: 'advice',
        target: 'KEYKEEPER_DATABASE',
        message: 'the database is never asked, so that no key is ever proven: a wrong key goes unnoticed',
        evidence: ['KEYKEEPER_DATABASE is none'],
        fix: 'KEYKEEPER_DATABASE=auto',
      });
    },
  }),
  check({
    code: 'key-boots-glpi-11',
    group: 'key',
    title: 'The bytes of the key hold no %…% pattern, with which GLPI 11 does not boot',
    levels: ['error', 'advice'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings } }) => {
      const { key, database } = observationOf(instance);
      if (key.kind !== 'well-formed') return skipped('there is no live key to look at');
      if (!key.breaksGlpi11) return FINE;
      const version = database.kind === 'answers' ? database.version : null;
      const eleven = version !== null && majorOf(version) >= 11;
      return troubles({
        level: eleven ? 'error' : 'advice',
        target: `${settings.configDir}/glpicrypt.key`,
        message: eleven
          ? "GLPI 11 takes a part of the key's bytes for a parameter and does not boot with it"
          : 'GLPI 11 would not boot with this key: a part of its bytes looks like a parameter',
        evidence: [`key ${key.fingerprint} matches %[^%\\s]+%`, `GLPI ${version ?? 'of an unknown version'}`],
        fix: 'keykeeper rotate: it makes a key without the pattern and moves every secret to it',
      });
    },
  }),
];
