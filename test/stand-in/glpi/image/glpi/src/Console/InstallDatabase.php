<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use mysqli;
use StandIn\DatabaseConfig;
use StandIn\KeyRotation;
use StandIn\OAuthPair;
use StandIn\Schema;
use StandIn\SecurityKey;

/**
 * `database:install`. The order is the accident: config_db.php is written, then the key is made, and only then does it
 * look whether the database is taken, and leave with 6.
 */
final class InstallDatabase extends DatabaseCommand
{
    private const CREATION_FAILED = 5;
    private const ALREADY_CONTAINS_TABLES = 6;
    private const KEY_NOT_CREATED = 8;

    public function writes(Input $input): array
    {
        return DatabaseConfig::exists() && !$input->has('reconfigure') ? ['glpicrypt.key'] : ['glpicrypt.key', 'config_db.php'];
    }

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        $configured = DatabaseConfig::exists();
        if ($configured && self::hasConnectionOptions($input) && !$input->has('reconfigure')) {
            $output->line('Database configuration already exists. Use --reconfigure option to override existing configuration.');
            return self::CONFIG_ALREADY_SET;
        }
        if (!$configured || $input->has('reconfigure')) {
            $server = $this->configure($input);
            $schema = (string) $input->option('db-name');
        } else {
            [$server, $schema] = $this->serverOfConfig($output);
        }
        if (!self::makeKey($this->databaseToMigrate($input, $configured, $database))) {
            $output->important('Security key cannot be generated!');
            return self::KEY_NOT_CREATED;
        }
        return $this->installSchema($server, $schema, $input->has('force'), $output);
    }

    /**
     * Which database the new key's values are rewritten in. 11: none, the key is simply new. 10: the one that
     * config_db.php connected at boot. 9.5 likewise, after a reconfiguration too.
     */
    private function databaseToMigrate(Input $input, bool $configured, ?DBmysql $database): ?DBmysql
    {
        return match (GLPI_MAJOR) {
            9 => $database,
            10 => $configured && !$input->has('reconfigure') ? $database : null,
            default => null,
        };
    }

    private static function makeKey(?DBmysql $database): bool
    {
        $key = new SecurityKey();
        // 9.5 alone keeps a key that is there.
        if (GLPI_MAJOR === 9 && $key->exists()) {
            return true;
        }
        return (new KeyRotation($key, $database))->rotate();
    }

    /** @return array{mysqli, string} the server and schema that config_db.php names */
    private function serverOfConfig(Output $output): array
    {
        $config = DatabaseConfig::open() ?? throw new Stop('Unable to connect to database.', self::CONNECTION_FAILED);
        $hosts = (array) $config->dbhost;
        [$host, $port] = explode(':', $hosts[0], 2) + [1 => ''];
        $output->line("Database host: {$hosts[0]}, name: {$config->dbdefault}, user: {$config->dbuser}");
        return [self::connect($host, $port, $config->dbuser, rawurldecode($config->dbpassword)), $config->dbdefault];
    }

    private function installSchema(mysqli $server, string $schema, bool $force, Output $output): int
    {
        $name = str_replace('`', '``', $schema);
        // A user without the right to create a database still gets at one that exists.
        if (!$server->query("CREATE DATABASE IF NOT EXISTS `$name`") || !$server->select_db($schema)) {
            $output->important("Database creation failed with message \"({$server->errno}) {$server->error}\".");
            return self::CREATION_FAILED;
        }
        $tables = $server->query(
            'SELECT table_name AS name FROM information_schema.tables'
            . " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name LIKE 'glpi\\_%'"
        )->fetch_all(MYSQLI_ASSOC);
        if ($tables !== [] && !$force) {
            $output->line('Database already contains "glpi_*" tables. Use --force option to override existing database.');
            return self::ALREADY_CONTAINS_TABLES;
        }
        foreach ($tables as $table) {
            $server->query("DROP TABLE `{$table['name']}`");
        }
        // The class of config_db.php may hold the old settings already: connect by hand, as the real command does.
        $database = new class extends DBmysql {
            public function __construct()
            {
            }
        };
        $database->use($server);
        Schema::create($database);
        if (GLPI_MAJOR >= 11) {
            OAuthPair::generate();
        }
        $output->line('Installation done.');
        return 0;
    }
}
