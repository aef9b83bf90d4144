import { describe, expect, it } from 'vitest';
import { classifyError } from '../../../../src/glpi/database/classify-error.ts';
import { ConnectTimeout } from '../../../../src/glpi/database/connect.ts';

const attempted = { address: 'db.example:3306', user: 'glpi', schema: 'glpidb', timeout: 5000, tls: false };

function system(code: string): Error {
  return Object.assign(new Error(code), { code, errno: -2 });
}

function server(errno: number): Error {
  return Object.assign(new Error('said by the server'), { code: 'ER_SOME', errno, sqlMessage: 'said by the server' });
}

describe('classifyError', () => {
  it.each([
    [system('ENOTFOUND'), 'unknown-host'],
    [system('EAI_AGAIN'), 'unknown-host'],
    [system('ECONNREFUSED'), 'refused'],
    [system('ETIMEDOUT'), 'timeout'],
    [new ConnectTimeout(false), 'timeout'],
    [new ConnectTimeout(true), 'timeout'],
    [system('EHOSTUNREACH'), 'no-route'],
    [system('ENETUNREACH'), 'no-route'],
    [system('ENOENT'), 'socket-missing'],
    [system('EACCES'), 'socket-denied'],
    [system('ECONNRESET'), 'lost'],
    [system('PROTOCOL_CONNECTION_LOST'), 'lost'],
    [system('NOT_MYSQL'), 'not-mysql'],
    [system('HANDSHAKE_NO_SSL_SUPPORT'), 'tls'],
    [system('SELF_SIGNED_CERT_IN_CHAIN'), 'tls'],
    [system('CERT_HAS_EXPIRED'), 'tls'],
    [system('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls'],
    [system('AUTH_SWITCH_PLUGIN_ERROR'), 'authentication'],
    [server(1040), 'too-many-connections'],
    [server(1203), 'too-many-connections'],
    [server(1044), 'schema-denied'],
    [server(1045), 'access-denied'],
    [server(1698), 'access-denied'],
    [server(1049), 'unknown-database'],
    [server(1053), 'starting'],
    [server(1129), 'host-blocked'],
    [server(1130), 'host-not-allowed'],
    [server(4151), 'account-locked'],
    [server(3159), 'tls-required'],
    [server(1524), 'authentication'],
    [server(9999), 'other'],
    ['no error at all', 'other'],
  ])('calls %s %s', (error, reason) => {
    const outcome = classifyError(error, attempted);

    expect(outcome.reason).toBe(reason);
    expect(outcome.message).toMatch(/^db\.example:3306: ./);
    expect(outcome.try).not.toBe('');
  });

  it('tells a host that does not answer from a port behind which nobody speaks', () => {
    const silent = classifyError(new ConnectTimeout(true), attempted).message;
    const away = classifyError(new ConnectTimeout(false), attempted).message;

    expect(silent).toContain('the port answers');
    expect(away).toContain('no answer within 5000 ms');
  });
});
