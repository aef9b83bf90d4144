<?php

declare(strict_types=1);

/**
 * GLPI's database class as config_db.php knows it: a subclass sets the properties, the constructor connects. A failed
 * connection leaves `connected` false and throws nothing, as in GLPI.
 */
class DBmysql
{
    /** @var string|string[] `host`, `host:port`, `host:/socket`, or several of them to choose from */
    public $dbhost = '';
    public $dbuser = '';
    /** rawurlencoded */
    public $dbpassword = '';
    public $dbdefault = '';
    public $use_utf8mb4 = false;
    public $allow_myisam = true;
    public $allow_datetime = true;
    public $allow_signed_keys = true;
    public $use_timezones = false;
    public $log_deprecation_warnings = false;
    public $slave = false;
    public $dbssl = false;
    public $dbsslkey = null;
    public $dbsslcert = null;
    public $dbsslca = null;
    public $dbsslcapath = null;
    public $dbsslcacipher = null;

    public bool $connected = false;
    public string $error = '';
    private ?mysqli $link = null;

    public function __construct()
    {
        $this->connect();
    }

    public function connect(): void
    {
        mysqli_report(MYSQLI_REPORT_OFF);
        $hosts = (array) $this->dbhost;
        $link = mysqli_init();
        if ($this->dbssl) {
            $link->ssl_set($this->dbsslkey, $this->dbsslcert, $this->dbsslca, $this->dbsslcapath, $this->dbsslcacipher);
        }
        [$host, $port, $socket] = self::address($hosts[array_rand($hosts)]);
        $this->connected = @$link->real_connect(
            $host,
            $this->dbuser,
            rawurldecode($this->dbpassword),
            $this->dbdefault,
            $port,
            $socket
        );
        $this->error = (string) $link->connect_error;
        if ($this->connected) {
            $link->set_charset($this->use_utf8mb4 ? 'utf8mb4' : 'utf8');
            $this->link = $link;
        }
    }

    /** Takes over a connection that somebody else made. */
    public function use(mysqli $link): void
    {
        $this->link = $link;
        $this->connected = true;
    }

    /** @return array{string, int|null, string|null} host, port, socket: a number after the colon is a port */
    public static function address(string $host): array
    {
        $parts = explode(':', $host, 2);
        if (count($parts) < 2 || $parts[1] === '') {
            return [$parts[0], null, null];
        }
        return (int) $parts[1] > 0 ? [$parts[0], (int) $parts[1], null] : [$parts[0], null, $parts[1]];
    }

    /**
     * @param array<int, string|int|null> $values
     * @return array<int, array<string, mixed>> all rows, read before the first is handed out, as GLPI's iterator does
     */
    public function rows(string $query, array $values = []): array
    {
        $result = $this->executed($query, $values)->get_result();
        return $result === false ? [] : $result->fetch_all(MYSQLI_ASSOC);
    }

    /** @param array<int, string|int|null> $values */
    public function execute(string $query, array $values = []): void
    {
        $this->executed($query, $values);
    }

    /** Runs a statement that cannot be prepared (DDL). */
    public function run(string $statement): void
    {
        if ($this->link === null || $this->link->query($statement) === false) {
            throw new RuntimeException('SQL error: ' . ($this->link?->error ?? $this->error));
        }
    }

    public function escape(string $value): string
    {
        return $this->link?->real_escape_string($value) ?? addslashes($value);
    }

    /** @param array<int, string|int|null> $values */
    private function executed(string $query, array $values): mysqli_stmt
    {
        $statement = $this->link?->prepare($query);
        if (!$statement || !$statement->execute($values)) {
            throw new RuntimeException('SQL error: ' . ($this->link?->error ?? $this->error));
        }
        return $statement;
    }
}
