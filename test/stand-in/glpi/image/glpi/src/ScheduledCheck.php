<?php

declare(strict_types=1);

namespace StandIn;

use DBmysql;
use StandIn\Network\Registration;
use Throwable;

/** The daily task that wants to know whether the registration key is valid. It logs what came of it, never the key. */
final class ScheduledCheck
{
    public const NAME = 'checkAllUpdates';

    public function __construct(private readonly DBmysql $database)
    {
    }

    /** Runs when it is due, or at once with --force. */
    public function run(bool $forced): void
    {
        $due = "state = 1 AND (lastrun IS NULL OR lastrun <= NOW() - INTERVAL frequency SECOND)";
        $query = 'SELECT id FROM glpi_crontasks WHERE name = ?' . ($forced ? '' : " AND $due");
        foreach ($this->database->rows($query, [self::NAME]) as $task) {
            $this->log('External #1: Launch ' . self::NAME);
            $this->log(self::NAME . ': ' . $this->outcome());
            $this->database->execute('UPDATE glpi_crontasks SET lastrun = NOW() WHERE id = ?', [$task['id']]);
        }
    }

    private function outcome(): string
    {
        $key = new SecurityKey();
        $settings = new Settings($this->database, $key);
        try {
            $clear = RegistrationKey::read($settings, $key);
            $isValid = (new Registration($this->database))->isValid();
        } catch (Throwable $error) {
            return 'registration key not read: ' . $error->getMessage();
        }
        if ($clear === '') {
            return empty($settings->raw('glpinetwork_registration_key')) ? 'no registration key' : 'registration key does not open';
        }
        // Without a key file 10 and 11 send the ciphertext.
        if ($clear === $settings->raw('glpinetwork_registration_key')) {
            return 'registration key sent as it is stored, sealed';
        }
        return $isValid ? 'registration key opens and is valid' : 'registration key opens and is invalid';
    }

    private function log(string $line): void
    {
        $written = @file_put_contents(GLPI_LOG_DIR . '/cron.log', date('Y-m-d H:i:s') . " $line\n", FILE_APPEND);
        if ($written === false) {
            echo "ERROR: cron.log is not writable.\n";
        }
        echo $line, "\n";
    }
}
