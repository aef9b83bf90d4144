<?php

declare(strict_types=1);

namespace StandIn;

/** What this version's `security:change_key` knows to be sealed, in the order in which it goes through it. */
final class SecuredFields
{
    private const TOKENS = [
        'glpi_users.api_token',
        'glpi_users.cookie_token',
        'glpi_users.password_forget_token',
        'glpi_users.personal_token',
    ];
    private const SNMP = ['glpi_snmpcredentials.auth_passphrase', 'glpi_snmpcredentials.priv_passphrase'];

    /** @return string[] table.column */
    public static function columns(): array
    {
        return match (GLPI_MAJOR) {
            9 => ['glpi_mailcollectors.passwd', 'glpi_authldaps.rootdn_passwd'],
            10 => ['glpi_authldaps.rootdn_passwd', 'glpi_mailcollectors.passwd', ...self::SNMP],
            default => [
                'glpi_apiclients.app_token',
                'glpi_authldaps.rootdn_passwd',
                'glpi_mailcollectors.passwd',
                'glpi_oauthclients.secret',
                ...self::SNMP,
                ...self::TOKENS,
            ],
        };
    }

    /** @return string[] sealed by GLPI, but forgotten by change_key */
    public static function forgottenColumns(): array
    {
        return GLPI_MAJOR < 11 ? [] : ['glpi_webhooks.secret', 'glpi_webhooks.clientsecret'];
    }

    /** @return string[] columns that an update to this version starts to seal */
    public static function newlySealedColumns(): array
    {
        return GLPI_MAJOR < 11 ? [] : ['glpi_apiclients.app_token', 'glpi_oauthclients.secret', ...self::TOKENS];
    }

    /** @return string[] names in glpi_configs, context core */
    public static function names(): array
    {
        $names = ['glpinetwork_registration_key', 'proxy_passwd', 'smtp_passwd'];
        return GLPI_MAJOR === 9 ? $names : [...$names, 'smtp_oauth_client_secret', 'smtp_oauth_refresh_token'];
    }
}
