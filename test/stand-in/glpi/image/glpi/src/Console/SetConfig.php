<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use InvalidArgumentException;
use StandIn\SecurityKey;
use StandIn\Settings;

/** `config:set <name> [<value>]`: without a value, and without -n, the value is read from standard input. */
final class SetConfig extends Command
{
    private const INVALID_CONTEXT = 1;

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        $name = $input->argument(0) ?? throw new InvalidArgumentException('Not enough arguments (missing: "key, value").');
        $value = $input->argument(1);
        if ($value === null) {
            if ($input->has('no-interaction')) {
                throw new InvalidArgumentException('Not enough arguments (missing: "value").');
            }
            echo "Configuration value:\n";
            $value = rtrim((string) fgets(STDIN), "\r\n");
        }
        $context = (string) $input->option('context', 'core');
        if (preg_match('/^core|inventory|plugin:[a-z]+$/', $context) !== 1) {
            $output->important("Invalid context \"$context\".");
            return self::INVALID_CONTEXT;
        }
        // 9.5 and 10 escape for SQL before they seal: the slashes are in the plaintext. Unsealed values lose them again.
        if (GLPI_MAJOR < 11 && Settings::isSecured($context, $name)) {
            $value = $database->escape($value);
        }
        (new Settings($database, new SecurityKey()))->set($context, $name, $value);
        $output->line("Configuration \"$name\" updated.");
        return 0;
    }
}
