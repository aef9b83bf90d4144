<?php

declare(strict_types=1);

namespace StandIn;

use DBmysql;

/** Values of glpi_configs as GLPI reads and sets them. */
final class Settings
{
    public function __construct(private readonly DBmysql $database, private readonly SecurityKey $key)
    {
    }

    public function raw(string $name, string $context = 'core'): ?string
    {
        $rows = $this->database->rows('SELECT value FROM glpi_configs WHERE context = ? AND name = ?', [$context, $name]);
        return $rows === [] ? null : $rows[0]['value'];
    }

    public static function isSecured(string $context, string $name): bool
    {
        return $context === 'core' && in_array($name, SecuredFields::names(), true);
    }

    /** Seals a secured value unless it is empty ('' and '0' stay as they are); without a key, 10 and 11 store ''. */
    public function set(string $context, string $name, string $value): void
    {
        if (!empty($value) && self::isSecured($context, $name)) {
            $value = $this->key->encrypt($value);
        }
        $this->database->execute(
            'INSERT INTO glpi_configs (context, name, value) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)',
            [$context, $name, $value]
        );
    }
}
