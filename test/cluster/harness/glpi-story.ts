import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import type { ResultDocument } from '../../../src/report/document.ts';
import type { StatusDocument } from '../../../src/report/http/status-document.ts';
import { SECRETS } from '../../e2e/stories/container-life/lived-in.ts';
import { secretsOfPage } from '../../e2e/stories/settings-page.ts';
import type { CommandResult } from '../../stand-in/glpi/image.ts';
import { followOutput } from './follow-output.ts';
import { command, type GlpiOptions, glpiDeployment } from './glpi-pod.ts';
import type { Cluster } from './use-cluster.ts';

const PAGE = 'http://127.0.0.1/front/config.form.php';
/** Posts each member of the JSON on standard input by itself, as a browser does, and prints the status of each answer. */
const POST_PAGE = `foreach (json_decode(stream_get_contents(STDIN), true) as $name => $value) {
  $options = ['method' => 'POST', 'header' => 'Content-Type: application/x-www-form-urlencoded', 'follow_location' => 0,
    'content' => http_build_query([$name => $value]), 'ignore_errors' => true];
  file_get_contents('${PAGE}', false, stream_context_create(['http' => $options]));
  echo substr($http_response_header[0] ?? '', 9, 3), PHP_EOL;
}`;
const KEY_FILE = '/var/glpi/config/glpicrypt.key';
const SECONDS_TO_WAIT = 60;

/** Prints what the watch serves on loopback, anew each time it changes, until nobody listens. */
const TELL_STATUS = `process.stdin.resume().on('end', () => process.exit());
for (let last = ''; ; await new Promise((resolve) => setTimeout(resolve, 150))) {
  const now = await fetch('http://127.0.0.1:8377/status').then((answer) => answer.text(), () => '');
  if (now !== '' && now !== last) console.log(JSON.stringify(JSON.parse(now)));
  last = now;
}`;

/** How a command of Keykeeper in a pod ended; `log` is its standard error. */
export interface Ran {
  readonly exitCode: number;
  readonly json: ResultDocument;
  readonly log: string;
}

/** One GLPI as a Deployment with its schema, and Keykeeper in its pods. */
export class GlpiStory {
  readonly cluster: Cluster;
  readonly options: GlpiOptions;

  private constructor(cluster: Cluster, options: GlpiOptions) {
    this.cluster = cluster;
    this.options = options;
  }

  /**
   * A schema and the claims that the options name; nothing runs yet.
   *
   * @param options the schema is called as the story unless it is named
   */
  static async open(cluster: Cluster, options: Omit<GlpiOptions, 'schema'> & { schema?: string }): Promise<GlpiStory> {
    const schema = options.schema ?? (await cluster.database.addSchema(options.name));
    const story = new GlpiStory(cluster, { ...options, schema });
    for (const claim of [options.claim, options.vaultClaim]) if (claim !== null) await story.addClaim(claim);
    return story;
  }

  get name(): string {
    return this.options.name;
  }

