<?php

declare(strict_types=1);

namespace StandIn\Network;

use DBmysql;
use StandIn\Cache\CacheOfVersion;
use StandIn\Cache\CoreCache;
use StandIn\RegistrationKey;
use StandIn\SecurityKey;
use StandIn\Settings;

/** What GLPI Network says of the key: out of the cache, else asked for and kept for a day, good or bad. */
final class Registration
{
    private const DAY_SECONDS = 86400;
    private const UNKNOWN = ['is_valid' => false, 'validation_message' => null, 'owner' => null, 'subscription' => null];
    private const UNREACHABLE = 'Unable to fetch registration information.';

    private readonly SecurityKey $key;
    private readonly Settings $settings;
    private readonly Curl $curl;
    private readonly CoreCache $cache;
    private readonly string $language;

    /** @param string|null $language such as `fr_FR`; null for the configured one */
    public function __construct(DBmysql $database, ?string $language = null)
    {
        $this->key = new SecurityKey();
        $this->settings = new Settings($database, $this->key);
        $this->curl = new Curl($this->settings, $this->key);
        $this->cache = CacheOfVersion::open($database);
        $full = $language ?? ($this->settings->raw('language') ?: 'en_GB');
        $this->language = (string) preg_replace('/^([a-z]+)_.+$/', '$1', $full);
    }

    public function isValid(): bool
    {
        return (bool) $this->informations()['is_valid'];
    }

    /**
     * @param bool $refresh past the cache, as the settings page does
     * @return array{is_valid: mixed, validation_message: ?string, owner: ?array<string, mixed>, subscription: ?array<string, mixed>}
     * @throws \RuntimeException|\SodiumException in 9.5, with a bad key file
     */
    public function informations(bool $refresh = false): array
    {
        $clear = RegistrationKey::read($this->settings, $this->key);
        $name = sprintf('registration_%s_%s_informations', sha1($clear), $this->language);
        $cached = $refresh ? null : $this->cache->get($name);
        if ($cached !== null || $clear === '') {
            return $cached ?? self::UNKNOWN;
        }
        [$body, $error] = $this->curl->get(rtrim(GLPI_NETWORK_REGISTRATION_API_URL, '/') . '/info', $this->headers($clear));
        $answer = $error === null ? json_decode($body, true) : null;
        if (!is_array($answer) || !array_key_exists('is_valid', $answer)) {
            trigger_error(self::UNREACHABLE . " $error $body", E_USER_WARNING);
            return [...self::UNKNOWN, 'validation_message' => self::UNREACHABLE];
        }
        $informations = [
            'is_valid' => $answer['is_valid'],
            'validation_message' => $answer['validation_message'] ?? self::messageFor($answer),
            'owner' => $answer['owner'] ?? null,
            'subscription' => $answer['subscription'] ?? null,
        ];
        $this->cache->set($name, $informations, self::DAY_SECONDS);
        return $informations;
    }

    /** GLPI's question whether anybody is there, without the key. */
    public function servicesAnswer(): bool
    {
        $url = GLPI_MAJOR < 11 ? GLPI_NETWORK_REGISTRATION_API_URL : rtrim(GLPI_NETWORK_API_URL, '/') . '/ping';
        return $this->curl->get($url)[0] !== '';
    }

    /** @return string[] */
    private function headers(string $clear): array
    {
        return [
            'Accept:application/json',
            "Accept-Language: {$this->language}",
            'Content-Type:application/json',
            'User-Agent:GLPI/' . GLPI_VERSION . ' (installation-mode:' . GLPI_INSTALL_MODE . ')',
            "X-Registration-Key:$clear",
            'X-Glpi-Network-Uid:' . InstallationUid::of($this->settings),
        ];
    }

    /** @param array<string, mixed> $answer */
    private static function messageFor(array $answer): string
    {
        return match (true) {
            !$answer['is_valid'] => 'The registration key is invalid.',
            !($answer['subscription']['is_running'] ?? false) => 'The registration key refers to a terminated subscription.',
            default => 'The registration key is valid.',
        };
    }
}
