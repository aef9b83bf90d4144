import { writeFileSync } from 'node:fs';

/** Loaded before a defender: tells at its end how much memory it had at most, in KiB (getrusage(2)). */
process.on('exit', () => writeFileSync(process.env.MEMORY_FILE ?? '', String(process.resourceUsage().maxRSS)));
