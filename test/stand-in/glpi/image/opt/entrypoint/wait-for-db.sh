#!/bin/bash
set -e -u -o pipefail

for name in GLPI_DB_HOST GLPI_DB_PORT GLPI_DB_NAME GLPI_DB_USER GLPI_DB_PASSWORD; do
  if [ -z "${!name:-}" ]; then
    echo "glpi: database settings incomplete, not waiting for a database"
    exit 0
  fi
done

echo "glpi: waiting for the database"
attempts_left=120
until [ "$attempts_left" -eq 0 ]; do
  if php -r '
      mysqli_report(MYSQLI_REPORT_OFF);
      $link = @new mysqli(getenv("GLPI_DB_HOST"), getenv("GLPI_DB_USER"), getenv("GLPI_DB_PASSWORD"), "", (int) getenv("GLPI_DB_PORT"));
      exit($link->connect_error ? 1 : 0);
    ' 2>/dev/null; then
    echo "glpi: the database is reachable"
    exit 0
  fi
  sleep 1
  attempts_left=$((attempts_left - 1))
  echo "glpi: still waiting for the database, $attempts_left attempts left"
done

echo "glpi: the database is not reachable"
exit 1
