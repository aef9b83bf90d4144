<?php

declare(strict_types=1);

namespace StandIn;

/** The GLPI Network key as GLPI hands it to its API: whatever decrypting the row gives. */
final class RegistrationKey
{
    /** @throws \RuntimeException|\SodiumException in 9.5, with a bad key file */
    public static function read(Settings $settings, SecurityKey $key): string
    {
        return (string) $key->decrypt($settings->raw('glpinetwork_registration_key') ?? '');
    }
}
