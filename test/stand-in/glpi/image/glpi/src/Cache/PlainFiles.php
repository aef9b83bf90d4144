<?php

declare(strict_types=1);

namespace StandIn\Cache;

/** A store of 9.5: the web server's memory, or the console's files. Their own formats have no part in the tests. */
final class PlainFiles implements CoreCache
{
    public function __construct(private readonly string $directory)
    {
    }

    public function get(string $name): ?array
    {
        $content = @file_get_contents($this->file($name));
        $item = $content === false ? null : unserialize($content, ['allowed_classes' => false]);
        return is_array($item) && time() < $item['expiry'] ? $item['value'] : null;
    }

    public function set(string $name, array $value, int $seconds): void
    {
        if (!is_dir($this->directory)) {
            @mkdir($this->directory, 0777, true);
        }
        file_put_contents($this->file($name), serialize(['expiry' => time() + $seconds, 'value' => $value]), LOCK_EX);
    }

    public function clear(): void
    {
        foreach (glob($this->directory . '/*') ?: [] as $file) {
            @unlink($file);
        }
    }

    private function file(string $name): string
    {
        return $this->directory . '/' . sha1($name);
    }
}
