<?php

declare(strict_types=1);

namespace StandIn\Cache;

/**
 * What makes one cache of 9.5's two stores: an item counts only while its footprint stands in a file that web server and
 * console share. Whoever clears empties that file, and the other one's items are then out of date.
 */
final class FootprintedCache implements CoreCache
{
    public function __construct(private readonly CoreCache $store, private readonly string $file)
    {
        if ($this->footprints() === null) {
            $this->write([]);
        }
    }

    public function get(string $name): ?array
    {
        $value = $this->store->get($name);
        $known = $this->footprints()[$name] ?? null;
        return $known === self::footprint($value) ? $value : null;
    }

    public function set(string $name, array $value, int $seconds): void
    {
        $this->write([...($this->footprints() ?? []), $name => self::footprint($value)]);
        $this->store->set($name, $value, $seconds);
    }

    public function clear(): void
    {
        $this->write([]);
        $this->store->clear();
    }

    private static function footprint(?array $value): string
    {
        return sha1(serialize($value));
    }

    /** @return array<string, string>|null null where the file is missing, empty or damaged */
    private function footprints(): ?array
    {
        $footprints = json_decode((string) @file_get_contents($this->file), true);
        return is_array($footprints) ? $footprints : null;
    }

    /** @param array<string, string> $footprints */
    private function write(array $footprints): void
    {
        @file_put_contents($this->file, json_encode($footprints, JSON_PRETTY_PRINT), LOCK_EX);
    }
}
