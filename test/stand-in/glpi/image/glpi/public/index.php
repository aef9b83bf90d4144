<?php

declare(strict_types=1);

/** Every URL of the web server comes here. */

require dirname(__DIR__) . '/src/bootstrap.php';

StandIn\Web\Site::answer();
