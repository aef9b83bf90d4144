import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUERY_TIMEOUT } from '../../../src/glpi/database/open-database.ts';
import { LONGEST_ANSWER as DATABASE_ANSWER, MOST_ROWS } from '../../../src/glpi/database/session.ts';
import { WAY_DEFAULTS } from '../../../src/glpi/network/way.ts';
import { CONNECT_TIMEOUT } from '../../../src/keeper/choose-database.ts';
import { RETRY_FIRST } from '../../../src/keeper/retry-schedule.ts';
import { FOLLOW_TIMINGS } from '../../../src/kubernetes/follow-object.ts';
import { BODY_LIMIT } from '../../../src/kubernetes/send-request.ts';
import { DOCKER_TIMINGS } from '../../../src/platform/docker/docker-platform.ts';
import { LONGEST_ANSWER as ENGINE_ANSWER } from '../../../src/platform/docker/engine-agent.ts';
import { POD_LOOK } from '../../../src/platform/kubernetes/kubernetes-platform.ts';
import { VAULT_TIMINGS } from '../../../src/vault/kubernetes/open-kubernetes-vault.ts';

const OPERATIONS = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const SECTION = OPERATIONS.split(/^## /m).find((part) => part.startsWith('When a peer is silent')) ?? '';

/** As the page writes it: `5 s`, `0.2 s`. */
function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}

const TIMES = ['never', 'once', 'twice', 'three times'];

function again(attempts: number): string {
  return TIMES[attempts - 1] ?? String(attempts);
}

function cells(peer: string): { silent: string; asked: string } {
  const row = SECTION.split('\n').find((line) => line.startsWith(`| ${peer} |`)) ?? '';
  const [, , silent = '', asked = ''] = row.split('|');
  return { silent: silent.trim(), asked: asked.trim() };
}

describe('what the page says of silent peers is what the code does with', () => {
  it('the database', () => {
    const { silent, asked } = cells('database');

    expect(silent).toBe(`${seconds(CONNECT_TIMEOUT)} for a login, ${seconds(QUERY_TIMEOUT)} for a statement`);
    expect(asked).toContain(`${seconds(RETRY_FIRST)} after the pass, then twice as long`);
  });

  it('the engine', () => {
    const { silent, asked } = cells('Docker Engine');
    const { request, backoff } = DOCKER_TIMINGS;

    expect(silent).toBe(`${seconds(request)} for a question`);
    expect(asked).toContain(
      `after ${seconds(backoff.first)}, then twice as long each time up to ${seconds(backoff.longest)}`,
    );
  });

  it('the pod', () => {
    const { silent, asked } = cells('API server: the pod');
    const { backoff, silence } = FOLLOW_TIMINGS;

    expect(silent).toBe(`${seconds(POD_LOOK.timeout)} for a question`);
    expect(asked).toMatch(new RegExp(`^${again(POD_LOOK.attempts)} within the pass`));
    expect(asked).toContain(
      `after ${seconds(backoff.first)}, then twice as long each time up to ${seconds(backoff.longest)}`,
    );
    expect(asked).toContain(`nothing came for ${seconds(silence)}`);
  });

  it('a vault in a Secret', () => {
    const { silent, asked } = cells('API server: a vault in a Secret');
    const { timeout, attempts, backoff } = VAULT_TIMINGS;

    expect(silent).toBe(`${seconds(timeout)} for a question`);
    expect(asked).toContain(
      `${again(attempts)} within the pass, after ${seconds(backoff.first)} and ${seconds(2 * backoff.first)}`,
    );
  });

  it('GLPI Network', () => {
    const { silent, asked } = cells('GLPI Network');
    const { connectTimeout, totalTimeout, attempts } = WAY_DEFAULTS;

    expect(silent).toBe(`${seconds(connectTimeout)} for a connection, ${seconds(totalTimeout)} in all`);
    expect(asked).toMatch(new RegExp(`^${again(attempts)}, after 1 s and 2 s, if nobody`));
  });

  it('what has no end', () => {
    const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;

    expect(SECTION.replaceAll(/\s+/g, ' ')).toContain(
      `${mebibytes(DATABASE_ANSWER)} or ${MOST_ROWS.toLocaleString('en')} rows of the database for one statement, ` +
        `${mebibytes(ENGINE_ANSWER)} of Docker Engine or the API server, ${WAY_DEFAULTS.bodyLimit / 1024} KiB of GLPI Network`,
    );
    expect(BODY_LIMIT).toBe(ENGINE_ANSWER);
  });
});
