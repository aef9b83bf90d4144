<?php

declare(strict_types=1);

namespace StandIn;

use RuntimeException;

/**
 * GLPI 11 uses the raw bytes of a key file as the parameter `kernel.secret`, in which `%name%` refers to another
 * parameter. The file is $APP_SECRET_FILE, else config/glpicrypt.key below GLPI's root, not in GLPI_CONFIG_DIR.
 */
final class KernelSecret
{
    /** @throws RuntimeException whose message holds a piece of the key, as GLPI's does */
    public static function boot(): void
    {
        if (GLPI_MAJOR < 11) {
            return;
        }
        $file = getenv('APP_SECRET_FILE') ?: GLPI_ROOT . '/config/glpicrypt.key';
        $bytes = is_file($file) && is_readable($file) ? (string) file_get_contents($file) : '';
        if (preg_match('/%([^%\s]+)%/', $bytes, $match) === 1) {
            throw new RuntimeException(
                "The parameter \"kernel.secret\" has a dependency on a non-existent parameter \"{$match[1]}\"."
            );
        }
    }
}
