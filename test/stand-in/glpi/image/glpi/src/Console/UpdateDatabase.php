<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use RuntimeException;
use StandIn\KeyRotation;
use StandIn\OAuthPair;
use StandIn\Schema;
use StandIn\SecurityKey;

/** `database:update`: with no key file it stops with 2; another key it does not notice. */
final class UpdateDatabase extends Command
{
    private const KEY_MISSING = 2;
    private const NOT_GLPI = 3;
    private const UPDATE_FAILED = 5;

    public function needsCurrentSchema(): bool
    {
        return false;
    }

    public function writes(Input $input): array
    {
        return (new SecurityKey())->exists() ? [] : ['glpicrypt.key'];
    }

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        if (Schema::version($database) === null) {
            $output->line('Current GLPI version not found. Update cannot be done.');
            return self::NOT_GLPI;
        }
        if (Schema::isUpToDate($database) && !$input->has('force')) {
            $output->line('No migration needed.');
            return 0;
        }
        $key = new SecurityKey();
        if (!file_exists(GLPI_CONFIG_DIR . '/glpicrypt.key')) {
            $output->important(
                'The key file "' . GLPI_CONFIG_DIR . '/glpicrypt.key" used to encrypt/decrypt sensitive data is missing.'
                . ' You should retrieve it from your previous installation or encrypted data will be unreadable.'
            );
            if ($input->has('no-interaction') || !self::confirms()) {
                return self::KEY_MISSING;
            }
        }
        try {
            Schema::update($database, $key);
            if (!$key->exists()) {
                (new KeyRotation($key, $database))->rotate();
            }
            if (GLPI_MAJOR >= 11) {
                OAuthPair::generate();
            }
        } catch (RuntimeException $error) {
            $output->important("An error occurred during the database update. The error was: {$error->getMessage()}");
            return self::UPDATE_FAILED;
        }
        $output->line('Migration done.');
        return 0;
    }

    private static function confirms(): bool
    {
        echo "Do you want to continue? [Yes/no]\n";
        return preg_match('/^(y.*)?$/i', trim((string) fgets(STDIN))) === 1;
    }
}
