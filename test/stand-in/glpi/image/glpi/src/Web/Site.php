<?php

declare(strict_types=1);

namespace StandIn\Web;

use StandIn\DatabaseConfig;
use StandIn\KernelSecret;
use StandIn\OAuthPair;
use StandIn\Status;
use Throwable;

final class Site
{
    public static function answer(): void
    {
        try {
            KernelSecret::boot();
            self::route((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), $_SERVER['REQUEST_METHOD']);
        } catch (Throwable $error) {
            // GLPI shows a general page and logs the error.
            trigger_error('Uncaught ' . $error::class . ': ' . $error->getMessage(), E_USER_WARNING);
            self::page(500, 'Error', '<p>An unexpected error occurred</p>');
        }
    }

    private static function route(string $path, string $method): void
    {
        if (!DatabaseConfig::exists()) {
            self::installer($path);
            return;
        }
        $database = DatabaseConfig::connected();
        if ($path === '/status.php') {
            self::status($database);
            return;
        }
        if ($database === null) {
            self::page(500, 'Error', '<p>A link to the SQL server could not be established. Please check your configuration.</p>');
            return;
        }
        match (true) {
            $path === '/front/config.form.php' && $method === 'POST' => (new ConfigForm($database))->save($_POST),
            $path === '/front/config.form.php' => (new ConfigForm($database))->show(),
            $path === '/front/login' && $method === 'POST' && GLPI_MAJOR >= 11 => (new Login($database))->answer($_POST),
            $path === '/api.php/token' && $method === 'POST' && GLPI_MAJOR >= 11 => self::token(),
            $path === '/' => self::page(200, 'Authentication', '<form method="post" action="/front/login"></form>'),
            default => self::page(404, 'Not found', '<p>The requested item was not found</p>'),
        };
    }

    /** 11 serves the installer on every URL, to anybody; 9.5 and 10 redirect to it. */
    private static function installer(string $path): void
    {
        if (GLPI_MAJOR < 11 && $path !== '/install/install.php') {
            header('Location: /install/install.php', true, 302);
            return;
        }
        self::page(200, 'Setup GLPI', '<h2>GLPI SETUP</h2><p>Select your language</p>');
    }

    private static function status(?\DBmysql $database): void
    {
        $status = Status::of($database);
        if (($_SERVER['HTTP_ACCEPT'] ?? '') === 'application/json') {
            header('Content-Type: application/json');
            echo json_encode($status);
            return;
        }
        header('Content-Type: text/plain; charset=UTF-8');
        foreach (['db' => 'DB', 'filesystem' => 'FILESYSTEM'] as $service => $label) {
            echo "GLPI_{$label}_{$status[$service]['status']}\n";
        }
        echo "\nGLPI_{$status['glpi']['status']}\n";
    }

    private static function token(): void
    {
        $complete = OAuthPair::isComplete();
        http_response_code($complete ? 400 : 500);
        header('Content-Type: application/json');
        echo json_encode(['error' => $complete ? 'unsupported_grant_type' : 'server_error']);
    }

    public static function page(int $status, string $title, string $body): void
    {
        http_response_code($status);
        header('Content-Type: text/html; charset=UTF-8');
        echo "<!DOCTYPE html><html><head><title>$title - GLPI</title></head><body>$body</body></html>";
    }
}
