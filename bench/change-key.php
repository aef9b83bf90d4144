<?php

declare(strict_types=1);

/**
 * The peer of `keykeeper rotate`: moves one column to a new key the way GLPI's security:change_key does (GLPIKey, 10.0.17):
 * the new key into its file first, all rows of the column read at once, then for each row: decrypt with the old key,
 * read the key file, encrypt, one UPDATE, no transaction. GLPI itself does more for each query than mysqli does here.
 *
 * Prints JSON: `milliseconds`, and `kibibytes`, the most memory that was resident (VmHWM of proc_pid_status(5)).
 */

[, $host, $port, $user, $schema, $table, $column, $keyFile] = $argv;
$started = hrtime(true);
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$database = new mysqli($host, $user, (string) getenv('DATABASE_PASSWORD'), $schema, (int) $port);
$database->set_charset('utf8mb4');

$old = (string) file_get_contents($keyFile);
file_put_contents($keyFile, sodium_crypto_aead_chacha20poly1305_ietf_keygen());
foreach ($database->query("SELECT `id`, `$column` FROM `$table` WHERE `$column` IS NOT NULL") as $row) {
    $sealed = seal(open($row[$column], $old), (string) file_get_contents($keyFile));
    $database->query(
        "UPDATE `$table` SET `$column` = '" . $database->real_escape_string($sealed) . "' WHERE `id` = '{$row['id']}'"
    );
}

$took = (hrtime(true) - $started) / 1e6;
preg_match('/^VmHWM:\s+(\d+) kB$/m', (string) file_get_contents('/proc/self/status'), $most);
echo json_encode(['milliseconds' => $took, 'kibibytes' => (int) $most[1]]), "\n";

function open(string $value, string $key): string
{
    $bytes = (string) base64_decode($value);
    $nonce = substr($bytes, 0, SODIUM_CRYPTO_AEAD_XCHACHA20POLY1305_IETF_NPUBBYTES);
    $sealed = substr($bytes, SODIUM_CRYPTO_AEAD_XCHACHA20POLY1305_IETF_NPUBBYTES);
    return (string) sodium_crypto_aead_xchacha20poly1305_ietf_decrypt($sealed, $nonce, $nonce, $key);
}

function seal(string $text, string $key): string
{
    $nonce = random_bytes(SODIUM_CRYPTO_AEAD_XCHACHA20POLY1305_IETF_NPUBBYTES);
    return base64_encode($nonce . sodium_crypto_aead_xchacha20poly1305_ietf_encrypt($text, $nonce, $nonce, $key));
}
