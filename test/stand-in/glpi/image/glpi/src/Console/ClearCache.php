<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;

/** `cache:clear` (9.5: `system:clear_cache`): empties the files below GLPI_VAR_DIR/_cache. Notices nothing of the key. */
final class ClearCache extends Command
{
    public function needsDatabase(): bool
    {
        return false;
    }

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
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
                rmdir($path);
                continue;
            }
            unlink($path);
        }
    }
}
