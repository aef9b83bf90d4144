<?php

declare(strict_types=1);

/** Sets up what every entry point (console, cron, web) needs: GLPI's constants, class loading, warnings to GLPI's log. */

define('GLPI_ROOT', dirname(__DIR__));
define('GLPI_VERSION', getenv('GLPI_VERSION') ?: throw new RuntimeException('GLPI_VERSION is not set'));
define('GLPI_MAJOR', (int) GLPI_VERSION);
define('GLPI_CONFIG_DIR', getenv('GLPI_CONFIG_DIR') ?: GLPI_ROOT . '/config');
define('GLPI_VAR_DIR', getenv('GLPI_VAR_DIR') ?: GLPI_ROOT . '/files');
define('GLPI_LOG_DIR', getenv('GLPI_LOG_DIR') ?: GLPI_VAR_DIR . '/_log');

spl_autoload_register(static function (string $class): void {
    $file = __DIR__ . '/' . str_replace(['StandIn\\', '\\'], ['', '/'], $class) . '.php';
    if (is_file($file)) {
        require $file;
    }
});

// GLPI answers a warning by a line in its log and goes on; 9.5 and 10 show it on the console too, 11 does not.
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if ((error_reporting() & $level) === 0) {
        return true;
    }
    $text = sprintf('glpiphplog.WARNING:   *** PHP Warning (%d): %s in %s at line %d', $level, $message, $file, $line);
    @file_put_contents(GLPI_LOG_DIR . '/php-errors.log', '[' . date('Y-m-d H:i:s') . "] $text\n", FILE_APPEND);
    if (PHP_SAPI === 'cli' && GLPI_MAJOR < 11) {
        fwrite(STDERR, "PHP Warning: $message\n");
    }
    return true;
});

// The class that config_db.php extends is global in GLPI.
require __DIR__ . '/DBmysql.php';
require __DIR__ . '/network-constants.php';
