#!/bin/bash
# Makes what is missing; mkdir itself says "Permission denied" on a volume that www-data cannot write.
set -e -u -o pipefail

roots=("$GLPI_CONFIG_DIR" "$GLPI_VAR_DIR" "$GLPI_MARKETPLACE_DIR" "$GLPI_LOG_DIR")
below=(_cache _cron _dumps _graphs _locales _lock _pictures _plugins _rss _sessions _tmp _uploads _inventories)

for directory in "${roots[@]}" "${below[@]/#/$GLPI_VAR_DIR/}"; do
  if [ ! -d "$directory" ]; then
    echo "Creating $directory..."
    mkdir -p -- "$directory"
  fi
done
for directory in "${roots[@]}"; do
  if [ ! -w "$directory" ]; then
    echo "ERROR: Directory $directory is not writable by current user (UID $(id -u)): Permission denied."
    echo "Please ensure that the mounted volume is writable by UID $(id -u) (usually www-data)."
    exit 1
  fi
done
echo "glpi: directories are writable"
