import { NOT_FOLLOWED } from './elsewhere.ts';
import type { Finding, Severity } from './finding.ts';
import { checkInFindings } from './findings-check-in.ts';
import { fileFindings } from './findings-files.ts';
import { lockFindings } from './findings-lock.ts';
import { registrationFindings } from './findings-registration.ts';
import { valueFindings } from './findings-values.ts';
import { everProven, knownKeys, newestFirst } from './history.ts';
import type { DatabaseSource, Observation } from './observation.ts';
import type { Obstacle } from './plan.ts';
import { rotationFindings } from './rotation.ts';
import { scheduleFindings } from './schedule.ts';
import type { Judgement } from './verdict.ts';

/** What a person is told, for every part of an observation that is not as it should be. Most serious first. */
export function findingsOf(
  observation: Observation,
  judgement: Judgement,
  obstacle: Obstacle | null,
  directory: string,
): Finding[] {
  const found = [
    ...keyFindings(observation, judgement, obstacle, directory),
    ...databaseFindings(observation, judgement),
    ...valueFindings(judgement),
    ...registrationFindings(observation, judgement),
    ...vaultFindings(observation),
    ...fileFindings(observation, directory),
    ...lockFindings(observation, directory),
    ...checkInFindings(observation),
    ...scheduleFindings(observation.records),
    ...rotationFindings(observation),
  ];
  const order: readonly Severity[] = ['error', 'warning', 'advice', 'info'];
  return found.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

function keyFindings(
  observation: Observation,
  judgement: Judgement,
  obstacle: Obstacle | null,
  directory: string,
): Finding[] {
  const target = `${directory}/glpicrypt.key`;
  const found: Finding[] = [];
  const add = (code: string, severity: Severity, message: string, hint: string) =>
    found.push({ code, severity, target, message, try: hint });
  const key = observation.key;
  if (key.kind === 'unreadable') {
    add(
      'key-unreadable',
      'error',
      `the key file ${key.why}`,
      `ls -la ${directory} and put the key back as a regular file that GLPI's user owns`,
    );
  }
  if (key.kind === 'malformed') {
    add(
      'key-malformed',
      obstacle === null ? 'warning' : 'error',
      malformedMessage(key.size, key.looksLike),
      'keykeeper history, then keykeeper restore --generation N',
    );
  }
  if (judgement.firstInstall) {
    add(
      'first-install',
      'info',
      'no key, nothing in the vault and no sealed value in the database: a first install, nothing to restore',
      '',
    );
  }
  if (judgement.verdict === 'wrong') {
    add(
      'key-wrong',
      obstacle === null ? 'warning' : 'error',
      `the live key opens none of ${judgement.tested} sealed values, another known key does`,
      '',
    );
  }
  if (judgement.verdict === 'lost') found.push(lostFinding(observation, judgement, target));
  if (judgement.breaksGlpi) {
    add(
      'key-breaks-glpi',
      'error',
      "the key's bytes hold a %…% pattern, which GLPI 11 takes for a parameter: it does not boot with this key",
      'keykeeper rotate: it makes a key without the pattern and moves every secret to it',
    );
  }
  const tie = judgement.choice.kind === 'tie' ? judgement.choice : null;
  if (tie !== null && (obstacle === 'tie' || obstacle === 'several-untested')) {
    const why = tie.tested ? 'open the same number of values' : 'are in the vault and there is nothing to test them on';
    add(
      'key-undecided',
      'error',
      `several keys ${why}: ${tie.fingerprints.join(', ')}`,
      'keykeeper history, then keykeeper restore --generation N',
    );
  }
  if (obstacle === 'in-use') {
    add(
      'key-in-use',
      'error',
      `the live key opens ${judgement.opened} of ${judgement.tested} values, so no other key takes its place`,
      'leave it: nothing in the vault is better for this database',
    );
  }
  if (obstacle === 'nothing-known' && !judgement.firstInstall) {
    add(
      'key-unknown',
      'error',
      'there is no usable key file and the vault holds no key to put in its place',
      'keykeeper history shows what the vault holds; an older copy of glpicrypt.key in its place is judged at the next run',
    );
  }
  if (obstacle === 'vault-broken' && observation.vault.kind === 'ready') {
    add(
      'key-unknown',
      'error',
      'there is no usable key file, and a generation that may hold it cannot be read',
      'run it again; where it stays so: restore the file from a backup of the vault, or move it away',
    );
  }
  return found;
}

function malformedMessage(size: number, looksLike: string): string {
  const guesses: Record<string, string> = {
    empty: 'it is empty, as if it was truncated and never written',
    hex: 'it looks like the key written as hexadecimal text',
    base64: 'it looks like the key written as base64 text',
    'trailing-newline': 'it looks like a key with a newline added by an editor or echo',
    truncated: 'it looks cut short',
    'too-long': 'it is longer than any key',
  };
  return `the key file holds ${size} bytes where 32 are expected: ${guesses[looksLike] ?? 'it is no key'}`;
}

function lostFinding(observation: Observation, judgement: Judgement, target: string): Finding {
  const generations = newestFirst(observation.vault);
  const emptyPlace = observation.key.kind === 'absent' && knownKeys(generations).length === 0;
  const what = `no known key opens any of the ${judgement.tested} sealed values in the database`;
  const volume = emptyPlace
    ? 'This is probably the wrong volume or path, for the directory and the vault are both without a key: '
    : '';
  const before = everProven(generations)
    ? ''
    : ' No key was ever proven here, so this may have been so before Keykeeper came.';
  return {
    code: 'key-lost',
    severity: 'error',
    target,
    message: `${volume}${what}.${before} Do not run security:change_key and do not save any settings page: both destroy what can still be brought back`,
    try: `look for the old glpicrypt.key in old volumes, backups and other replicas: keykeeper capture --from PATH… tries what lies there (docs/lost-key.md)`,
  };
}

function databaseFindings({ database, stage }: Observation, judgement: Judgement): Finding[] {
  const found: Finding[] = [];
  const followed = database.kind !== 'unreachable' || database.reason !== NOT_FOLLOWED;
  if (database.kind === 'unreachable' && followed) {
    const target = `${database.address}/${database.schema}`;
    found.push({
      code: `database-${database.reason}`,
      severity: stage === 'gate' ? 'error' : 'warning',
      target,
      message: `${database.message} (settings from ${sourceWords(database.source)})`,
      try: 'check that the database runs and that this container can reach it with these settings',
    });
  }
  if (judgement.elsewhere !== null) {
    const { member, expected, found: now } = judgement.elsewhere;
    found.push({
      code: 'other-database',
      severity: 'error',
      target: member,
      message: `the vault belongs to another database: its ${member} is ${expected}, this one's is ${now}. Nothing is restored or written${followed ? '' : ', and it was not asked: a tampered config_db.php would catch the password'}`,
      try: 'give this instance a vault of its own, or, if the database moved on purpose, run keykeeper restore --adopt',
    });
  }
  return found;
}

function sourceWords(source: DatabaseSource): string {
  const words: Record<DatabaseSource, string> = {
    setting: 'KEYKEEPER_DATABASE',
    'config_db.php': 'config_db.php',
    environment: "the variables of GLPI's image",
    vault: "the vault's copy of config_db.php",
  };
  return words[source];
}

function vaultFindings({ vault }: Observation): Finding[] {
  if (vault.kind === 'broken') {
    return [{ code: vault.code, severity: 'error', target: 'vault', message: vault.message, try: vault.try }];
  }
  if (vault.kind === 'none') return [];
  const found: Finding[] = [...(vault.findings ?? [])];
  const damaged = vault.damaged.map(
    (each): Finding => ({
      code: 'generation-damaged',
      severity: 'warning',
      target: each.file,
      message: `a file of the vault cannot be used: ${each.reason}${vault.generations.length === 0 ? '' : '. The others can'}`,
      try: 'keep the file for a closer look, or restore it from a backup of the vault',
    }),
  );
  found.push(...damaged);
  const sealed = vault.generations.filter((each) => each.sealed).length;
  if (sealed > 0) {
    found.push({
      code: 'vault-identity-missing',
      severity: 'error',
      target: 'vault',
      message: `${sealed} generations are encrypted and no configured identity opens them: they can be listed, not restored`,
      try: 'set KEYKEEPER_AGE_IDENTITY_FILE to the file with the AGE-SECRET-KEY',
    });
  }
  const exposed = vault.generations.filter((each) => each.exposed === true).length;
  if (exposed > 0) {
    found.push({
      code: 'vault-partly-in-clear',
      severity: 'warning',
      target: 'vault',
      message: `${exposed} of ${vault.generations.length} generations lie in clear in a vault that encrypts what it writes`,
      try: 'keykeeper vault reencrypt',
    });
  }
  return found;
}
