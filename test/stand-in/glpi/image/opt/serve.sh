#!/bin/bash
# Stands for supervisord: the web server and the cron worker, each started again when it ends.
set -u

web() {
  while true; do
    PHP_CLI_SERVER_WORKERS=2 php -S 0.0.0.0:80 -t public public/index.php >>"$GLPI_LOG_DIR/access.log" 2>&1
    echo "glpi: the web server ended, starting it again"
    sleep 1
  done
}

cron() {
  while true; do
    php front/cron.php || echo "glpi: cron failed"
    sleep 60
  done
}

trap 'echo "glpi: stopping"; exit 0' TERM INT QUIT
web &
if [ "${GLPI_CRONTAB_ENABLED:-1}" = 1 ]; then
  cron &
fi
echo "glpi: serving on port 80"
wait
