<?php

declare(strict_types=1);

namespace StandIn\Cache;

/** GLPI's core cache, as far as answers about the registration key are kept in it. */
interface CoreCache
{
    /** @return array<string, mixed>|null null where there is none any more */
    public function get(string $name): ?array;

    /** @param array<string, mixed> $value */
    public function set(string $name, array $value, int $seconds): void;

    public function clear(): void;
}
