"""Prints the public RFC 7208 test suite, as Debian packages it with pyspf, as JSON.

Argument: the gzipped YAML file. For each scenario: `zone` maps a lower-case name to a list of records, each a string
('TIMEOUT': what is asked and not found before it times out) or [type, data]; `tests` holds what is checked.

A zone that gives SPF records alone means the same as TXT; TXT given as well, even as NONE, stands for itself.
"""

import gzip
import json
import sys

import yaml


def records_of(entries):
    records, mirrored, has_txt = [], [], False
    for entry in entries:
        if isinstance(entry, str):
            records.append(entry)
            continue
        for kind, data in entry.items():
            has_txt = has_txt or kind == 'TXT'
            if data in ('NONE', ['NONE']):
                continue
            if kind in ('TXT', 'SPF') and isinstance(data, str) and data != 'TIMEOUT':
                data = [data]
            records.append([kind, data])
            if kind == 'SPF':
                mirrored.append(['TXT', data])
    return records if has_txt else records + mirrored


scenarios = []
with gzip.open(sys.argv[1]) as file:
    for scenario in yaml.safe_load_all(file):
        scenarios.append({
            'description': scenario['description'],
            'zone': {str(name).lower(): records_of(entries) for name, entries in scenario['zonedata'].items()},
            'tests': [{
                'name': name,
                'ip': check['host'],
                'sender': check.get('mailfrom') or '',
                'helo': check.get('helo') or '',
                'results': check['result'] if isinstance(check['result'], list) else [check['result']],
                'explanation': check.get('explanation'),
            } for name, check in scenario['tests'].items()],
        })
json.dump(scenarios, sys.stdout)
