<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use StandIn\RegistrationKey;
use StandIn\SecurityKey;
use StandIn\Settings;

/** `marketplace:search`: the only command that says whether GLPI sees a valid registration key; exit 0 either way. */
final class SearchMarketplace extends Command
{
    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        $key = new SecurityKey();
        if (!RegistrationKey::isValid(RegistrationKey::read(new Settings($database, $key), $key))) {
            $output->line('The GLPI Network registration key is missing or invalid');
        }
        $output->line("+-----+------+-------------+\n| Key | Name | Description |\n+-----+------+-------------+");
        return 0;
    }
}
