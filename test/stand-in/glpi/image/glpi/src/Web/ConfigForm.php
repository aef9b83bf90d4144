<?php

declare(strict_types=1);

namespace StandIn\Web;

use DBmysql;
use StandIn\Network\Registration;
use StandIn\SecuredFields;
use StandIn\SecurityKey;
use StandIn\Settings;

/**
 * One page for every secret: each as an input with what GLPI's decrypting gives for it ('' under a wrong key, the
 * ciphertext without a key in 10 and 11, an exception in 9.5). Saving seals what was posted. Opening it asks GLPI Network.
 */
final class ConfigForm
{
    private readonly SecurityKey $key;
    private readonly Settings $settings;

    public function __construct(private readonly DBmysql $database)
    {
        $this->key = new SecurityKey();
        $this->settings = new Settings($database, $this->key);
    }

    public function show(): void
    {
        $inputs = '';
        foreach (SecuredFields::names() as $name) {
            $inputs .= $this->input($name, $this->settings->raw($name));
        }
        foreach ([...SecuredFields::columns(), ...SecuredFields::forgottenColumns()] as $field) {
            [$table, $column] = explode('.', $field);
            foreach ($this->database->rows("SELECT id, `$column` FROM `$table` WHERE `$column` IS NOT NULL") as $row) {
                $inputs .= $this->input("$table:$column:{$row['id']}", $row[$column]);
            }
        }
        $registration = $this->registration();
        Site::page(200, 'Setup', "<form method=\"post\">$inputs<button name=\"update\">Save</button></form>$registration");
    }

    /** What GLPI Network says, asked anew each time that the page is opened. 11 asks nothing without a good key file. */
    private function registration(): string
    {
        if (GLPI_MAJOR >= 11 && $this->key->get() === null) {
            return '';
        }
        $registration = new Registration($this->database);
        $notice = $registration->servicesAnswer() ? '' : '<p>GLPI Network services website seems not available</p>';
        $found = $registration->informations(true);
        $words = [$found['validation_message'], $found['subscription']['title'] ?? null, $found['owner']['name'] ?? null];
        $lines = array_map(fn ($word) => '<li>' . htmlspecialchars((string) $word) . '</li>', $words);
        return $notice . '<ul id="registration">' . implode('', $lines) . '</ul>';
    }

    /** @param array<string, string> $posted names as in the form, values in clear */
    public function save(array $posted): void
    {
        foreach (SecuredFields::names() as $name) {
            if (isset($posted[$name])) {
                $this->settings->set('core', $name, $posted[$name]);
            }
        }
        foreach ([...SecuredFields::columns(), ...SecuredFields::forgottenColumns()] as $field) {
            [$table, $column] = explode('.', $field);
            foreach (self::rowsOf($posted, $table, $column) as $id => $value) {
                $sealed = $this->key->encrypt($value);
                $this->database->execute("UPDATE `$table` SET `$column` = ? WHERE id = ?", [$sealed, $id]);
            }
        }
        header('Location: /front/config.form.php', true, 302);
    }

    /**
     * @param array<string, string> $posted
     * @return array<int, string> values by row id; an empty one is left out, as GLPI's item forms do
     */
    private static function rowsOf(array $posted, string $table, string $column): array
    {
        $found = [];
        foreach ($posted as $name => $value) {
            if (str_starts_with((string) $name, "$table:$column:") && $value !== '') {
                $found[(int) substr((string) $name, strlen("$table:$column:"))] = $value;
            }
        }
        return $found;
    }

    private function input(string $name, ?string $stored): string
    {
        $shown = htmlspecialchars((string) $this->key->decrypt($stored), ENT_QUOTES | ENT_SUBSTITUTE);
        return "<input type=\"text\" name=\"$name\" value=\"$shown\">\n";
    }
}
