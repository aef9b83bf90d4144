<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use StandIn\Cache\CacheOfVersion;

/**
 * `cache:clear` (9.5: `system:clear_cache`). Notices nothing of the key. 10 and 11 throw away the files below
 * GLPI_VAR_DIR/_cache, 9.5 what its console keeps, and all footprints.
 */
final class ClearCache extends Command
{
    public function needsDatabase(): bool
    {
        return false;
    }

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        if (GLPI_MAJOR === 9) {
            CacheOfVersion::open($database)->clear();
            $output->line('Cache reset successful');
            return 0;
        }
        self::clear(GLPI_VAR_DIR . '/_cache');
        $output->line('Cache cleared successfully.');
        return 0;
    }

    private static function clear(string $directory): void
    {
        foreach (is_dir($directory) ? scandir($directory) : [] as $name) {
            $path = "$directory/$name";
            if ($name === '.' || $name === '..') {
                continue;
            }
            if (is_dir($path) && !is_link($path)) {
                self::clear($path);
                continue;
            }
            unlink($path);
        }
    }
}
