<?php

declare(strict_types=1);

/** GLPI's scheduled tasks, as `php front/cron.php [--force] [<task>]`. One task is here: checkAllUpdates. */

require dirname(__DIR__) . '/src/bootstrap.php';

use StandIn\DatabaseConfig;
use StandIn\KernelSecret;
use StandIn\ScheduledCheck;

$words = array_slice($argv, 1);
if (GLPI_MAJOR >= 11 && posix_geteuid() === 0 && !in_array('--allow-superuser', $words, true)) {
    echo "\tWARNING: running as root is discouraged.\n\tUse --allow-superuser option to bypass this limitation.\n";
    exit(1);
}
try {
    KernelSecret::boot();
} catch (RuntimeException $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}
if (!DatabaseConfig::exists()) {
    echo 'GLPI seems to not be configured properly.', "\n";
    printf("Database configuration file \"%s\" is missing.\n", DatabaseConfig::FILE);
    exit(1);
}
$database = DatabaseConfig::connected();
if ($database === null) {
    echo "A link to the SQL server could not be established. Please check your configuration.\n";
    exit(1);
}
$tasks = array_values(array_filter($words, static fn (string $word): bool => !str_starts_with($word, '--')));
if ($tasks !== [] && $tasks[0] !== ScheduledCheck::NAME) {
    exit(0);
}
$forced = in_array('--force', $words, true);
(new ScheduledCheck($database))->run($forced);
