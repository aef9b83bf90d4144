<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;

/** `db:configure`: rebuilds config_db.php, never touches the key. */
final class ConfigureDatabase extends DatabaseCommand
{
    public function writes(Input $input): array
    {
        return ['config_db.php'];
    }

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        $this->configure($input);
        return 0;
    }
}
