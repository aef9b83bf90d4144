import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { ContainerMount, DescribedContainer, ObservedContainer } from '../platform.ts';

/** A place where a container sees something of its host. */
export type Mount = ContainerMount;

/** A container as the engine's list has it. */
export interface ListedContainer {
  readonly id: string;
  /** Without leading slashes. */
  readonly names: readonly string[];
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly created: number;
  /** It runs, is paused, or is between two restarts. */
  readonly active: boolean;
  readonly mounts: readonly Mount[];
}

/** A container as the engine inspects it. Of its environment only what holds no password is kept. */
export interface InspectedContainer extends DescribedContainer {
  readonly imageId: string;
  readonly active: boolean;
  /** Waiting for its next try after it ended by itself. */
  readonly restarting: boolean;
  readonly exitCode: number;
  /** `GLPI_CONFIG_DIR` of its environment (GLPI's official image sets it); null where it is not set. */
  readonly configDirectory: string | null;
}

/** Variables of GLPI's official image that switch something and hold no secret. */
const SWITCHES = ['GLPI_SKIP_AUTOINSTALL', 'GLPI_SKIP_AUTOUPDATE', 'GLPI_CRONTAB_ENABLED', 'GLPI_CONFIG_DIR'];

const ACTIVE_STATES = ['running', 'paused', 'restarting'];

export function describeListed(info: ContainerInfo): ListedContainer {
  return {
    id: info.Id,
    names: (info.Names ?? []).map(withoutSlash),
    imageId: info.ImageID,
    labels: info.Labels ?? {},
    created: info.Created,
    active: ACTIVE_STATES.includes(info.State),
    mounts: (info.Mounts ?? []).map((mount) => describeMount(mount, '')),
  };
}

export function describeInspected(info: ContainerInspectInfo): InspectedContainer {
  const state = info.State;
  return {
    id: info.Id,
    name: withoutSlash(info.Name),
    image: info.Config.Image,
    imageId: info.Image,
    labels: info.Config.Labels ?? {},
    startedAt: startTime(state.StartedAt),
    finishedAt: startTime(state.FinishedAt),
    command: [...(info.Config.Cmd ?? [])],
    restarts: info.RestartCount ?? 0,
    health: healthOf(state.Health?.Status),
    active: state.Running || state.Restarting || state.Paused,
    restarting: state.Restarting,
    exitCode: state.ExitCode,
    mounts: (info.Mounts ?? []).map((mount) => describeMount(mount, subpathAt(info, mount.Destination))),
    configDirectory: variable(info.Config.Env ?? [], 'GLPI_CONFIG_DIR'),
    switches: switchesOf(info.Config.Env ?? []),
  };
}

function describeMount(
  mount: ContainerInspectInfo['Mounts'][number] | ContainerInfo['Mounts'][number],
  subpath: string,
) {
  const source = subpath === '' ? mount.Source : `${mount.Source}/${subpath}`;
  const volume = mount.Type === 'volume' ? (mount.Name ?? null) : null;
  return { type: mount.Type ?? 'bind', volume, source, destination: mount.Destination };
}

/** Engine 26 mounts a folder of a volume (`volume-subpath`) and names it in the host configuration alone. */
function subpathAt(info: ContainerInspectInfo, destination: string): string {
  for (const mount of info.HostConfig?.Mounts ?? []) {
    const options: { Subpath?: string } | undefined = mount.VolumeOptions;
    if (mount.Target === destination && options?.Subpath) return options.Subpath.replace(/^\/+|\/+$/g, '');
  }
  return '';
}

/** The engine writes the year 1 for "never". */
function startTime(text: string | undefined): string | null {
  if (text === undefined || text === '' || text.startsWith('0001-')) return null;
  return new Date(text).toISOString();
}

function healthOf(status: string | undefined): ObservedContainer['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : null;
}

function switchesOf(environment: readonly string[]): Record<string, string> {
  const found = SWITCHES.map((name) => [name, variable(environment, name)] as const);
  return Object.fromEntries(found.filter((each): each is readonly [string, string] => each[1] !== null));
}

function variable(environment: readonly string[], name: string): string | null {
  const line = environment.find((each) => each.startsWith(`${name}=`));
  return line?.slice(name.length + 1) || null;
}

function withoutSlash(name: string): string {
  return name.replace(/^\//, '');
}
