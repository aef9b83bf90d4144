import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContainedDouble, startContainedDouble } from '../../stand-in/network/container.ts';
import { HOST } from '../../stand-in/network/network-double.ts';
import type { RecordedRequest } from '../../stand-in/network/record.ts';
import type { Stage } from './stage.ts';

/** Where the official image's curl looks for certificate authorities. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const INFO = '/api/registration/info';

/** The double of GLPI Network on a stage. */
export interface StagedNetwork extends AsyncDisposable {
  readonly double: ContainedDouble;
  /** Path of the double's CA on this machine, PEM. */
  readonly caFile: string;
  /** Options for a container of GLPI that asks the double, and trusts it. */
  readonly glpiOptions: readonly string[];
  /** What was asked with a key so far. */
  questions(): Promise<readonly RecordedRequest[]>;
}

/** Starts the double under GLPI Network's own name, for every container on the stage. */
export async function openNetwork(stage: Stage): Promise<StagedNetwork> {
  const directory = mkdtempSync(join(tmpdir(), 'keykeeper-glpi-network-'));
  const caFile = join(directory, 'ca.pem');
  const double = await startContainedDouble({ name: `${stage.name}-glpi-network`, network: stage.name });
  writeFileSync(caFile, double.ca);
  return {
    double,
    caFile,
    glpiOptions: ['--env', `GLPI_NETWORK_SERVICES=https://${HOST}`, '--volume', `${caFile}:${AUTHORITIES}:ro`],
    async questions() {
      const { requests } = await double.record();
      return requests.filter(({ path }) => path === INFO);
    },
    async [Symbol.asyncDispose]() {
      await double[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
