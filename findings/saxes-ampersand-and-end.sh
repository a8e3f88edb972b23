#!/bin/bash
# saxes 6.0.0 (npm), with a handler of errors, so that it goes on behind an error: an ampersand that begins no entity ("Smith & Sons") is
# read on for its semicolon to the end of the document, and every element behind it is lost without an event; the same text with "&amp;"
# gives them all. And a document that ends in "<!" and half of a surrogate pair makes close() throw a RangeError past that handler.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; cd "$T"
command -v node >/dev/null && command -v npm >/dev/null || { echo "could not find: node, npm"; exit 2; }
want() { if [ "$2" = "$3" ]; then echo "as seen: $1: $2"; else echo "CHANGED: $1: saw [$2], expected [$3]"; exit 1; fi; }
npm install --silent --no-audit --no-fund --prefix "$T" saxes@6.0.0 >npm.log 2>&1 || { tail -3 npm.log; echo "could not fetch: saxes"; exit 2; }
cat >try.cjs <<'JS'
const { SaxesParser } = require('saxes');
const parser = new SaxesParser();
const seen = [];
parser.on('error', () => undefined);
parser.on('closetag', ({ name }) => seen.push(name));
try {
  parser.write(JSON.parse(`"${process.argv[2]}"`)).close();
} catch (error) {
  seen.push(error.message);
}
console.log(seen.join(' '));
JS
want 'elements closed, with a bare ampersand' "$(node try.cjs '<r><a>Smith & Sons</a><b>1</b></r>')" ''
want 'elements closed, with an entity' "$(node try.cjs '<r><a>Smith &amp; Sons</a><b>1</b></r>')" 'a b r'
want 'close() behind half a pair' "$(node try.cjs '<r><!\ud800')" 'Invalid code point NaN'
