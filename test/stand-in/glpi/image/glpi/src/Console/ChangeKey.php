<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use StandIn\KeyRotation;
use StandIn\SecuredFields;
use StandIn\SecurityKey;

/** `security:change_key` */
final class ChangeKey extends Command
{
    private const FAILED = 1;

    public function writes(Input $input): array
    {
        return ['glpicrypt.key'];
    }

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        $output->line(sprintf(
            'Found %d field(s) and %d configuration entries requiring migration.',
            count(SecuredFields::columns()),
            count(SecuredFields::names())
        ));
        if (!$input->has('no-interaction')) {
            echo "Do you want to continue? [Yes/no]\n";
            if (preg_match('/^(y.*)?$/i', trim((string) fgets(STDIN))) !== 1) {
                $output->important('Aborted.');
                return 0;
            }
        }
        if (!(new KeyRotation(new SecurityKey(), $database))->rotate()) {
            $output->important('Unable to change security key!');
            return self::FAILED;
        }
        $output->line("\nNew security key generated; database updated.");
        return 0;
    }
}
