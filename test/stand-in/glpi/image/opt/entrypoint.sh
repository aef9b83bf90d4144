#!/bin/bash
# Follows the official image's entrypoint step by step; each step says so in a line that starts with "glpi: ".
set -e -u -o pipefail

echo "glpi: entrypoint started (GLPI $GLPI_VERSION, uid $(id -u))"
/opt/glpi/entrypoint/init-volumes-directories.sh
/opt/glpi/entrypoint/forward-logs.sh
/opt/glpi/entrypoint/wait-for-db.sh
/opt/glpi/entrypoint/install.sh

exec "$@"
