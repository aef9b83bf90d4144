<?php

declare(strict_types=1);

namespace StandIn;

use DBmysql;

/** The tables that hold secrets, as this version has them. */
final class Schema
{
    public static function create(DBmysql $database): void
    {
        foreach (self::statements() as $statement) {
            $database->run($statement);
        }
    }

    /** Brings an older version's tables to this one's: missing tables, missing columns, tokens sealed from now on. */
    public static function update(DBmysql $database, SecurityKey $key): void
    {
        $clear = array_filter(SecuredFields::newlySealedColumns(), fn ($field) => self::columns($database, $field) !== []);
        $sealsTokens = version_compare((string) self::version($database), '11.0.3', '<');
        foreach (self::statements() as $statement) {
            if (preg_match('/^CREATE TABLE `(\w+)` \(\n(.*)\n\)/s', $statement, $match) !== 1) {
                continue;
            }
            if (self::columns($database, $match[1]) === []) {
                $database->run($statement);
                continue;
            }
            self::addColumns($database, $match[1], $match[2]);
        }
        if ($sealsTokens) {
            self::sealClearText($database, $key, $clear);
        }
        foreach (array_diff(SecuredFields::names(), ['glpinetwork_registration_key']) as $name) {
            $database->execute("INSERT IGNORE INTO glpi_configs (context, name, value) VALUES ('core', ?, '')", [$name]);
        }
        $database->execute("UPDATE glpi_configs SET value = ? WHERE context = 'core' AND name = 'version'", [GLPI_VERSION]);
        $database->execute("UPDATE glpi_configs SET value = ? WHERE context = 'core' AND name = 'dbversion'", [
            self::shippedVersion('dbversion'),
        ]);
    }

    public static function version(DBmysql $database, string $name = 'version'): ?string
    {
        if (self::columns($database, 'glpi_configs') === []) {
            return null;
        }
        $rows = $database->rows("SELECT value FROM glpi_configs WHERE context = 'core' AND name = ?", [$name]);
        return $rows[0]['value'] ?? null;
    }

    /** The dbversion without its hash tells an older database; GLPI compares the hash too. */
    public static function isUpToDate(DBmysql $database): bool
    {
        $found = explode('@', (string) self::version($database, 'dbversion'))[0];
        return $found === explode('@', self::shippedVersion('dbversion'))[0];
    }

    /** @return string[] the columns of a table, or the one column asked for; [] if there is none */
    private static function columns(DBmysql $database, string $field): array
    {
        [$table, $column] = explode('.', $field . '.%');
        $query = 'SELECT column_name AS name FROM information_schema.columns'
            . ' WHERE table_schema = DATABASE() AND table_name = ? AND column_name LIKE ?';
        return array_column($database->rows($query, [$table, $column]), 'name');
    }

    private static function addColumns(DBmysql $database, string $table, string $definitions): void
    {
        $existing = self::columns($database, $table);
        preg_match_all('/^  (`(\w+)` .*?),?$/m', $definitions, $lines, PREG_SET_ORDER);
        foreach ($lines as [, $definition, $column]) {
            if (!in_array($column, $existing, true)) {
                $database->run("ALTER TABLE `$table` ADD COLUMN $definition");
            }
        }
    }

    /** @param string[] $fields */
    private static function sealClearText(DBmysql $database, SecurityKey $key, array $fields): void
    {
        foreach ($fields as $field) {
            [$table, $column] = explode('.', $field);
            foreach ($database->rows("SELECT id, `$column` FROM `$table` WHERE `$column` <> ''") as $row) {
                $sealed = $key->encrypt($row[$column]);
                $database->execute("UPDATE `$table` SET `$column` = ? WHERE id = ?", [$sealed, $row['id']]);
            }
        }
    }

    private static function shippedVersion(string $name): string
    {
        preg_match("/'core', '$name', '([^']+)'/", implode("\n", self::statements()), $match);
        return $match[1];
    }

    /** @return string[] */
    private static function statements(): array
    {
        $source = (string) file_get_contents(GLPI_ROOT . '/install/mysql/' . GLPI_VERSION . '.sql');
        $withoutComments = (string) preg_replace('/^--.*\n/m', '', $source);
        return array_filter(array_map('trim', preg_split('/;\s*\n/', $withoutComments . "\n")));
    }
}
