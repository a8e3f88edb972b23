"""pyspf and dkimpy as one process for many worlds of DNS.

Each line of the standard input is a JSON array of worlds; each line of the standard output answers one, in order, as
[[[result, reason], ...], [bits or 0, ...]] for each world. A world has `records` ("name TYPE" to data: addresses and targets
as text, MX as [preference, exchange], TXT as a list of strings whose characters are octets), `names` that exist, `checks`
([ip, domain]) and `keys` (texts of key records).
"""

import json
import sys

import dkim
import spf

world = {}


def owner(name):
    """The name whose records answer: itself, or the wildcard of the closest encloser (RFC 4592)."""
    if name in world['names']:
        return name
    above = name
    while above and above not in world['names']:
        above = above.partition('.')[2]
    return '*.' + above


def lookup(name, qtype, strict=True, timeout=None):
    asked = name.lower().rstrip('.')
    at = owner(asked)
    alias = world['records'].get(at + ' CNAME')
    if alias and qtype != 'CNAME':
        return [((asked, 'CNAME'), alias[0])]
    answers = []
    for data in world['records'].get(at + ' ' + qtype, []):
        if qtype == 'TXT':
            data = [string.encode('latin-1') for string in data]
        elif qtype == 'MX':
            data = tuple(data)
        answers.append(((asked, qtype), data))
    return answers


spf.DNSLookup = lookup


def check(ip, domain):
    query = spf.query(
        i=ip, s='sender@' + domain, h='out.example', receiver='mx.receiver.example', strict=True, querytime=0)
    result = query.check()[0]
    return [result, getattr(query, 'prob', '') or '']


def bits(text):
    try:
        return dkim.evaluate_pk('selector', text)[1]
    except Exception:
        return 0


for line in sys.stdin:
    answers = []
    for world in json.loads(line):
        world['names'] = set(world['names'])
        answers.append([
            [check(ip, domain) for ip, domain in world['checks']],
            [bits(text) for text in world['keys']],
        ])
    print(json.dumps(answers), flush=True)
