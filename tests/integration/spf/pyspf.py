"""Evaluates SPF checks with pyspf over zones in memory.

Standard input: one JSON array of {records, failing, checks}. `records` maps "name TYPE" to data: addresses and
targets as text, MX as [preference, exchange], TXT as a list of strings whose characters are octets. `failing` lists
the questions that get a server failure. Each check has ip, sender and helo.
Standard output: for each world an array of {result, explanation?, reason?}.
"""

import json
import sys

import spf

world = {}


def lookup(name, qtype, strict=True, timeout=None):
    name = name.lower().rstrip('.')
    question = name + ' ' + qtype
    if question in world['failing']:
        raise spf.TempError('DNS server failure')
    alias = world['records'].get(name + ' CNAME')
    if alias and qtype != 'CNAME':
        return [((name, 'CNAME'), alias[0])]
    answers = []
    for data in world['records'].get(question, []):
        if qtype in ('TXT', 'SPF'):
            data = [string.encode('latin-1') for string in data]
        elif qtype == 'MX':
            data = tuple(data)
        answers.append(((name, qtype), data))
    return answers


spf.DNSLookup = lookup

results = []
for world in json.load(sys.stdin):
    here = []
    for check in world['checks']:
        query = spf.query(
            i=check['ip'], s=check['sender'], h=check['helo'], receiver='mx.receiver.example', strict=True, querytime=0)
        result, _, explanation = query.check()
        answer = {'result': result}
        if result == 'fail' and explanation != spf.EXPLANATIONS['fail']:
            answer['explanation'] = explanation
        if result in ('permerror', 'temperror'):
            answer['reason'] = getattr(query, 'prob', '')
        here.append(answer)
    results.append(here)
json.dump(results, sys.stdout)
