#!/bin/bash
# electron-builder 26.17.0: `files` of one platform that only leave something out ("!b.txt") do not narrow the list of
# `files` above them: they turn into "everything but". The whole project lands in the package, sources and secrets too,
# without a word. A platform's list that names a file as well does no harm, and leaves nothing out either: what a
# platform leaves out counts for packages below node_modules alone.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; cd "$T"
want() { if [ "$2" = "$3" ]; then echo "as seen: $1: $2"; else echo "CHANGED: $1: saw [$2], expected [$3]"; exit 1; fi; }
mkdir -p project electron/resources tools; cd project
echo '{"name":"sample","version":"1.0.0","main":"main.js","description":"a sample","author":"A <a@example.com>"}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --prefix ../tools electron-builder@26.17.0 @electron/asar@3.4.1 >npm.log 2>&1 || { tail -3 npm.log; echo "could not fetch electron-builder"; exit 2; }
rm -f npm.log
echo '0' >main.js; echo b >b.txt; echo 'a key' >secret.env
printf '#!/bin/sh\n' >../electron/electron; chmod +x ../electron/electron; echo 45.0.0 >../electron/version
packed() { # what lands in the archive with these files of the platform
  printf 'appId: a.b\nelectronVersion: 45.0.0\nelectronDist: %s\nfiles: [main.js, b.txt]\nlinux: {target: dir, category: Utility, files: %s}\n' "$T/electron" "$1" >electron-builder.yml
  rm -rf dist; ../tools/node_modules/.bin/electron-builder --linux dir >../builder.log 2>&1 || { tail -5 ../builder.log; exit 2; }
  ../tools/node_modules/.bin/asar list dist/linux-unpacked/resources/app.asar | tr -d / | sort | tr '\n' ' '
}
want 'a list that only leaves out' "$(packed '["!b.txt"]')" 'b.txt main.js package.json secret.env '
want 'a list that names a file as well' "$(packed '[package.json, "!b.txt"]')" 'b.txt main.js package.json '
want 'leaving it out above' "$(packed '[package.json]')" 'b.txt main.js package.json '
