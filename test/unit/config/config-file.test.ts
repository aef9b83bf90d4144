import { describe, expect, it } from 'vitest';
import { USUAL_CONFIG_FILE } from '../../../src/config/read-config-file.ts';
import { failureOf, loadWith, systemError } from './load-with.ts';

const PLANTED = 'hunter2-planted-secret';

function file(content: string) {
  return { configFile: '/k.yaml', files: { '/k.yaml': content } };
}

describe('the configuration file', () => {
  it('is read at its usual place when it is there', async () => {
    const { settings, origins } = await loadWith({ files: { [USUAL_CONFIG_FILE]: '# ours\n\ninstance: helpdesk\n' } });

    expect(settings.instance).toBe('helpdesk');
    expect(origins.instance.place).toBe(`${USUAL_CONFIG_FILE}:3`);
  });

  it.each(['', '\n', '# nothing but a comment\n', '---\n'])('may be empty: %j', async (content) => {
    expect((await loadWith(file(content))).settings.instance).toBe('glpi');
  });

  it('takes values as they are written, not as numbers or dates', async () => {
    const { settings } = await loadWith(file('instance: 0x10\nowner: 33:33\nhttp: off\ncontainer: 007\n'));

    expect(settings).toMatchObject({ instance: '0x10', http: { kind: 'off' }, container: '007' });
    expect(settings.owner).toEqual({ kind: 'fixed', uid: 33, gid: 33 });
  });

  it('may leave a setting out by leaving its value out', async () => {
    expect((await loadWith(file('instance:\ncontainer: ~\n'))).settings).toMatchObject({
      instance: 'glpi',
      container: null,
    });
  });

  it.each([
    ['instance: a\ninstanze: b\n', '/k.yaml:2:1', 'rename it to instance'],
    ['KEYKEEPER_LOG_LEVEL: info\n', '/k.yaml:1:1', 'rename it to logLevel'],
    ['log-level: info\n', '/k.yaml:1:1', 'rename it to logLevel'],
    ['vaultFile: /v\n', '/k.yaml:1:1', 'rename it to vault'],
    ['zzzzzzzz: 1\n', '/k.yaml:1:1', 'keykeeper config lists every setting'],
  ])('with an unknown name, %j, is refused at %s: %s', async (content, place, hint) => {
    const failure = await failureOf(file(content));

    expect(failure).toMatchObject({ code: 'unknown-setting', target: place, try: hint });
  });

  it.each([
    [`instance: a\ninstance: ${PLANTED}\n`, '/k.yaml:2:1'],
    [`instance: a\nhttpToken: "${PLANTED}\n`, '/k.yaml:3:1'],
    [`instance: a\nhttpToken: "\\q${PLANTED}"\n`, '/k.yaml:2:13'],
    [`instance: a\nhttpToken: *${PLANTED}\n`, '/k.yaml:2:1'],
    [`instance: a\n ${PLANTED}\nx\n`, '/k.yaml:'],
    [`instance: a\n---\ninstance: ${PLANTED}\n`, '/k.yaml:2:1'],
    [`- ${PLANTED}\n`, '/k.yaml:1:1'],
    [PLANTED, '/k.yaml:1:1'],
    [`httpToken: {a: ${PLANTED}}\n`, '/k.yaml:1:1'],
    [`httpToken: [${PLANTED}]\n`, '/k.yaml:1:1'],
    [`ageRecipients: [[${PLANTED}]]\n`, '/k.yaml:1:1'],
    [`httpToken: !!binary ${PLANTED}\n`, '/k.yaml:1'],
  ])('that is wrong, %j, is refused with its line, not its text', async (content, place) => {
    const failure = await failureOf(file(content));

    expect(failure.target).toContain(place);
    expect([failure.message, failure.expected, failure.try, failure.stack].join('\n')).not.toContain(PLANTED);
  });

  it('says at which line a value is wrong, and how to write it', async () => {
    const failure = await failureOf(file('instance: a\nsettle: 30\n'));

    expect(failure).toMatchObject({ target: '/k.yaml:2', try: 'settle: 30s' });
  });

  it('is refused when --config names one that is not there', async () => {
    const failure = await failureOf({ configFile: '/nowhere.yaml' });

    expect(failure).toMatchObject({ code: 'invalid-setting', target: '/nowhere.yaml' });
  });

  it('is refused when it cannot be read, wherever it lies', async () => {
    const failure = await failureOf({ files: { [USUAL_CONFIG_FILE]: systemError('EACCES') } });

    expect(failure.message).toContain('EACCES');
  });
});
