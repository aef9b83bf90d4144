<?php

declare(strict_types=1);

namespace StandIn;

use RuntimeException;

/** GLPI 11's oauth.pem (PKCS 8, RSA 2048) and oauth.pub, mode 0660: made at installation or update if both are missing. */
final class OAuthPair
{
    private const SECRET = GLPI_CONFIG_DIR . '/oauth.pem';
    private const PUBLIC = GLPI_CONFIG_DIR . '/oauth.pub';

    public static function isComplete(): bool
    {
        return file_exists(self::SECRET) && file_exists(self::PUBLIC);
    }

    /** @throws RuntimeException when one of the two is missing */
    public static function generate(): void
    {
        if (self::isComplete()) {
            return;
        }
        if (file_exists(self::SECRET) || file_exists(self::PUBLIC)) {
            throw new RuntimeException('Missing file: ' . (file_exists(self::SECRET) ? self::PUBLIC : self::SECRET));
        }
        $pair = openssl_pkey_new(['private_key_bits' => 2048, 'private_key_type' => OPENSSL_KEYTYPE_RSA]);
        openssl_pkey_export_to_file($pair, self::SECRET);
        file_put_contents(self::PUBLIC, openssl_pkey_get_details($pair)['key']);
        chmod(self::SECRET, 0660);
        chmod(self::PUBLIC, 0660);
    }
}
