<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use StandIn\Schema;

/** `db:check`, by which the image's entrypoint tells an installed GLPI: 5 and above mean that there is none. */
final class CheckDatabase extends Command
{
    private const NO_VERSION = 6;

    public function needsCurrentSchema(): bool
    {
        return false;
    }

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        if (Schema::version($database) === null) {
            $output->important('Version cannot be found.');
            return self::NO_VERSION;
        }
        $output->line('Database schema is OK.');
        return 0;
    }
}
