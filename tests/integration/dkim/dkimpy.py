"""Reads DKIM key records with dkimpy: [text, ...] on stdin, [[type, bits] or [null, reason], ...] on stdout."""
import json
import sys

import dkim

results = []
for text in json.load(sys.stdin):
    try:
        _key, bits, kind, _tls = dkim.evaluate_pk('selector', text)
        results.append([kind.decode(), bits])
    except Exception as error:
        results.append([None, str(error)])
json.dump(results, sys.stdout)
