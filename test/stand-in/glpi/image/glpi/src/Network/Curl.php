<?php

declare(strict_types=1);

namespace StandIn\Network;

use StandIn\SecurityKey;
use StandIn\Settings;

/** GLPI's requests to the world: five seconds to connect, the proxy of its settings, whatever status comes back. */
final class Curl
{
    private const ASKING_CLASS = 'GLPINetwork';

    public function __construct(private readonly Settings $settings, private readonly SecurityKey $key)
    {
    }

    /**
     * @param string[] $headers
     * @return array{string, string|null} the body, and what went wrong
     */
    public function get(string $url, array $headers = []): array
    {
        $handle = curl_init($url);
        curl_setopt_array($handle, [
            CURLOPT_USERAGENT => 'GLPI/' . GLPI_VERSION,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_CONNECTTIMEOUT => 5,
            CURLOPT_HTTPHEADER => $headers,
        ] + $this->proxy());
        $body = curl_exec($handle);
        $error = curl_errno($handle) === 0 ? null : curl_error($handle);
        curl_close($handle);
        return [is_string($body) ? $body : '', $error];
    }

    /** @return array<int, mixed> options of curl */
    private function proxy(): array
    {
        $name = $this->settings->raw('proxy_name');
        if (empty($name) || $this->isExcluded()) {
            return [];
        }
        $user = (string) $this->settings->raw('proxy_user');
        $password = (string) $this->key->decrypt($this->settings->raw('proxy_passwd'));
        // 11 writes one address with everything encoded; before, curl is given the parts as they are.
        if (GLPI_MAJOR >= 11 && $user !== '') {
            $name = rawurlencode($user) . ':' . rawurlencode($password) . "@$name";
        }
        $options = [CURLOPT_PROXY => $name, CURLOPT_PROXYPORT => (int) $this->settings->raw('proxy_port')];
        return GLPI_MAJOR < 11 && $user !== '' ? $options + [CURLOPT_PROXYUSERPWD => "$user:$password"] : $options;
    }

    private function isExcluded(): bool
    {
        $classes = GLPI_MAJOR < 11 ? null : json_decode((string) $this->settings->raw('proxy_exclusions'), true);
        return is_array($classes) && in_array(self::ASKING_CLASS, $classes, true);
    }
}
