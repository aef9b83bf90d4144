<?php

declare(strict_types=1);

namespace StandIn\Console;

use StandIn\DatabaseConfig;
use StandIn\KernelSecret;
use StandIn\Schema;
use Throwable;

/** Boots, checks what GLPI checks before a command, runs it, and gives its exit code. */
final class Application
{
    private const MISSING_DATABASE = 130;
    private const OUTDATED_DATABASE = 131;
    private const NO_CONFIG_WRITE_ACCESS = 129;

    /** @param string[] $words */
    public static function run(array $words): int
    {
        try {
            if (self::refusesRoot($words)) {
                return 1;
            }
            KernelSecret::boot();
            $input = new Input($words);
            return self::dispatch($input, new Output($input->has('quiet')));
        } catch (Stop $stop) {
            echo $stop->getMessage(), "\n";
            return $stop->getCode();
        } catch (Throwable $error) {
            // Symfony's console shows what was thrown and exits 1.
            $class = basename(str_replace('\\', '/', $error::class));
            fwrite(STDERR, "\nIn {$class}:\n  {$error->getMessage()}\n\n");
            return 1;
        }
    }

    private static function dispatch(Input $input, Output $output): int
    {
        $command = self::find((string) $input->command());
        // 10 and 11 look at the files that a command is going to write before they look at anything else.
        foreach (GLPI_MAJOR > 9 ? $command->writes($input) : [] as $name) {
            $file = GLPI_CONFIG_DIR . '/' . $name;
            if (!is_writable(file_exists($file) ? $file : GLPI_CONFIG_DIR)) {
                $output->important("A temporary write access to the following files is required: `$file`.");
                return self::NO_CONFIG_WRITE_ACCESS;
            }
        }
        $database = DatabaseConfig::connected();
        if ($command->needsDatabase()) {
            if ($database === null) {
                throw new Stop('Unable to connect to database.', GLPI_MAJOR === 9 ? 1 : self::MISSING_DATABASE);
            }
            if (GLPI_MAJOR > 9 && $command->needsCurrentSchema() && !Schema::isUpToDate($database)) {
                throw new Stop(
                    'The GLPI codebase has been updated. The update of the GLPI database is necessary.',
                    self::OUTDATED_DATABASE
                );
            }
        }
        return $command->execute($input, $output, $database);
    }

    /** @throws \InvalidArgumentException for an unknown name */
    private static function find(string $name): Command
    {
        // 9.5 spells its names with "glpi:", and 10 and 11 still know those.
        $short = str_starts_with($name, 'glpi:') ? substr($name, strlen('glpi:')) : $name;
        return match ($short) {
            'database:install', 'db:install' => new InstallDatabase(),
            'database:configure', 'db:configure' => new ConfigureDatabase(),
            'database:update', 'db:update' => new UpdateDatabase(),
            'database:check', 'db:check', 'database:check_schema_integrity', 'db:check_schema_integrity' => new CheckDatabase(),
            'security:change_key' => new ChangeKey(),
            'config:set' => new SetConfig(),
            'cache:clear', 'system:clear_cache' => new ClearCache(),
            'system:status' => new SystemStatus(),
            'marketplace:search' => GLPI_MAJOR > 9 ? new SearchMarketplace() : throw self::unknown($name),
            default => throw self::unknown($name),
        };
    }

    private static function unknown(string $name): \InvalidArgumentException
    {
        return new \InvalidArgumentException("Command \"$name\" is not defined.");
    }

    /** @param string[] $words */
    private static function refusesRoot(array $words): bool
    {
        if (GLPI_MAJOR < 11 || posix_geteuid() !== 0) {
            return false;
        }
        echo "WARNING: running as root is discouraged.\n";
        echo "You should run the script as the same user that your web server runs as to avoid file permissions being ruined.\n";
        if (in_array('--allow-superuser', $words, true)) {
            return false;
        }
        echo "Use --allow-superuser option to bypass this limitation.\n";
        return true;
    }
}
