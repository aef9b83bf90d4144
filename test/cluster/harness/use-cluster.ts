import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { StandInVersion } from '../../stand-in/glpi/image.ts';
import { ClusterDatabase } from './database.ts';
import { type ClusterImages, provideImages } from './images.ts';
import { Namespace } from './namespace.ts';

const MOST_REPORT = 60_000;

/** What the stories of one test file share. */
export interface Cluster {
  readonly images: ClusterImages;
  readonly namespace: Namespace;
  readonly database: ClusterDatabase;
}

/**
 * Images, a namespace and a MariaDB for the tests of the `describe` it is called in; all of it goes afterwards. Where a
 * test fails, everything that the namespace can tell is printed.
 *
 * @param word what the file is about: part of the namespace's name
 * @param labels of the namespace, such as those of Pod Security
 * @returns its members are there once the tests run
 */
export function useCluster(
  word: string,
  versions: readonly StandInVersion[],
  labels: Readonly<Record<string, string>> = {},
): Cluster {
  let images: ClusterImages | null = null;
  let namespace: Namespace | null = null;
  let database: ClusterDatabase | null = null;

  beforeAll(async () => {
    images = await provideImages(versions);
    namespace = await Namespace.open(word, labels);
    database = await ClusterDatabase.start(namespace, images.mariadb);
  });

  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      const report = (await namespace?.report()) ?? '';
      process.stderr.write(`\n--- what the namespace says ---\n${report.slice(-MOST_REPORT)}\n`);
    });
  });

  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
    await namespace?.[Symbol.asyncDispose]();
  });

  return {
    get images() {
      return there(images);
    },
    get namespace() {
      return there(namespace);
    },
    get database() {
      return there(database);
    },
  };
}

function there<T>(part: T | null): T {
  if (part === null) throw new Error('the cluster is there once the tests run, not while they are collected');
  return part;
}