  async addClaim(name: string): Promise<void> {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Mi' } } };
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec };
    await this.cluster.namespace.apply([claim]);
  }

  /** Applies the Deployment, with changes if there are any, and waits for nothing. */
  async apply(changes: Partial<GlpiOptions> = {}): Promise<void> {
    await this.cluster.namespace.apply([glpiDeployment(this.cluster.images, { ...this.options, ...changes })]);
  }

  /** The same, and waits for a new pod that serves. */
  async deploy(changes: Partial<GlpiOptions> = {}): Promise<string> {
    const before = await this.pods();
    await this.apply(changes);
    return this.untilServes(before);
  }

  /** GLPI installs itself in its first pod, and an administrator enters {@link SECRETS}. @returns the pod */
  async liveIn(changes: Partial<GlpiOptions> = {}): Promise<string> {
    const pod = await this.deploy(changes);
    await this.cluster.database.root.query(`INSERT INTO \`${this.options.schema}\`.glpi_mailcollectors SET id = 1`);
    await this.save(pod, SECRETS);
    return pod;
  }

  /** Names of the pods that are not being removed. */
  async pods(): Promise<string[]> {
    const pods = await this.cluster.namespace.list<V1Pod>({ kind: 'pods', labels: `app=${this.name}` });
    return pods.filter((pod) => pod.metadata?.deletionTimestamp === undefined).map(nameOf);
  }

  /** Waits for a pod whose every container is ready, other than those named. */
  async untilServes(others: readonly string[] = []): Promise<string> {
    const fresh = await this.cluster.namespace.until<V1Pod>(
      { kind: 'pods', labels: `app=${this.name}` },
      (pod) => pod.metadata?.deletionTimestamp === undefined && !others.includes(nameOf(pod)) && isReady(pod),
    );
    return nameOf(fresh);
  }

  /** Waits until there are so many pods, all of them serving, and no others. @returns their names */
  async untilReplicas(count: number): Promise<string[]> {
    await this.cluster.namespace.until<V1Deployment>(
      { kind: 'deployment', name: this.name },
      ({ metadata, status }) => {
        const current = status?.observedGeneration === metadata?.generation;
        return (
          current && status?.readyReplicas === count && status.updatedReplicas === count && status.replicas === count
        );
      },
    );
    return this.pods();
  }

  /** Removes a pod as a drained node does, and waits for the one that the Deployment puts in its place. */
  async replacePod(pod: string): Promise<string> {
    const before = await this.pods();
    await this.cluster.namespace.kubectl(['delete', 'pod', pod, '--wait=false']);
    return this.untilServes(before);
  }

  /** How often a container of a pod was started again. */
  async restarts(pod: string, container: string): Promise<number> {
    return restartsOf(await this.cluster.namespace.get<V1Pod>({ kind: 'pod', name: pod }), container);
  }

  /** Ends GLPI's first process alone, and waits until the kubelet has started the container again and it serves. */
  async restartGlpi(pod: string): Promise<void> {
    const before = await this.restarts(pod, 'glpi');
    await this.inGlpi(pod, ['sh', '-c', 'kill -TERM 1']);
    await this.cluster.namespace.until<V1Pod>(
      { kind: 'pod', name: pod },
      (now) => restartsOf(now, 'glpi') > before && isReady(now),
    );
  }

  /** Saves secrets through GLPI's settings page: `smtp_passwd`, or `glpi_mailcollectors:passwd:1` for a row's. */
  async save(pod: string, values: Readonly<Record<string, string>>): Promise<void> {
    const { stdout, stderr } = await this.inGlpi(pod, ['php', '-r', POST_PAGE], JSON.stringify(values));
    const refused = stdout
      .trim()
      .split('\n')
      .filter((status) => status !== '302');
    if (refused.length > 0) throw new Error(`the settings page did not save: ${stdout} ${stderr}`);
  }

  /** The stored secrets as GLPI itself opens them at this moment, by name; '' where it does not. */
  async secrets(pod: string): Promise<Record<string, string>> {
    return secretsOfPage((await this.inGlpi(pod, ['php', '-r', `echo file_get_contents('${PAGE}');`])).stdout);
  }

  /** The live key file's bytes in base64; '' where there is none. */
  async liveKey(pod: string): Promise<string> {
    return (await this.inGlpi(pod, ['sh', '-c', `base64 -w0 ${KEY_FILE} 2>/dev/null || true`])).stdout;
  }

  /** Waits until a file is there again, watched from inside GLPI's container. */
  async untilFile(pod: string, path: string): Promise<void> {
    const script = `for i in $(seq 300); do test -s "$0" && exit 0; sleep 0.1; done; exit 1`;
    const { exitCode } = await this.inGlpi(pod, ['sh', '-c', script, path]);
    if (exitCode !== 0) throw new Error(`${path} did not come back in ${pod}`);
  }

  /** Runs a command as GLPI's user in its container. */
  inGlpi(pod: string, args: readonly string[], input?: string): Promise<CommandResult> {
    return this.cluster.namespace.execute(pod, 'glpi', args, input);
  }

  /** Runs one command of Keykeeper with `--json` beside the running watch. */
  async run(pod: string, args: readonly string[]): Promise<Ran> {
    const all = command(...args, '--json');
    const { exitCode, stdout, stderr } = await this.cluster.namespace.execute(pod, 'keykeeper', all);
    try {
      return { exitCode, json: JSON.parse(stdout), log: stderr };
    } catch (cause) {
      throw new Error(`not one JSON document: ${stdout}\n${stderr}`, { cause });
    }
  }

  /** Waits until what a pod's watch last saw is as the predicate wants it. */
  async untilStatus(pod: string, wanted: (status: StatusDocument) => boolean): Promise<StatusDocument> {
    let last: StatusDocument | null = null;
    const tell = ['/nodejs/bin/node', '--input-type=module', '--eval', TELL_STATUS];
    const args = ['--namespace', this.cluster.namespace.name, 'exec', '--stdin', pod, '--container', 'keykeeper'];
    const take = (line: string): StatusDocument | null => {
      const status = JSON.parse(line) as StatusDocument;
      last = status;
      return wanted(status) ? status : null;
    };
    const found = await followOutput([...args, '--', ...tell], take, SECONDS_TO_WAIT);
    if (found !== null) return found;
    throw new Error(`the watch in ${pod} never came there: ${JSON.stringify(last)}`);
  }
}

function nameOf({ metadata }: V1Pod): string {
  return metadata?.name ?? '';
}

function restartsOf({ status }: V1Pod, container: string): number {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.find(({ name }) => name === container)?.restartCount ?? 0;
}

function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}
