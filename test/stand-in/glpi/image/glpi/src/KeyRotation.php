<?php

declare(strict_types=1);

namespace StandIn;

use DBmysql;
use RuntimeException;

/**
 * Makes a new key and, where a database is connected, rewrites the values: the key file first, then the tables row by
 * row, glpi_configs last, each value sealed with the key file as it is at that moment, without a transaction.
 */
final class KeyRotation
{
    public function __construct(private readonly SecurityKey $key, private readonly ?DBmysql $database)
    {
    }

    /**
     * @return bool false where 10 and 11 refuse before the file is touched, or a write fails
     * @throws RuntimeException|\SodiumException in 9.5, half-way, where the old key has a wrong length
     */
    public function rotate(): bool
    {
        if (GLPI_MAJOR > 9 && !SecurityKey::isWritable()) {
            trigger_error('Security key file path is not writable.', E_USER_WARNING);
            return false;
        }
        $previous = null;
        if ($this->database !== null) {
            $exists = file_exists(GLPI_CONFIG_DIR . '/glpicrypt.key');
            $previous = $exists ? $this->key->get() : null;
            if ($exists && $previous === null) {
                return false;
            }
        }
        if (!SecurityKey::writeNew()) {
            trigger_error('Unable to write security key file contents.', E_USER_WARNING);
            return false;
        }
        if ($this->database !== null) {
            $this->rewriteTables($this->database, $previous);
            $this->rewriteConfigs($this->database, $previous);
        }
        return true;
    }

    private function rewriteTables(DBmysql $database, ?string $previous): void
    {
        foreach (SecuredFields::columns() as $field) {
            [$table, $column] = explode('.', $field);
            foreach ($database->rows("SELECT id, `$column` FROM `$table` WHERE `$column` IS NOT NULL") as $row) {
                $sealed = $this->reseal((string) $row[$column], $previous);
                $database->execute("UPDATE `$table` SET `$column` = ? WHERE id = ?", [$sealed, $row['id']]);
                $this->pause();
            }
        }
    }

    private function rewriteConfigs(DBmysql $database, ?string $previous): void
    {
        $names = SecuredFields::names();
        $places = implode(',', array_fill(0, count($names), '?'));
        $query = "SELECT id, value FROM glpi_configs WHERE context = 'core' AND name IN ($places) AND value IS NOT NULL";
        foreach ($database->rows($query, $names) as $row) {
            $sealed = $this->reseal((string) $row['value'], $previous);
            $database->execute('UPDATE glpi_configs SET value = ? WHERE id = ?', [$sealed, $row['id']]);
            $this->pause();
        }
    }

    private function reseal(string $value, ?string $previous): string
    {
        $plain = $previous === null ? LegacyRoutine::decrypt($value) : $this->key->decrypt($value, $previous);
        return $this->key->encrypt((string) $plain);
    }

    /** Tests slow a rotation down to see what others do in the middle of it. */
    private function pause(): void
    {
        $microseconds = (int) getenv('GLPI_STANDIN_ROW_DELAY_US');
        if ($microseconds > 0) {
            usleep($microseconds);
        }
    }
}
