<?php

declare(strict_types=1);

namespace StandIn;

/**
 * The cipher from before 9.5, which today's GLPI runs over every value when it finds no key file: each byte less the key
 * byte before its place, then this version's own idea of undoing an escaping.
 */
final class LegacyRoutine
{
    private const FILE = GLPI_CONFIG_DIR . '/glpi.key';
    private const CONSTANT = "GLPI£i'snarss'ç";

    public static function decrypt(string $value): string
    {
        $key = file_exists(self::FILE) ? (string) file_get_contents(self::FILE) : self::CONSTANT;
        $bytes = (string) base64_decode($value);
        $plain = '';
        for ($index = 0; $index < strlen($bytes); $index++) {
            // An offset of -1 is the last byte of the key.
            $keyByte = substr($key, ($index % strlen($key)) - 1, 1);
            $plain .= chr((ord($bytes[$index]) - ord($keyByte) + 256) % 256);
        }
        return match (GLPI_MAJOR) {
            9 => str_replace(['&lt;', '&gt;'], ['<', '>'], $plain),
            10 => self::unsanitize($plain),
            default => str_replace(['<', '>'], ['&lt;', '&gt;'], $plain),
        };
    }

    /** 10 undoes its HTML entities and its SQL escaping where the text looks as if it had gone through them. */
    private static function unsanitize(string $text): string
    {
        $entities = ['&#38;' => '&', '&#60;' => '<', '&#62;' => '>'];
        $legacyEntities = ['&lt;' => '<', '&gt;' => '>'];
        if (
            preg_match('/<|>|&(?!#?[a-z0-9]+;)/i', $text) === 0
            && preg_match('/&(#38|#60|#62|lt|gt);/', $text) === 1
        ) {
            $text = strtr($text, preg_match('/&#(38|60|62);/', $text) === 1 ? $entities : $legacyEntities);
        }
        return self::isSqlEscaped($text) ? self::sqlUnescape($text) : $text;
    }

    private static function isSqlEscaped(string $text): bool
    {
        if (preg_match('/[\x00\n\r\x1a]/', $text) === 1 || preg_match('/(?<!\\\\)[\'"]/', $text) === 1) {
            return false;
        }
        // Each run of backslashes is even, once the one that belongs to an escaped character is left out.
        preg_match_all('/(\\\\+)(x00|n|r|\'|"|x1a)?/', $text, $runs, PREG_SET_ORDER);
        foreach ($runs as $run) {
            if ((strlen($run[1]) - (isset($run[2]) ? 1 : 0)) % 2 === 1) {
                return false;
            }
        }
        return $runs !== [];
    }

    private static function sqlUnescape(string $text): string
    {
        $escapes = ['x00' => "\x00", 'n' => "\n", 'r' => "\r", '\\' => '\\', "'" => "'", '"' => '"', 'x1a' => "\x1a"];
        return (string) preg_replace_callback(
            '/\\\\(x00|n|r|\\\\|\'|"|x1a)/',
            static fn (array $match): string => $escapes[$match[1]],
            $text
        );
    }
}
