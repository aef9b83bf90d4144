<?php

declare(strict_types=1);

namespace StandIn;

use DBmysql;

/** What GLPI's own status looks at: the database and its directories; never the key. */
final class Status
{
    /** @return array{glpi: array{status: string}, db: array{status: string}, filesystem: array{status: string}} */
    public static function of(?DBmysql $database): array
    {
        $databaseStatus = $database === null ? 'PROBLEM' : 'OK';
        $files = is_writable(GLPI_VAR_DIR) ? 'OK' : 'PROBLEM';
        $all = $databaseStatus === 'OK' && $files === 'OK' ? 'OK' : 'PROBLEM';
        return ['glpi' => ['status' => $all], 'db' => ['status' => $databaseStatus], 'filesystem' => ['status' => $files]];
    }
}
