/**
 * Preloaded into a run of the built program (`node --import`): at its end, keeps what V8 made of each script beside it,
 * all functions that this run called included, for load-script.ts to find.
 */
import { renameSync, writeFileSync } from 'node:fs';
import vm from 'node:vm';

const scripts = new Map<string, vm.Script>();

vm.Script = class extends vm.Script {
  constructor(source: string, options: vm.ScriptOptions) {
    // Without what an earlier run kept: its functions are this run's only where this run calls them.
    super(source, { ...options, cachedData: undefined });
    if (options.filename !== undefined) scripts.set(options.filename, this);
  }
};

process.on('exit', () => {
  for (const [file, script] of scripts) {
    writeFileSync(`${file}.cache.new`, script.createCachedData());
    renameSync(`${file}.cache.new`, `${file}.cache`);
  }
});
