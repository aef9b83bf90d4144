import { NOT_FOLLOWED } from '../../../core/elsewhere.ts';
import { Failure } from '../../../core/failure.ts';
import { DATABASE_FILE } from '../../../core/guarded-set.ts';
import { parseConfigDb } from '../../../glpi/config-db.ts';
import { describeAddress } from '../../describe-address.ts';
import { check, FINE, skipped, type Trouble, told, troubles } from '../check.ts';
import { observationOf, withDatabase, withVault } from '../seen.ts';

/** Whether the database answers, and is the right one. */
export const DATABASE_CHECKS = [
  check({
    code: 'database-answers',
    group: 'database',
    title: 'The database answers with the settings that GLPI has',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance: { result, late } }) => {
      const { database } = result.after.pass.observation;
      if (database.kind === 'answers') return FINE;
      if (database.kind === 'none') return skipped('KEYKEEPER_DATABASE is none');
      if (database.kind === 'unconfigured') {
        return skipped('nothing names a database: no config_db.php, no variables, no KEYKEEPER_DATABASE');
      }
      if (database.kind === 'unreachable') {
        if (database.reason === NOT_FOLLOWED) return skipped(database.message);
        return told(result.findings, (code) => code === `database-${database.reason}`, 'error');
      }
      return troubles({
        level: 'error',
        target: 'database',
        message: 'the database does not answer: it hangs, or something on the way drops what is sent',
        evidence: [late ?? 'no answer'],
        fix: 'docker compose logs --tail 50 db',
      });
    },
  }),
  check({
    code: 'database-is-glpi',
    group: 'database',
    title: "The schema holds GLPI's tables",
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance }) =>
      withDatabase(instance, ({ glpi, identity }) => {
        if (glpi || instance.result.after.judgement.firstInstall) return FINE;
        return troubles({
          level: 'error',
          target: `${identity.address}/${identity.schema}`,
          message: 'the schema has no GLPI tables, although GLPI has a key: it is the wrong one, or it was emptied',
          evidence: ['there is no table glpi_configs'],
          fix: 'compare KEYKEEPER_DATABASE and config_db.php with the server: SHOW DATABASES',
        });
      }),
  }),
  check({
    code: 'database-is-ours',
    group: 'database',
    title: 'The database is the one that the vault belongs to',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance }) => {
      const other = told(instance.result.findings, (code) => code === 'other-database');
      if (other.kind === 'answered' && other.troubles.length > 0) return other;
      return withDatabase(instance, () => withVault(instance, () => FINE));
    },
  }),
  check({
    code: 'database-settings-agree',
    group: 'database',
    title: "config_db.php and the variables of GLPI's image name the same database",
    levels: ['warning', 'advice'],
    needs: ['instance', 'settings'],
    run: ({ instance, settings: { settings, missingVariables } }) => {
      const file = observationOf(instance).files[DATABASE_FILE];
      const found: Trouble[] = [];
      if (missingVariables.length > 0) {
        found.push({
          level: 'advice',
          target: missingVariables.join(', '),
          message:
            "the image's database variables are set in part: neither GLPI's auto-install nor Keykeeper can go by them",
          evidence: missingVariables.map((name) => `${name} is not set here`),
          fix: 'set all of them in the .env that GLPI and Keykeeper share, or none',
        });
      }
      const variables = settings.environmentDatabase;
      if (variables === null || file.kind !== 'regular') return troubles(...found);
      const live = parsed(file.content.reveal().toString('utf8'));
      if (live === null) return troubles(...found);
      const differing = [
        ...differs('host', describeAddress(live.hosts), describeAddress(variables.hosts)),
        ...differs('schema', live.schema, variables.schema),
        ...differs('user', live.user, variables.user),
        ...(live.password.reveal() === variables.password.reveal() ? [] : ['the passwords differ']),
      ];
      if (differing.length === 0) return troubles(...found);
      return troubles(...found, {
        level: 'warning',
        target: DATABASE_FILE,
        message: 'GLPI goes by config_db.php, and the variables say something else: one of the two is outdated',
        evidence: differing,
        fix: `bring them together in .env, or bin/console database:configure in GLPI; ${settings.configDir}/${DATABASE_FILE} counts`,
      });
    },
  }),
];

function differs(what: string, file: string, variable: string): string[] {
  return file === variable ? [] : [`${what}: ${file} in config_db.php, ${variable} in the variables`];
}

function parsed(source: string) {
  try {
    return parseConfigDb(source);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
