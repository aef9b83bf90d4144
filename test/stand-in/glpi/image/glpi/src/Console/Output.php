<?php

declare(strict_types=1);

namespace StandIn\Console;

final class Output
{
    public function __construct(private readonly bool $quiet)
    {
    }

    public function line(string $text): void
    {
        if (!$this->quiet) {
            echo $text, "\n";
        }
    }

    /** Shown with --quiet too. */
    public function important(string $text): void
    {
        echo $text, "\n";
    }
}
