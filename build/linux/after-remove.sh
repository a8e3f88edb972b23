#!/bin/sh
# Takes away the profile that the installation made. An upgrade calls this as well, as "upgrade" on Debian and with the
# number of versions that stay under rpm, after the newer version was installed: it keeps the profile.
set -e

case "$1" in
  remove | purge | 0) ;;
  *) exit 0 ;;
esac

profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  if ! { command -v ischroot > /dev/null 2>&1 && ischroot; } && command -v apparmor_parser > /dev/null 2>&1; then
    apparmor_parser --remove "$profile" > /dev/null 2>&1 || true
  fi
  rm -f "$profile"
fi

if command -v update-desktop-database > /dev/null 2>&1; then
  update-desktop-database -q /usr/share/applications || true
fi
