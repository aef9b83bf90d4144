<?php

declare(strict_types=1);

/**
 * Where GLPI Network is: the environment wins over local_define.php, which wins over the default. GLPI_NETWORK_API_URL
 * came with 11.
 */

$known = ['GLPI_NETWORK_SERVICES', 'GLPI_NETWORK_REGISTRATION_API_URL', 'GLPI_INSTALL_MODE'];
if (GLPI_MAJOR >= 11) {
    $known[] = 'GLPI_NETWORK_API_URL';
}
foreach ($known as $name) {
    if (getenv($name) !== false) {
        define($name, getenv($name));
    }
}
if (is_file(GLPI_ROOT . '/config/local_define.php')) {
    require GLPI_ROOT . '/config/local_define.php';
}
defined('GLPI_INSTALL_MODE') || define('GLPI_INSTALL_MODE', 'TARBALL');
defined('GLPI_NETWORK_SERVICES') || define('GLPI_NETWORK_SERVICES', 'https://services.glpi-network.com');
defined('GLPI_NETWORK_API_URL') || define('GLPI_NETWORK_API_URL', rtrim(GLPI_NETWORK_SERVICES, '/') . '/api');
defined('GLPI_NETWORK_REGISTRATION_API_URL')
    || define('GLPI_NETWORK_REGISTRATION_API_URL', rtrim(GLPI_NETWORK_API_URL, '/') . '/registration/');
