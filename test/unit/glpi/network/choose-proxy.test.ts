import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { chooseProxy, type GlpiProxySettings } from '../../../../src/glpi/network/choose-proxy.ts';

const HOST = 'services.glpi-network.com';
const NONE: GlpiProxySettings = { name: null, port: null, user: null, password: null, exclusions: null };

function chosen(glpi: Partial<GlpiProxySettings> | null, environment: Record<string, string> = {}, version = '11.0.6') {
  const choice = chooseProxy(glpi === null ? null : { ...NONE, ...glpi }, environment, HOST, version);
  if (choice.kind !== 'proxy') return choice.kind === 'refused' ? choice.cause.code : choice.kind;
  const { host, port, tls, user, password, setIn } = choice.settings;
  return `${tls ? 'https' : 'http'} ${user ?? '-'}:${password?.reveal() ?? '-'} ${host} ${port} ${setIn}`;
}

describe("a proxy of GLPI's settings", () => {
  it.each([
    [{ name: 'proxy.lan', port: '3128' }, 'http -:- proxy.lan 3128'],
    [{ name: 'proxy.lan', port: '' }, 'http -:- proxy.lan 1080'],
    [{ name: 'proxy.lan:8081', port: '3128' }, 'http -:- proxy.lan 8081'],
    [{ name: 'http://proxy.lan/', port: '3128' }, 'http -:- proxy.lan 3128'],
    [{ name: 'https://proxy.lan', port: null }, 'https -:- proxy.lan 443'],
    [{ name: '[fd00::1]:3128', port: null }, 'http -:- fd00::1 3128'],
    [{ name: 'proxy.lan', port: '3128', user: 'glpi' }, 'http glpi: proxy.lan 3128'],
    [{ name: 'proxy.lan', port: '3128', user: 'a:b', password: new Secret('c:%41') }, 'http a:b:c:%41 proxy.lan 3128'],
    [{ name: 'u%40x:p@proxy.lan', port: '3128', user: 'glpi' }, 'http u@x:p proxy.lan 3128'],
  ])('%o is read as curl reads it', (glpi, expected) => {
    expect(chosen(glpi, { HTTPS_PROXY: 'http://elsewhere:1' })).toBe(`${expected} GLPI's settings`);
  });

  it('has its user and password taken apart and decoded by curl in 9.5 and 10.0', () => {
    const glpi = { name: 'proxy.lan', port: '3128', user: 'a:b', password: new Secret('c:%41%zz') };

    expect(chosen(glpi, {}, '10.0.17')).toBe("http a:b:c:A%zz proxy.lan 3128 GLPI's settings");
    expect(chosen(glpi, {}, '9.5.6')).toBe("http a:b:c:A%zz proxy.lan 3128 GLPI's settings");
  });

  it.each(['socks5://proxy.lan:1080', 'proxy lan', 'proxy.lan:99999'])('%s cannot be used, which is said', (name) => {
    expect(chosen({ name })).toBe('proxy-unsupported');
  });

  it.each([{ name: null }, { name: '' }, { name: '0' }])('%o is none', (glpi) => {
    expect(chosen(glpi)).toBe('direct');
  });

  it('is passed over by GLPI 11 when its exclusions name the class that asks', () => {
    const glpi = { name: 'proxy.lan', port: '3128', exclusions: '["Agent","GLPINetwork"]' };

    expect(chosen(glpi)).toBe('direct');
    expect(chosen(glpi, { https_proxy: 'http://env:3128' })).toBe('http -:- env 3128 https_proxy');
    expect(chosen(glpi, {}, '10.0.17')).toContain('proxy.lan');
    expect(chosen({ ...glpi, exclusions: '["Agent"]' })).toContain('proxy.lan');
    expect(chosen({ ...glpi, exclusions: 'GLPINetwork' })).toContain('proxy.lan');
  });
});

describe('a proxy of the environment', () => {
  it.each([
    [{ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'http -:- lower 1 https_proxy'],
    [{ HTTPS_PROXY: 'http://upper:1', ALL_PROXY: 'http://all:1' }, 'http -:- upper 1 HTTPS_PROXY'],
    [{ https_proxy: '', all_proxy: 'http://all:1' }, 'http -:- all 1 all_proxy'],
    [{ HTTPS_PROXY: 'http://u:p%3A@upper' }, 'http u:p: upper 1080 HTTPS_PROXY'],
    [{ http_proxy: 'http://plain:1', HTTP_PROXY: 'http://plain:1' }, 'direct'],
    [{ ALL_PROXY: 'socks5h://all:1' }, 'proxy-unsupported'],
  ])('%o', (environment, expected) => {
    expect(chosen(null, environment as Record<string, string>)).toBe(expected);
  });

  it('is taken from http_proxy alone, in lower case, for an address with http://', () => {
    const choose = (environment: Record<string, string>) => chooseProxy(null, environment, HOST, '11.0.6', true).kind;

    expect(choose({ http_proxy: 'http://plain:1' })).toBe('proxy');
    expect(choose({ HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://plain:1' })).toBe('direct');
  });

  it.each([
    ['*', true],
    ['glpi-network.com', true],
    ['.glpi-network.com', true],
    ['example.org, SERVICES.glpi-network.com.', true],
    ['a b services.glpi-network.com', true],
    ['network.com', false],
    ['www.services.glpi-network.com', false],
    ['10.0.0.0/8', false],
    ['', false],
  ])('is not taken where no_proxy (%j) names the host: %s', (list, exempt) => {
    const expected = exempt ? 'direct' : 'http -:- env 1 HTTPS_PROXY';

    expect(chosen(null, { HTTPS_PROXY: 'http://env:1', no_proxy: list })).toBe(expected);
    expect(chosen(null, { HTTPS_PROXY: 'http://env:1', NO_PROXY: list })).toBe(expected);
  });

  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '192.168.0.0/16,10.1.2.4', false],
    ['10.1.2.3', '10.0.0.0/99', false],
    ['fd00::1', '[fd00::]/8', true],
    ['fd00::1', '::ffff:10.0.0.0/8 fe80::/10', false],
  ])('is not taken to %s where no_proxy is %s: %s', (host, list, exempt) => {
    const choice = chooseProxy(null, { HTTPS_PROXY: 'http://env:1', no_proxy: list }, host, '11.0.6');

    expect(choice.kind).toBe(exempt ? 'direct' : 'proxy');
  });

  it('never shows its password, even where it cannot be used', () => {
    const choices = [
      'http://u:hunter2hunter2@env:1',
      'socks5://u:hunter2hunter2@env:1',
      'http://u:hunter2hunter2@e v',
    ].map((each) => chooseProxy(null, { HTTPS_PROXY: each }, HOST, '11.0.6'));

    expect(JSON.stringify(choices)).not.toContain('hunter2');
  });
});
