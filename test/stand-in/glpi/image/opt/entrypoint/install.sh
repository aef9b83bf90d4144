#!/bin/bash
# Installs or updates at each start. A failed command ends the container with that command's exit code.
set -e -u -o pipefail

for name in GLPI_DB_HOST GLPI_DB_PORT GLPI_DB_NAME GLPI_DB_USER GLPI_DB_PASSWORD; do
  if [ -z "${!name:-}" ]; then
    echo "glpi: database settings incomplete, no auto-install and no auto-update"
    GLPI_SKIP_AUTOINSTALL=true
    GLPI_SKIP_AUTOUPDATE=true
    break
  fi
done

is_true() {
  [[ "${1:-}" = true || "${1:-}" = 1 ]]
}

# db:check gives 5 or more where there is no GLPI in the database, or no database.
installed() {
  [ -f "$GLPI_CONFIG_DIR/config_db.php" ] || return 1
  local exit_code=0
  bin/console db:check --no-interaction --quiet || exit_code=$?
  [ "$exit_code" -lt 5 ]
}

run() {
  local step=$1 exit_code=0
  shift
  bin/console "$@" --no-interaction --quiet || exit_code=$?
  echo "glpi: $step ended with exit code $exit_code"
  [ "$exit_code" -eq 0 ] || exit "$exit_code"
}

if installed; then
  echo "glpi: installed"
  if ! is_true "${GLPI_SKIP_AUTOUPDATE:-}"; then
    echo "glpi: auto-update starts"
    run auto-update database:update
  fi
elif ! is_true "${GLPI_SKIP_AUTOINSTALL:-}"; then
  echo "glpi: not installed, auto-install starts"
  run auto-install database:install --db-host="$GLPI_DB_HOST" --db-port="$GLPI_DB_PORT" \
    --db-name="$GLPI_DB_NAME" --db-user="$GLPI_DB_USER" --db-password="$GLPI_DB_PASSWORD"
else
  echo "glpi: not installed, auto-install skipped"
fi
