import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { doctorSchema } from '../src/report/doctor-document.ts';
import { resultSchema } from '../src/report/document.ts';
import { statusSchema } from '../src/report/http/status-document.ts';
import { chartPage } from './chart-page.ts';
import { chartSchema } from './chart-schema.ts';
import { dependenciesPage } from './dependencies-page.ts';
import { doctorPage } from './doctor-page.ts';
import { metricsPage } from './metrics-page.ts';
import { settingsPage } from './settings-page.ts';

const PROJECT = resolve(import.meta.dirname, '..');

/** What is generated from the source, by path below the project. */
export function generatedDocs(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/settings.md', settingsPage()],
    ['docs/metrics.md', metricsPage()],
    ['docs/dependencies.md', dependenciesPage(PROJECT)],
    ['docs/doctor.md', doctorPage()],
    ['docs/schema/doctor.schema.json', schemaText(doctorSchema)],
    ['charts/keykeeper/README.md', chartPage(PROJECT)],
    ['charts/keykeeper/values.schema.json', chartSchema()],
    ['docs/schema/result.schema.json', schemaText(resultSchema)],
    ['docs/schema/status.schema.json', schemaText(statusSchema)],
  ]);
}

/** Paths of generated pages that differ from the source, or are not there. */
export function staleDocs(): string[] {
  return [...generatedDocs()].filter(([path, text]) => !isUpToDate(path, text)).map(([path]) => path);
}

function isUpToDate(path: string, text: string): boolean {
  try {
    return readFileSync(join(PROJECT, path), 'utf8') === text;
  } catch {
    return false;
  }
}

/** Open to further members: a later release may add some, and whoever checks against this schema must not stumble. */
function schemaText(schema: z.ZodMiniType): string {
  const json = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return `${JSON.stringify(json, null, 2)}\n`;
}

function run(check: boolean): number {
  if (!check) {
    for (const [path, text] of generatedDocs()) writeFileSync(join(PROJECT, path), text);
    return 0;
  }
  const stale = staleDocs();
  for (const path of stale) process.stderr.write(`${path} differs from the source. Try: node build/generate-docs.ts\n`);
  return stale.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = run(process.argv.includes('--check'));
