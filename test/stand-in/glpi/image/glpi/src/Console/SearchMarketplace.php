<?php

declare(strict_types=1);

namespace StandIn\Console;

use DBmysql;
use StandIn\Network\Registration;

/**
 * `marketplace:search`: the only command that says whether GLPI sees a valid registration key, from its cache or by asking;
 * exit 0 either way. The sentence is translated; French stands for every language but English.
 */
final class SearchMarketplace extends Command
{
    private const REFUSED = 'The GLPI Network registration key is missing or invalid';
    private const REFUSED_IN_FRENCH = "La clé d'enregistrement GLPI Network est manquante ou invalide";

    public function execute(Input $input, Output $output, ?DBmysql $database): int
    {
        $language = $input->option('lang');
        if (!(new Registration($database, $language))->isValid()) {
            $output->line(str_starts_with((string) $language, 'fr_') ? self::REFUSED_IN_FRENCH : self::REFUSED);
        }
        $output->line("+-----+------+-------------+\n| Key | Name | Description |\n+-----+------+-------------+");
        return 0;
    }
}
