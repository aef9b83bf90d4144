import type { Finding } from './finding.ts';
import { DATABASE_FILE, GUARDED_FILES, type GuardedFile, KEY_FILE, OAUTH_PAIR } from './guarded-set.ts';
import type { Observation } from './observation.ts';

/** Findings about the guarded files themselves: what stands in a file's place, links, half a pair. */
export function fileFindings(observation: Observation, directory: string): Finding[] {
  const found: Finding[] = [];
  if (observation.configDirectory === 'unreadable') {
    found.push({
      code: 'config-directory-unreadable',
      severity: 'error',
      target: directory,
      message: 'the config directory cannot be entered',
      try: `ls -ld ${directory}: the user of this container needs to read and enter it`,
    });
  }
  if (observation.databaseFileProblem !== null) {
    found.push({
      code: 'config-db-malformed',
      severity: 'error',
      target: `${directory}/${DATABASE_FILE}`,
      message: observation.databaseFileProblem,
      try: 'keykeeper history shows earlier generations of it; the live file is never overwritten',
    });
  }
  for (const name of GUARDED_FILES) found.push(...oneFile(observation, name, `${directory}/${name}`));
  const absent = OAUTH_PAIR.filter((name) => observation.files[name].kind === 'absent');
  if (absent.length === 1) {
    found.push({
      code: 'oauth-pair-incomplete',
      severity: 'warning',
      target: `${directory}/${absent[0]}`,
      message: 'one half of the OAuth key pair is there and the other is not: API tokens cannot be issued',
      try: 'put the missing half back from a backup, or remove the other one and run database:update --force',
    });
  }
  return found;
}

function oneFile(observation: Observation, name: GuardedFile, target: string): Finding[] {
  const state = observation.files[name];
  const finding = (code: string, severity: Finding['severity'], message: string, hint: string): Finding[] => [
    { code, severity, target, message, try: hint },
  ];
  // What is wrong with the key file itself is said with the verdict.
  const isKey = name === KEY_FILE;
  switch (state.kind) {
    case 'absent':
      return [];
    case 'regular':
      if (state.access.links === 1) return [];
      return finding(
        'file-hard-linked',
        'advice',
        `another name shares this file's content (${state.access.links} links)`,
        'nothing to do: where content, owner or mode has to change, a copy takes its place and the other name keeps the old file',
      );
    case 'special':
      return isKey
        ? []
        : finding(
            'file-not-regular',
            'error',
            `it is a ${state.type}, not a file: it is neither read nor replaced`,
            `ls -la ${target}`,
          );
    case 'oversized':
      return isKey
        ? []
        : finding(
            'file-oversized',
            'error',
            `it holds ${state.size} bytes: more than any such file, it is not kept`,
            `ls -la ${target}`,
          );
    case 'unreadable':
      return isKey ? [] : finding('file-unreadable', 'error', `it cannot be read (${state.cause})`, `ls -la ${target}`);
  }
}
