<?php

declare(strict_types=1);

namespace StandIn\Cache;

/**
 * Symfony's FilesystemAdapter as 10 and 11 use it: each item a file, its expiry on the first line, its encoded name on the
 * second, then the serialized value; written beside and renamed. The name is the SHA-1 of GLPI's own.
 */
final class SymfonyFiles implements CoreCache
{
    private const ADAPTER = 'Symfony\Component\Cache\Adapter\FilesystemAdapter';

    public function __construct(private readonly string $directory)
    {
        if (!is_dir($directory)) {
            @mkdir($directory, 0777, true);
        }
    }

    public function get(string $name): ?array
    {
        $item = sha1($name);
        $file = $this->file($item);
        $content = is_file($file) ? @file_get_contents($file) : false;
        if ($content === false) {
            return null;
        }
        [$expiry, $encoded, $value] = explode("\n", $content, 3) + ['', '', ''];
        if ((int) $expiry !== 0 && time() >= (int) $expiry) {
            @unlink($file);
            return null;
        }
        $found = rawurldecode($encoded) === $item ? unserialize($value, ['allowed_classes' => false]) : null;
        return is_array($found) ? $found : null;
    }

    public function set(string $name, array $value, int $seconds): void
    {
        $item = sha1($name);
        $file = $this->file($item);
        if (!is_dir(dirname($file))) {
            @mkdir(dirname($file), 0777, true);
        }
        $expiry = time() + $seconds;
        $temporary = $this->directory . '/' . str_replace('/', '-', base64_encode(random_bytes(6)));
        file_put_contents($temporary, "$expiry\n" . rawurlencode($item) . "\n" . serialize($value));
        touch($temporary, $expiry);
        rename($temporary, $file);
    }

    /** Directories stay, as Symfony leaves them. */
    public function clear(): void
    {
        foreach (glob($this->directory . '/?/?/*') ?: [] as $file) {
            @unlink($file);
        }
    }

    private function file(string $item): string
    {
        // symfony/cache 5.4, which 10 ships, hashes with MD5.
        $digest = hash(GLPI_MAJOR === 10 ? 'md5' : 'xxh128', self::ADAPTER . $item, true);
        $hash = str_replace('/', '-', base64_encode($digest));
        return $this->directory . '/' . strtoupper("$hash[0]/$hash[1]") . '/' . substr($hash, 2, 20);
    }
}
