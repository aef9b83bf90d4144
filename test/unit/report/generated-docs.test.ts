import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedDocs } from '../../../build/generate-docs.ts';
import { SETTING_NAMES } from '../../../src/config/declarations.ts';
import { METRICS } from '../../../src/report/metrics.ts';

const PROJECT = join(import.meta.dirname, '../../..');

describe('the generated reference', () => {
  it('says what the source says', () => {
    const check = spawnSync(process.execPath, ['build/generate-docs.ts', '--check'], {
      cwd: PROJECT,
      encoding: 'utf8',
    });

    expect(check.stderr).toBe('');
    expect(check.status).toBe(0);
  });

  it('has every setting and every metric', () => {
    const docs = generatedDocs();

    for (const name of SETTING_NAMES) expect(docs.get('docs/settings.md')).toContain(`\n## ${name}\n`);
    for (const { name } of METRICS) expect(docs.get('docs/metrics.md')).toContain(`\`${name}\``);
  });
});
