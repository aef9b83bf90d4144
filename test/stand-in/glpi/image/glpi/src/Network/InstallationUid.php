<?php

declare(strict_types=1);

namespace StandIn\Network;

use StandIn\Settings;

/** `glpi_network_uuid`: made when it is needed for the first time, and the same ever after. */
final class InstallationUid
{
    private const LENGTH = 40;
    private const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

    public static function of(Settings $settings): string
    {
        $known = $settings->raw('glpi_network_uuid');
        if (!empty($known)) {
            return $known;
        }
        $uid = '';
        while (strlen($uid) < self::LENGTH) {
            $uid .= self::LETTERS[random_int(0, strlen(self::LETTERS) - 1)];
        }
        $settings->set('core', 'glpi_network_uuid', $uid);
        return $uid;
    }
}
