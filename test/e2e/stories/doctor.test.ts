import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type DoctorDocument, doctorSchema } from '../../../src/report/doctor-document.ts';
import { docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { available } from '../../stand-in/require.ts';
import { type ComposeStack, composeStack } from './compose-stack.ts';

const PAGE = new URL('../../../docs/doctor.md', import.meta.url).pathname;
const SOCKET = '/var/run/docker.sock';
const SECRETS = { smtp_passwd: 'the mail server knows it', proxy_passwd: 'and the proxy this' };

describe.skipIf(!(await available('docker')))('doctor on the Compose stack that is delivered', () => {
  let stack: ComposeStack;
  beforeAll(async () => {
    stack = await composeStack();
    await stack.liveIn(SECRETS);
  });
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
  });

  /** The line of the documentation, with the names of this stack in the place of the documentation's. */
  function documentedLine(options: readonly string[] = []): string[] {
    const line = /^docker (run .* doctor)$/m.exec(readFileSync(PAGE, 'utf8'))?.[1] ?? '';
    const words = line.replaceAll('glpi-glpi-1', stack.container('glpi')).replace('keykeeper:0.1.0', stack.image);
    return ['run', ...options, ...words.split(' ').slice(1), '--json'];
  }

  it('has no error and no warning beside the running watch, and skips nothing that can be told there', async () => {
    const node = ['/nodejs/bin/node', '/app/main.js', 'doctor', '--json', '--fail-on', 'warning'];
    const { stdout, exitCode } = await docker(['exec', stack.container('keykeeper'), ...node]);

    const { details, findings } = read(stdout);
    expect(findings.filter((each) => each.severity !== 'advice')).toEqual([]);
    expect(exitCode).toBe(0);
    expect(skippedIn(details)).toEqual([
      'drill-passed',
      'registration-valid',
      'network-way',
      'container-found',
      'same-volume',
      'glpi-stays-up',
      'php-modules',
      'gate-in-front',
      'gate-before-start',
    ]);
  });

  it('looks at a GLPI without Keykeeper by the one line of the documentation, with nothing to complain about', async () => {
    const before = await filesOf(stack);

    const { stdout, stderr } = await docker(documentedLine());

    const { details, findings } = read(stdout, stderr);
    const ok = details.checks.filter((each) => each.outcome === 'ok').map((each) => each.code);
    expect(ok).toEqual(expect.arrayContaining(['key-fits', 'database-answers', 'secrets-open', 'own-rights']));
    expect(findings.filter((each) => each.severity !== 'advice')).toEqual([]);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'vault-there', severity: 'advice' }));
    expect(await filesOf(stack)).toBe(before);
  });

  it('looks at the containers too, where that line is given the socket', async () => {
    const name = stack.container('glpi');
    const socket = ['--volume', `${SOCKET}:${SOCKET}`, '--group-add', String(statSync(SOCKET).gid)];

    const { stdout, stderr } = await docker(documentedLine([...socket, '--env', `KEYKEEPER_CONTAINER=${name}`]));

    const { details } = read(stdout, stderr);
    const outcomes = Object.fromEntries(details.checks.map((each) => [each.code, each.outcome]));
    // With cgroups of version 2 who shares GLPI's network cannot be told from GLPI.
    expect(['ok', 'skipped']).toContain(outcomes['same-volume']);
    expect(outcomes).toMatchObject({
      'container-found': 'ok',
      'gate-in-front': 'ok',
      'gate-before-start': 'ok',
      'php-modules': 'ok',
      'clock-right': 'ok',
      'engine-socket': 'skipped',
    });
  });
});

function read(stdout: string, stderr = ''): DoctorDocument {
  try {
    return z.parse(doctorSchema, JSON.parse(stdout));
  } catch (cause) {
    throw new Error(`no document of doctor: ${stdout}\n${stderr}`, { cause });
  }
}

function skippedIn({ checks }: DoctorDocument['details']): string[] {
  return checks.filter((each) => each.outcome === 'skipped').map((each) => each.code);
}

/** Names, owners, modes and times of all in GLPI's config directory. */
async function filesOf(stack: ComposeStack): Promise<string> {
  const list = 'find /var/glpi/config -printf "%p %u:%g %m %T@ %C@\\n" | sort';
  return await dockerOutput(['exec', stack.container('glpi'), 'sh', '-c', list]);
}
