<?php

declare(strict_types=1);

namespace StandIn\Console;

use Exception;

/** Ends a command early: message for the console (shown even with --quiet), exit code. */
final class Stop extends Exception
{
}
