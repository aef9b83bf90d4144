import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingForms } from '../../../src/config/setting-forms.ts';

const FOLDER = join(import.meta.dirname, '../../../deploy/quadlet');
const UNITS = readdirSync(FOLDER).filter((name) => /\.(container|volume|network)$/.test(name));

/** As Podman 4.6 and later know them (podman-systemd.unit(5)); systemd's own sections are systemd's (systemd.unit(5)). */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  Unit: ['Description', 'Wants', 'Requires', 'After'],
  Service: ['Type', 'RemainAfterExit', 'Restart'],
  Install: ['WantedBy'],
  Volume: ['VolumeName'],
  Network: ['NetworkName'],
  Container: [
    'AddCapability',
    'ContainerName',
    'DropCapability',
    'Environment',
    'EnvironmentFile',
    'Exec',
    'HealthCmd',
    'HealthInterval',
    'HealthRetries',
    'HealthStartPeriod',
    'HealthTimeout',
    'Image',
    'Network',
    'NoNewPrivileges',
    'PublishPort',
    'ReadOnly',
    'Ulimit',
    'Volume',
  ],
};

interface Line {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** The lines of a unit file (systemd.syntax(7)). @throws Error for anything that is none */
function linesOf(name: string): Line[] {
  const lines: Line[] = [];
  let section = '';
  for (const text of readFileSync(join(FOLDER, name), 'utf8').split('\n')) {
    if (text === '' || /^[#;]/.test(text)) continue;
    const header = /^\[(\w+)\]$/.exec(text)?.[1];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const pair = /^(\w+)=(.*\S)$/.exec(text);
    if (pair?.[1] === undefined || pair[2] === undefined || section === '') throw new Error(`${name}: "${text}"`);
    lines.push({ section, key: pair[1], value: pair[2] });
  }
  return lines;
}

function valuesOf(name: string, section: string, key: string): string[] {
  return linesOf(name)
    .filter((line) => line.section === section && line.key === key)
    .flatMap(({ value }) => value.split(' '));
}

describe('the Quadlet units', () => {
  it('are those that the page beside them names', () => {
    const page = readFileSync(join(FOLDER, 'README.md'), 'utf8');

    expect(UNITS.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    expect(UNITS).toHaveLength(8);
  });

  it.each(UNITS)('%s holds only sections and keys that systemd and Podman know', (name) => {
    const own = name.endsWith('.container') ? 'Container' : name.endsWith('.volume') ? 'Volume' : 'Network';

    const strange = linesOf(name).filter(
      ({ section, key }) =>
        !['Unit', 'Service', 'Install', own].includes(section) || KEYS[section]?.includes(key) !== true,
    );

    expect(strange).toEqual([]);
  });

  it.each(UNITS)('%s refers only to units that are there', (name) => {
    const services = ['Wants', 'Requires', 'After'].flatMap((key) => valuesOf(name, 'Unit', key));
    const volumes = valuesOf(name, 'Container', 'Volume').map((each) => each.split(':')[0] ?? '');
    const networks = valuesOf(name, 'Container', 'Network').map((each) => each.split(':')[0] ?? '');

    const named = [...services.map((each) => each.replace(/\.service$/, '.container')), ...volumes, ...networks];

    expect(named.filter((each) => !UNITS.includes(each))).toEqual([]);
  });

  it('have GLPI wait at every start, at boot too, for a gate that ended well', () => {
    expect(valuesOf('glpi.container', 'Unit', 'Requires')).toContain('keykeeper-init.service');
    expect(valuesOf('glpi.container', 'Unit', 'After')).toContain('keykeeper-init.service');
    expect(valuesOf('glpi.container', 'Install', 'WantedBy')).toEqual(['multi-user.target']);
    expect(valuesOf('keykeeper-init.container', 'Service', 'Type')).toEqual(['oneshot']);
    // Were it still active after it ended, the next start of GLPI would not run it again.
    expect(valuesOf('keykeeper-init.container', 'Service', 'RemainAfterExit')).toEqual(['no']);
    expect(valuesOf('keykeeper-init.container', 'Container', 'Exec')).toEqual(['init']);
  });

  it.each(['keykeeper-init.container', 'keykeeper.container'])('give %s exactly the rights that it needs', (name) => {
    expect(valuesOf(name, 'Container', 'DropCapability')).toEqual(['all']);
    expect(valuesOf(name, 'Container', 'AddCapability')).toEqual(['CHOWN', 'FOWNER', 'DAC_OVERRIDE']);
    expect(valuesOf(name, 'Container', 'NoNewPrivileges')).toEqual(['true']);
    expect(valuesOf(name, 'Container', 'ReadOnly')).toEqual(['true']);
    expect(valuesOf(name, 'Container', 'Ulimit')).toEqual(['core=0']);
  });

  it('mount the same volume at the same path in GLPI and in Keykeeper, and the vault in Keykeeper alone', () => {
    const mounts = (name: string) => valuesOf(name, 'Container', 'Volume');

    expect(mounts('keykeeper-init.container')).toEqual(mounts('keykeeper.container'));
    expect(mounts('keykeeper.container')).toEqual(['glpi-data.volume:/var/glpi', 'keykeeper-vault.volume:/vault']);
    expect(mounts('glpi.container')).toEqual(['glpi-data.volume:/var/glpi']);
  });

  it('set only settings that exist', () => {
    const known = settingForms().map((each) => each.variable);
    const named = UNITS.flatMap((name) => valuesOf(name, 'Container', 'Environment')).map(
      (each) => each.split('=')[0] ?? '',
    );

    expect(named).toContain('KEYKEEPER_DATABASE_WAIT');
    expect(named.filter((each) => !known.includes(each))).toEqual([]);
  });
});
