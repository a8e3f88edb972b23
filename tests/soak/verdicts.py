"""dkimpy and pyspf as one process for many messages.

Each line of the standard input is a JSON object: `records` ("name TYPE" to data: addresses and targets as text, MX as
[preference, exchange], TXT as a list of strings), `names` that exist, `message` in base64, `signatures` (how many), `ip`,
`helo` and `sender`. Each line of the standard output answers one: [spf result, spf reason, [whether each signature passes]].
"""

import base64
import json
import sys

import dkim
import spf

world = {}


def lookup(name, qtype, strict=True, timeout=None):
    asked = name.lower().rstrip('.')
    answers = []
    for data in world['records'].get(asked + ' ' + qtype, []):
        if qtype == 'TXT':
            data = [string.encode('latin-1') for string in data]
        elif qtype == 'MX':
            data = tuple(data)
        answers.append(((asked, qtype), data))
    return answers


spf.DNSLookup = lookup


def key(name, timeout=5):
    texts = world['records'].get(name.decode('ascii').lower().rstrip('.') + ' TXT', [])
    return ''.join(texts[0]).encode('latin-1') if texts else None


def passes(message, index):
    try:
        return bool(dkim.DKIM(message).verify(idx=index, dnsfunc=key))
    except Exception:
        return False


for line in sys.stdin:
    world = json.loads(line)
    message = base64.b64decode(world['message'])
    query = spf.query(
        i=world['ip'], s=world['sender'], h=world['helo'], receiver='mx.receiver.example', strict=True, querytime=0)
    result = query.check()[0]
    verdicts = [passes(message, index) for index in range(world['signatures'])]
    print(json.dumps([result, getattr(query, 'prob', '') or '', verdicts]), flush=True)
