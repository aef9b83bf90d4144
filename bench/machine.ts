import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';

/** What a figure depends on beside the program. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  /** GiB. */
  readonly memory: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the temporary folder, where files and vault lie. */
  readonly fileSystem: string;
  /** Of the last minute before the run. */
  readonly load: number;
}

/** statfs(2), f_type. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  16914836: 'tmpfs',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
};

export function describeMachine(): Machine {
  const { type } = statfsSync(tmpdir());
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memory: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    fileSystem: FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`,
    load: loadavg()[0] ?? 0,
  };
}
