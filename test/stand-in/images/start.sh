#!/bin/bash
# What an image's start script does to the config directory, by the steps in $START; then it says what GLPI, as its own
# user, finds there, and stays.
set -e -u -o pipefail
umask 022

as_glpi() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid "$GLPI_UID" --regid "$GLPI_UID" --clear-groups "$@"
  else
    "$@"
  fi
}

# As GLPI writes its key: 32 bytes, truncate and write, mode 0666 less the umask.
new_key='head -c 32 /dev/urandom >"$CONFIG_DIR/glpicrypt.key"'
new_settings='echo "<?php class DB extends DBmysql { public \$dbhost = \"db\"; public \$dbuser = \"glpi\"; public \$dbpassword = \"pw\"; public \$dbdefault = \"glpi\"; }" >"$CONFIG_DIR/config_db.php"'

for step in $START; do
  case $step in
    must-be-writable) as_glpi test -w "$CONFIG_DIR" || { echo "start: $CONFIG_DIR is not writable"; exit 1; } ;;
    chown-all) chown -R "$GLPI_UID:$GLPI_UID" "$CONFIG_DIR" ;;
    chown-directory) chown "$GLPI_UID:$GLPI_UID" "$CONFIG_DIR" ;;
    chown-if-other) [ "$(stat -c %u "$CONFIG_DIR")" = "$GLPI_UID" ] || chown -R "$GLPI_UID:$GLPI_UID" "$CONFIG_DIR" ;;
    open-all) chmod -R a+rw "$CONFIG_DIR" ;;
    mode-775) chmod -R 775 "$CONFIG_DIR" ;;
    # Without its settings GLPI is installed anew, by script or in the browser, and makes a key.
    install) [ -e "$CONFIG_DIR/config_db.php" ] || as_glpi bash -c "$new_settings; $new_key" ;;
    # Settings written at each start; a key that is missing is made.
    configure)
      bash -c "$new_settings" && chown "$GLPI_UID:$GLPI_UID" "$CONFIG_DIR/config_db.php"
      [ -e "$CONFIG_DIR/glpicrypt.key" ] || as_glpi bash -c "$new_key"
      ;;
    *) echo "start: no such step: $step"; exit 2 ;;
  esac
done

as_glpi bash -c '
  cd "$CONFIG_DIR"
  head -c 1 glpicrypt.key >/dev/null && test -w config_db.php && test -w . && touch a-file-of-glpi
'
echo "start: GLPI reads its key $(sha256sum <"$CONFIG_DIR/glpicrypt.key" | head -c 64), and writes its settings"
exec sleep infinity
