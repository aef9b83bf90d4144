#!/bin/bash
set -e -u -o pipefail

for log in event cron php-errors; do
  touch "$GLPI_LOG_DIR/$log.log"
done
tail -q -n 0 -F "$GLPI_LOG_DIR/event.log" "$GLPI_LOG_DIR/cron.log" >/proc/1/fd/1 2>/dev/null &
tail -n 0 -F "$GLPI_LOG_DIR/php-errors.log" >/proc/1/fd/2 2>/dev/null &
