<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use StandIn\Status;

/** `system:status`: notices nothing of the key. */
final class SystemStatus extends Command
{
    public function needsDatabase(): bool
    {
        return false;
    }

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        $output->line((string) json_encode(Status::of($database), JSON_PRETTY_PRINT));
        return 0;
    }
}
