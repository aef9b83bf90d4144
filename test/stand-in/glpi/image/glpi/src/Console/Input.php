<?php

declare(strict_types=1);

namespace StandIn\Console;

use InvalidArgumentException;

/** Command line of the console: options in Symfony's spellings (`--name=value`, `--name value`, `-p value`, `-pvalue`). */
final class Input
{
    private const SHORT = [
        'H' => 'db-host', 'd' => 'db-name', 'p' => 'db-password', 'P' => 'db-port', 'u' => 'db-user', 'r' => 'reconfigure',
        'f' => 'force', 'n' => 'no-interaction', 'q' => 'quiet', 'v' => 'verbose', 'c' => 'context',
        'L' => 'default-language', 's' => 'skip-db-checks',
    ];
    private const WITH_VALUE = [
        'db-host', 'db-name', 'db-password', 'db-port', 'db-user', 'context', 'default-language', 'config-dir', 'lang', 'env',
    ];
    private const FLAGS = [
        'reconfigure', 'force', 'no-interaction', 'quiet', 'verbose', 'skip-db-checks', 'strict-configuration', 'ansi',
        'no-ansi', 'no-telemetry', 'enable-telemetry', 'allow-unstable', 'no-plugins',
    ];

    /** @var array<string, string|true|null> */
    private array $options = [];
    /** @var string[] */
    private array $arguments = [];

    /**
     * @param string[] $words without the script's name
     * @throws InvalidArgumentException for an option that GLPI does not know
     */
    public function __construct(array $words)
    {
        while ($words !== []) {
            $word = array_shift($words);
            if (!str_starts_with($word, '-') || $word === '-') {
                $this->arguments[] = $word;
                continue;
            }
            [$name, $value] = self::split($word);
            if (in_array($name, self::WITH_VALUE, true)) {
                $follows = $words !== [] && !str_starts_with($words[0], '-');
                $this->options[$name] = $value ?? ($follows ? array_shift($words) : null);
                continue;
            }
            $superuser = $name === 'allow-superuser' && GLPI_MAJOR >= 11;
            if (!$superuser && !in_array($name, self::FLAGS, true)) {
                throw new InvalidArgumentException("The \"$word\" option does not exist.");
            }
            $this->options[$name] = true;
        }
    }

    public function command(): ?string
    {
        return $this->arguments[0] ?? null;
    }

    /** @param int $index 0 is the first after the command */
    public function argument(int $index): ?string
    {
        return $this->arguments[$index + 1] ?? null;
    }

    public function has(string $option): bool
    {
        return array_key_exists($option, $this->options);
    }

    /** @return string|null null for an option without its value */
    public function option(string $name, ?string $default = null): ?string
    {
        return $this->has($name) ? (is_string($this->options[$name]) ? $this->options[$name] : null) : $default;
    }

    /** @return array{string, string|null} */
    private static function split(string $word): array
    {
        if (str_starts_with($word, '--')) {
            [$name, $value] = explode('=', substr($word, 2), 2) + [1 => null];
            return [$name, $value];
        }
        $name = self::SHORT[$word[1]] ?? $word;
        return [$name, strlen($word) > 2 ? substr($word, 2) : null];
    }
}
