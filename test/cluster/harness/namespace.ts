import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { CommandResult } from '../../stand-in/glpi/image.ts';
import { followOutput } from './follow-output.ts';
import { kubectl, kubectlResult } from './kubectl.ts';
import { forwardPort, type PortForward } from './port-forward.ts';

const SECONDS_TO_WAIT = 90;

/** What to look at: `{ kind: 'pod', name: 'glpi-0' }`, or every pod with a label. */
export interface Which {
  readonly kind: string;
  readonly name?: string;
  /** A label selector: `app=glpi`. */
  readonly labels?: string;
}

/** A namespace of one test file, removed with everything in it. */
export class Namespace implements AsyncDisposable {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /**
   * @param word what the file is about: part of the name
   * @param labels such as those of Pod Security
   */
  static async open(word: string, labels: Readonly<Record<string, string>> = {}): Promise<Namespace> {
    const name = `keykeeper-test-${word}-${randomBytes(4).toString('hex')}`;
    const metadata = { name, labels: { 'keykeeper-test': 'namespace', ...labels } };
    await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }));
    return new Namespace(name);
  }

  kubectl(args: readonly string[], input?: string | Buffer): Promise<string> {
    return kubectl(['--namespace', this.name, ...args], input);
  }

  kubectlResult(args: readonly string[], input?: string | Buffer): Promise<CommandResult> {
    return kubectlResult(['--namespace', this.name, ...args], input);
  }

  /** Applies objects, or the YAML of a chart or a kustomization. */
  async apply(manifests: string | readonly KubernetesObject[]): Promise<void> {
    const text =
      typeof manifests === 'string' ? manifests : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
    await this.kubectl(['apply', '-f', '-'], text);
  }

  async get<T extends KubernetesObject>({ kind, name = '' }: Which): Promise<T> {
    return JSON.parse(await this.kubectl(['get', kind, name, '--output=json']));
  }

  async list<T extends KubernetesObject>({ kind, labels = '' }: Which): Promise<T[]> {
    return JSON.parse(await this.kubectl(['get', kind, '--selector', labels, '--output=json'])).items;
  }

  /**
   * Waits until an object is as the predicate wants it, by watching: what is there already is looked at first, and
   * nothing is asked twice.
   *
   * @throws Error with the object as it was last seen
   */
  async until<T extends KubernetesObject>(which: Which, wanted: (object: T) => boolean): Promise<T> {
    let last: T | null = null;
    const found = await this.#follow<T, T>(which, (type, object) => {
      last = object;
      return type !== 'DELETED' && wanted(object) ? object : null;
    });
    if (found !== null) return found;
    throw new Error(`${described(which)} never became as wanted; last seen: ${JSON.stringify(last)}`);
  }

  /** Waits until an object is no more. */
  async untilGone({ kind, name = '' }: Which): Promise<void> {
    await this.kubectl(['wait', '--for=delete', `${kind}/${name}`, `--timeout=${SECONDS_TO_WAIT}s`]);
  }

  /** Waits until a container has logged a line with this text since it started last, and gives that line. */
  async untilLog(pod: string, container: string, text: string): Promise<string> {
    const args = ['--namespace', this.name, 'logs', '--follow', pod, '--container', container];
    const line = await followOutput(args, (each) => (each.includes(text) ? each : null), SECONDS_TO_WAIT);
    if (line !== null) return line;
    throw new Error(`${pod}/${container} never logged "${text}": ${await this.logs(pod, container)}`);
  }

  async logs(pod: string, container: string, options: readonly string[] = []): Promise<string> {
    const { stdout, stderr } = await this.kubectlResult(['logs', pod, '--container', container, ...options]);
    return stdout + stderr;
  }

  execute(pod: string, container: string, command: readonly string[], input?: string | Buffer): Promise<CommandResult> {
    const interactive = input === undefined ? [] : ['--stdin'];
    return this.kubectlResult(['exec', ...interactive, pod, '--container', container, '--', ...command], input);
  }

  /** A port of `pod/name` or `service/name` on this machine. */
  forward(target: string, port: number): Promise<PortForward> {
    return forwardPort(this.name, target, port);
  }

  /** What there is to know when a test has failed: every object, every event, the end of every container's log. */
  async report(): Promise<string> {
    const commands = [
      ['get', 'all,secrets,leases,persistentvolumeclaims', '--output=wide'],
      ['get', 'events', '--sort-by=.lastTimestamp'],
      ['describe', 'pods'],
    ];
    const parts = await Promise.all(commands.map((args) => this.kubectlResult(args)));
    const pods = (await this.kubectlResult(['get', 'pods', '--output=name'])).stdout.split('\n').filter(Boolean);
    const logs = await Promise.all(
      pods.map((pod) => this.kubectlResult(['logs', pod, '--all-containers', '--prefix', '--tail=60'])),
    );
    return [...parts, ...logs].map(({ stdout, stderr }) => stdout + stderr).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await kubectl(['delete', 'namespace', this.name, '--wait=false']);
  }

  #follow<T, R>({ kind, name, labels }: Which, take: (type: string, object: T) => R | null): Promise<R | null> {
    const selector = name === undefined ? ['--selector', labels ?? ''] : ['--field-selector', `metadata.name=${name}`];
    const options = ['--watch', '--output-watch-events', '--output=json'];
    const args = ['--namespace', this.name, 'get', kind, ...selector, ...options];
    // One event a line.
    const read = (line: string): R | null => {
      const event = JSON.parse(line) as { type: string; object: T };
      return take(event.type, event.object);
    };
    return followOutput(args, read, SECONDS_TO_WAIT);
  }
}

function described({ kind, name, labels }: Which): string {
  return `${kind} ${name ?? `with ${labels}`}`;
}
