<?php

declare(strict_types=1);

namespace StandIn\Console;

use InvalidArgumentException;
use mysqli;
use StandIn\DatabaseConfig;

/** What `database:install` and `database:configure` share: the --db-* options, and writing config_db.php from them. */
abstract class DatabaseCommand extends Command
{
    protected const CONNECTION_FAILED = 1;
    protected const CONFIG_ALREADY_SET = 3;
    protected const CONFIG_NOT_SAVED = 4;

    public function needsDatabase(): bool
    {
        return false;
    }

    /**
     * Connects with the options and writes config_db.php.
     *
     * @return mysqli without a schema chosen
     * @throws InvalidArgumentException for a missing option
     * @throws Stop when the file is there already, the database refuses, or the file cannot be written
     */
    protected function configure(Input $input): mysqli
    {
        if (DatabaseConfig::exists() && !$input->has('reconfigure')) {
            throw new Stop(
                'Database configuration already exists. Use --reconfigure option to override existing configuration.',
                self::CONFIG_ALREADY_SET
            );
        }
        [$host, $port, $user, $password, $schema] = $this->connectionOptions($input);
        $server = self::connect($host, $port, $user, $password);
        $address = $port === '' ? $host : "$host:$port";
        if (!DatabaseConfig::write($address, $user, $password, $schema)) {
            throw new Stop('Cannot write configuration file "' . DatabaseConfig::FILE . '".', self::CONFIG_NOT_SAVED);
        }
        return $server;
    }

    /** @return array{string, string, string, string, string} host, port, user, password, schema */
    protected function connectionOptions(Input $input): array
    {
        foreach (['db-name' => 'Database name', 'db-user' => 'Database user'] as $option => $label) {
            if (empty($input->option($option))) {
                throw new InvalidArgumentException("$label defined by --$option option cannot be empty.");
            }
        }
        $password = $input->option('db-password', GLPI_MAJOR < 11 ? '' : null);
        if ($password === null) {
            throw new InvalidArgumentException('--db-password option value cannot be null.');
        }
        return [
            $input->option('db-host', 'localhost') ?? 'localhost',
            $input->option('db-port') ?? '',
            (string) $input->option('db-user'),
            $password,
            (string) $input->option('db-name'),
        ];
    }

    protected static function hasConnectionOptions(Input $input): bool
    {
        foreach (['db-host', 'db-port', 'db-name', 'db-user', 'db-password'] as $option) {
            if ($input->has($option)) {
                return true;
            }
        }
        return false;
    }

    /** @throws Stop */
    protected static function connect(string $host, string $port, string $user, string $password): mysqli
    {
        mysqli_report(MYSQLI_REPORT_OFF);
        $server = mysqli_init();
        $isPort = (int) $port > 0;
        $socket = $isPort || $port === '' ? null : $port;
        if (!@$server->real_connect($host, $user, $password, null, $isPort ? (int) $port : 0, $socket)) {
            $message = "Database connection failed with message \"({$server->connect_errno}) {$server->connect_error}\".";
            throw new Stop($message, self::CONNECTION_FAILED);
        }
        return $server;
    }
}
