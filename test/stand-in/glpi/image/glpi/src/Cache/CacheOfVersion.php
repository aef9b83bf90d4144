<?php

declare(strict_types=1);

namespace StandIn\Cache;

use DBmysql;

/** The cache that this version makes for itself when nobody has configured one. */
final class CacheOfVersion
{
    private const DIRECTORY = GLPI_VAR_DIR . '/_cache';
    /** Stands for APCu, which the console does not have: memory that ends with the container's process. */
    private const WEB_MEMORY = '/dev/shm/glpi-web-cache';

    public static function open(?DBmysql $database): CoreCache
    {
        if (GLPI_MAJOR > 9) {
            return new SymfonyFiles(self::DIRECTORY . '/' . self::place());
        }
        $space = 'glpi_cache_db_' . GLPI_VERSION . md5($database?->dbhost . $database?->dbdefault);
        $store = PHP_SAPI === 'cli' ? self::DIRECTORY . '/cache_db' : self::WEB_MEMORY;
        return new FootprintedCache(new PlainFiles("$store/$space"), self::DIRECTORY . "/$space.json");
    }

    private static function place(): string
    {
        // 11 takes the checksum of its own files.
        return GLPI_MAJOR === 10 ? 'core' : GLPI_VERSION . '-' . hash('crc32c', GLPI_VERSION) . '-production/core';
    }
}
