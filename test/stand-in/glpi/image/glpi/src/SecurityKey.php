<?php

declare(strict_types=1);

namespace StandIn;

use RuntimeException;

/**
 * GLPI's security key file: read anew on each use, written with truncate and one write. What a bad file does differs by
 * version (9.5 throws, 10 and 11 fail open), and that is the point of this class.
 */
final class SecurityKey
{
    private const KEY_BYTES = SODIUM_CRYPTO_AEAD_XCHACHA20POLY1305_IETF_KEYBYTES;
    private const NONCE_BYTES = SODIUM_CRYPTO_AEAD_XCHACHA20POLY1305_IETF_NPUBBYTES;
    private const FILE = GLPI_CONFIG_DIR . '/glpicrypt.key';

    /** 9.5 counts an empty file as none; 10 and 11 look at the name alone. */
    public function exists(): bool
    {
        return GLPI_MAJOR === 9 ? file_exists(self::FILE) && $this->get() !== '' : file_exists(self::FILE);
    }

    /**
     * @return string|null the bytes; null where 10 and 11 refuse the file. 9.5 hands out whatever is there, of any length
     * @throws RuntimeException in 9.5, when the file is missing
     */
    public function get(): ?string
    {
        if (!file_exists(self::FILE)) {
            if (GLPI_MAJOR === 9) {
                throw new RuntimeException('You must create a security key, see glpi:security:change_key command.');
            }
            return $this->refuse('You must create a security key, see security:change_key command.');
        }
        if (GLPI_MAJOR === 9) {
            return (string) file_get_contents(self::FILE);
        }
        $bytes = is_readable(self::FILE) ? @file_get_contents(self::FILE) : false;
        if ($bytes === false) {
            return $this->refuse('Unable to get security key file contents.');
        }
        if (strlen($bytes) !== self::KEY_BYTES) {
            return $this->refuse('Invalid security key file contents.');
        }
        return $bytes;
    }

    /** @throws \SodiumException in 9.5, when the key has a wrong length */
    public function encrypt(string $text): string
    {
        $key = $this->get();
        if ($key === null) {
            return '';
        }
        $nonce = random_bytes(self::NONCE_BYTES);
        return base64_encode($nonce . sodium_crypto_aead_xchacha20poly1305_ietf_encrypt($text, $nonce, $nonce, $key));
    }

    /**
     * @param string|null $key another key than the file's
     * @return string|null '' where the value does not open, the value itself where 10 and 11 have no key
     */
    public function decrypt(?string $value, ?string $key = null): ?string
    {
        if (empty($value)) {
            return $value;
        }
        $key ??= $this->get();
        if ($key === null) {
            return $value;
        }
        $word = GLPI_MAJOR === 9 ? 'content' : 'string';
        $bytes = (string) base64_decode($value);
        $nonce = substr($bytes, 0, self::NONCE_BYTES);
        if (strlen($nonce) !== self::NONCE_BYTES) {
            trigger_error(
                "Unable to extract nonce from $word. It may not have been crypted with sodium functions.",
                E_USER_WARNING
            );
            return '';
        }
        $sealed = substr($bytes, self::NONCE_BYTES);
        $plain = sodium_crypto_aead_xchacha20poly1305_ietf_decrypt($sealed, $nonce, $nonce, $key);
        if ($plain === false) {
            trigger_error("Unable to decrypt $word. It may have been crypted with another key.", E_USER_WARNING);
            return '';
        }
        return $plain;
    }

    /** Whether the file, or its directory where there is none, can be written: 10 and 11 ask before they make a key. */
    public static function isWritable(): bool
    {
        return file_exists(self::FILE) ? is_writable(self::FILE) : is_writable(GLPI_CONFIG_DIR);
    }

    /**
     * Writes a new random key: open with truncation, one write, no rename, no fsync, mode 0666 less the umask. One key in
     * two hundred has the pattern that keeps GLPI 11 from booting; GLPI does not care, but a story that meets it by chance
     * would be another story.
     */
    public static function writeNew(): bool
    {
        do {
            $key = sodium_crypto_aead_chacha20poly1305_ietf_keygen();
        } while (preg_match('/%[^%\s]+%/', $key) === 1);
        return file_put_contents(self::FILE, $key) === strlen($key);
    }

    private function refuse(string $message): null
    {
        trigger_error($message, E_USER_WARNING);
        return null;
    }
}
