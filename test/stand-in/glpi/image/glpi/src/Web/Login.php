<?php

declare(strict_types=1);

namespace StandIn\Web;

use DBmysql;
use StandIn\SecurityKey;

/**
 * GLPI 11's login: after the password, a user whose second factor opens is asked for it. Where it does not open, as with
 * a wrong key, GLPI takes the user for one without a second factor.
 */
final class Login
{
    private const STEP_SECONDS = 30;

    public function __construct(private readonly DBmysql $database)
    {
    }

    /** @param array<string, string> $posted login_name, and totp_code where asked */
    public function answer(array $posted): void
    {
        $rows = $this->database->rows('SELECT `2fa` AS factor FROM glpi_users WHERE name = ? AND is_active = 1', [
            $posted['login_name'] ?? '',
        ]);
        if ($rows === []) {
            self::json(401, ['login' => 'refused', 'second_factor' => 'none']);
            return;
        }
        $sealed = json_decode((string) $rows[0]['factor'], true)['secret'] ?? null;
        $secret = (string) (new SecurityKey())->decrypt($sealed);
        if ($secret === '') {
            self::json(200, ['login' => 'ok', 'second_factor' => 'none']);
            return;
        }
        if (!isset($posted['totp_code'])) {
            self::json(401, ['login' => 'refused', 'second_factor' => 'asked']);
            return;
        }
        $right = hash_equals(self::code($secret, intdiv(time(), self::STEP_SECONDS)), $posted['totp_code']);
        self::json($right ? 200 : 401, ['login' => $right ? 'ok' : 'refused', 'second_factor' => 'checked']);
    }

    /** RFC 6238 with SHA-1 and 6 digits, as GLPI stores it. */
    private static function code(string $base32, int $counter): string
    {
        $bits = '';
        foreach (str_split($base32) as $letter) {
            $bits .= sprintf('%05b', (int) strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $letter));
        }
        $key = implode('', array_map(fn ($byte) => chr((int) bindec($byte)), str_split(substr($bits, 0, strlen($bits) & ~7), 8)));
        $mac = hash_hmac('sha1', pack('J', $counter), $key, true);
        $number = unpack('N', substr($mac, ord($mac[19]) & 0xf, 4))[1] & 0x7fffffff;
        return str_pad((string) ($number % 1_000_000), 6, '0', STR_PAD_LEFT);
    }

    /** @param array<string, string> $body */
    private static function json(int $status, array $body): void
    {
        http_response_code($status);
        header('Content-Type: application/json');
        echo json_encode($body);
    }
}
