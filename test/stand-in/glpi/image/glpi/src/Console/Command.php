<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;

abstract class Command
{
    /** @param DBmysql|null $database connected as config_db.php says; null where that file is absent or does not connect */
    abstract public function execute(Input $input, Output $output, ?DBmysql $database): int;

    /** @return string[] names of files in the configuration directory that the command is going to write */
    public function writes(Input $input): array
    {
        return [];
    }

    public function needsDatabase(): bool
    {
        return true;
    }

    public function needsCurrentSchema(): bool
    {
        return true;
    }
}
