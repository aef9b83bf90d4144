import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartSchema } from '../../../build/chart-schema.ts';
import { patternOf, secretSettings, wordsOf } from '../../../build/chart-settings.ts';
import { readChartValues } from '../../../build/chart-values.ts';
import type { Declaration } from '../../../src/config/declaration.ts';
import { DECLARATIONS, SETTING_NAMES, type SettingName } from '../../../src/config/declarations.ts';
import { InvalidValue } from '../../../src/config/invalid-value.ts';
import { METRICS } from '../../../src/report/metrics.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const CHART = join(PROJECT, 'charts/keykeeper');

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
}

describe('the chart', () => {
  it('belongs to this release, and so do the manifests', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    const images = ['component/sidecar.yaml', 'component-pair/pair.yaml'].flatMap((path) =>
      [...read('deploy/kubernetes', path).matchAll(/image: (keykeeper:\S+)/g)].map(([, image]) => image),
    );

    expect(parse(chart('Chart.yaml')).appVersion).toBe(version);
    expect(images).toHaveLength(3);
    expect(new Set(images)).toEqual(new Set([`keykeeper:${version}`]));
  });

  it('describes every value, and has a schema for each', () => {
    const described = readChartValues(chart('values.yaml')).map(({ path }) => path);
    const schema: Schema = JSON.parse(chartSchema());

    const inSchema = leaves(schema).filter((path) => path !== 'global');
    const covered = (path: string, others: readonly string[]) =>
      others.some((each) => path === each || path.startsWith(`${each}.`) || each.startsWith(`${path}.`));
    expect(inSchema.filter((path) => !covered(path, described))).toEqual([]);
    expect(described.filter((path) => !covered(path, inSchema))).toEqual([]);
  });

  it('refuses members that no object of its own has', () => {
    const open = objects(JSON.parse(chartSchema())).filter(([, each]) => each.additionalProperties !== false);

    // What Kubernetes or Helm define, and maps of text.
    const names = open.map(([path]) => path.split('.').at(-1));
    expect(new Set(names)).toEqual(
      new Set([
        'global',
        'selector',
        'requests',
        'limits',
        'annotations',
        'labels',
        'seLinuxOptions',
        'windowsOptions',
      ]),
    );
  });

  it('alerts on metrics that exist, with labels that they have', () => {
    const { groups } = parse(chart('files/alerts.yaml')) as {
      groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
    };
    const rules = groups.flatMap((each) => each.rules);

    expect(rules.length).toBeGreaterThan(5);
    for (const { expr, annotations } of rules) {
      const used = METRICS.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(expr));
      const named = [...expr.matchAll(/\bkeykeeper_\w+/g)].map(([name]) => name);
      expect(used.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
      const labels = ['pod', ...used.flatMap((each) => each.labels)];
      for (const [, label] of Object.values(annotations)
        .join()
        .matchAll(/\$labels\.(\w+)/g))
        expect(labels).toContain(label);
    }
  });
});

describe('the values under settings', () => {
  const { properties = {} } = (JSON.parse(chartSchema()) as Schema).properties?.settings ?? {};

  it('are the settings of keykeeper.yaml, but for secrets in clear', () => {
    const names = SETTING_NAMES.flatMap((name) => {
      if (DECLARATIONS[name].holds === 'secret') return [`${name}File`];
      return DECLARATIONS[name].holds === 'list' ? [name, `${name}File`] : [name];
    });

    expect(Object.keys(properties)).toEqual(names);
    expect(secretSettings()).toEqual(expect.arrayContaining(['httpToken', 'ageIdentity', 'ageRecipients']));
  });

  it.each(SETTING_NAMES)('%s: admits the default and the example', (name) => {
    const { fallback, example }: Declaration = DECLARATIONS[name];
    const pattern = patternOf(name);

    for (const text of [example, ...(fallback === null ? [] : [fallback])]) {
      expect(wordsOf(name) ?? [text]).toContain(text);
      if (pattern !== null) expect(text).toMatch(new RegExp(pattern));
    }
  });

  it.each(SETTING_NAMES.filter((name) => patternOf(name) !== null && name !== 'preset'))(
    '%s: refuses nothing that the setting takes',
    (name) => {
      const pattern = new RegExp(patternOf(name) ?? '');

      const refused = SAMPLES.filter((each) => !pattern.test(each));

      expect(refused.length).toBeGreaterThan(0);
      expect(refused.filter((each) => accepts(name, each))).toEqual([]);
    },
  );

  it('knows each duration by its form', () => {
    const durations = SETTING_NAMES.filter((name) => accepts(name, '1h') && !accepts(name, 'h1'));

    expect(durations).toContain('settle');
    expect(durations.filter((name) => patternOf(name) === null)).toEqual([]);
  });
});

/** Good values of some settings, and bad ones of the others. */
const SAMPLES = [
  ...Object.values(DECLARATIONS).map((each) => each.example),
  ...[
    'off',
    'on',
    'auto',
    'none',
    '5',
    '5 m',
    '0s',
    'x',
    '/',
    './x',
    'vault',
    'file:/vault',
    '33',
    'a:b',
    'A',
    'localhost:80',
    '[::1]:80',
    ':80',
  ],
];

function accepts(name: SettingName, text: string): boolean {
  try {
    DECLARATIONS[name].read(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidValue) return false;
    throw error;
  }
}

function chart(path: string): string {
  return readFileSync(join(CHART, path), 'utf8');
}

function read(...path: string[]): string {
  return readFileSync(join(PROJECT, ...path), 'utf8');
}

/** Paths of the members that have no members of their own, lists and settings aside. */
function leaves(schema: Schema, path: readonly string[] = []): string[] {
  const members = Object.entries(schema.properties ?? {});
  if (members.length === 0 || path.join('.') === 'settings' || path.join('.') === 'secrets') return [path.join('.')];
  return members.flatMap(([name, each]) => leaves(each, [...path, name]));
}

function objects(schema: Schema, path: readonly string[] = []): [string, Schema][] {
  const own: [string, Schema][] = schema.type === 'object' ? [[path.join('.'), schema]] : [];
  return [...own, ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => objects(each, [...path, name]))];
}
