#!/bin/bash
# dkimpy 1.1.8 (PyPI), relaxed body canonicalisation: where the last line of a body has no CRLF, the white space at its end is
# shortened to one space and a CRLF is put behind it, so that the body hash is that of "Good " and not of "Good". RFC 6376 §3.4.4 takes white space off the
# end of every line and adds the missing CRLF; mailauth 7.1.0 hashes "Good". A file that lost its last line end so fails in one and
# passes in the other. With the CRLF there, both agree.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; cd "$T"
want() { if [ "$2" = "$3" ]; then echo "as seen: $1: $2"; else echo "CHANGED: $1: saw [$2], expected [$3]"; exit 1; fi; }
python3 -m venv v && v/bin/pip install --quiet --disable-pip-version-check dkimpy==1.1.8 || { echo "could not fetch dkimpy"; exit 2; }
hash() { v/bin/python -c "
import base64, hashlib, sys
from dkim.canonicalization import CanonicalizationPolicy
body = sys.argv[1].encode().decode('unicode_escape').encode()
policy = CanonicalizationPolicy.from_c_value(b'relaxed/relaxed')
print(base64.b64encode(hashlib.sha256(policy.canonicalize_body(body)).digest()).decode())" "$1"; }
right=$(printf 'Good\r\n' | openssl dgst -sha256 -binary | base64)
kept=$(printf 'Good \r\n' | openssl dgst -sha256 -binary | base64)
want 'dkimpy, a last line with its CRLF' "$(hash 'Good  \r\n')" "$right"
want 'dkimpy, a last line without one' "$(hash 'Good  ')" "$kept"
npm init -y >/dev/null 2>&1; npm install --silent mailauth@7.1.0 >/dev/null 2>&1 || { echo "could not fetch mailauth"; exit 2; }
cat >hash.mjs <<'JS'
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { generateKeyPairSync } from 'node:crypto';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { signatures } = await dkimSign('From: a@example.com\r\n\r\nGood  ', {
  canonicalization: 'relaxed/relaxed',
  signatureData: [{ signingDomain: 'example.com', selector: 's', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) }],
});
console.log(/bh=([^;]+);/.exec(signatures)[1].replace(/\s/g, ''));
JS
want 'mailauth, a last line without one' "$(node hash.mjs)" "$right"
