#!/bin/sh
# Takes the command away while the program is still there. An upgrade calls this as well, as "upgrade" on Debian and
# with the number of versions that stay under rpm: it keeps the command.
set -e

case "$1" in
  remove | deconfigure | 0) update-alternatives --remove sendwright /opt/Sendwright/sendwright ;;
esac
