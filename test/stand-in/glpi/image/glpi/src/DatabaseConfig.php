<?php

declare(strict_types=1);

namespace StandIn;

use DBmysql;

/** config_db.php: PHP that GLPI runs. Written as each version writes it. */
final class DatabaseConfig
{
    public const FILE = GLPI_CONFIG_DIR . '/config_db.php';

    public static function exists(): bool
    {
        return file_exists(self::FILE);
    }

    /** @return DBmysql|null the connection that the file describes, also when it failed; null without a file or a class */
    public static function open(): ?DBmysql
    {
        if (!self::exists()) {
            return null;
        }
        include_once self::FILE;
        return class_exists('DB', false) ? new \DB() : null;
    }

    /** @return DBmysql|null the same, and null when the connection failed */
    public static function connected(): ?DBmysql
    {
        $database = self::open();
        return $database?->connected === true ? $database : null;
    }

    public static function write(string $host, string $user, string $password, string $schema): bool
    {
        $settings = [
            'dbhost' => $host,
            'dbuser' => $user,
            'dbpassword' => rawurlencode($password),
            'dbdefault' => $schema,
        ];
        $source = "<?php\nclass DB extends DBmysql {\n";
        foreach ($settings as $name => $value) {
            // 9.5 pads the names and escapes nothing.
            $source .= GLPI_MAJOR === 9
                ? sprintf("   public \$%-10s = '%s';\n", $name, $value)
                : sprintf("   public \$%s = %s;\n", $name, var_export($value, true));
        }
        foreach (self::flags() as $name => $value) {
            $source .= sprintf("   public \$%s = %s;\n", $name, var_export($value, true));
        }
        return @file_put_contents(self::FILE, $source . "}\n") !== false;
    }

    /** @return array<string, bool> */
    private static function flags(): array
    {
        $flags = ['use_utf8mb4' => true, 'allow_myisam' => false, 'allow_datetime' => false, 'allow_signed_keys' => false];
        if (GLPI_MAJOR === 9) {
            return [];
        }
        if (GLPI_MAJOR >= 11) {
            unset($flags['allow_myisam']);
        }
        return $flags;
    }
}
