#!/bin/sh
# own-name-server.sh FOLDER COMMAND…: runs a command whose resolver is a name server of its own, on port 53 of a network
# that nobody else sees. Begun under `unshare -rnm`; the folder holds named.conf.
set -e
folder="$1"
shift
PATH="$PATH:/usr/sbin:/sbin"
cd "$folder"
ip link set lo up
echo 'nameserver 127.0.0.1' >resolv.conf
mount --bind resolv.conf /etc/resolv.conf
named -g -c named.conf >named.log 2>&1 &
server=$!
tries=0
until grep -q 'running$' named.log; do
  tries=$((tries + 1))
  if [ "$tries" -gt 200 ] || ! kill -0 "$server"; then cat named.log >&2; exit 1; fi
  sleep 0.05
done
"$@" || true
kill "$server"
wait "$server" || true
