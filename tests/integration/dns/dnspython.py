"""Reads master files with dnspython and prints each record with its data on the wire.

Standard input: a JSON list of {"origin", "text"}. Standard output: for each, a list of
[owner, ttl, type, data in hexadecimal], or the error as a string.
"""

import json
import sys

import dns.rdatatype
import dns.zone


def read(origin, text):
    zone = dns.zone.from_text(text, origin=origin + ".", relativize=False, check_origin=False)
    return [
        [name.to_text(), ttl, dns.rdatatype.to_text(data.rdtype), data.to_wire().hex()]
        for name, ttl, data in zone.iterate_rdatas()
    ]


results = []
for zone in json.load(sys.stdin):
    try:
        results.append(read(zone["origin"], zone["text"]))
    except Exception as error:  # what dnspython refuses is compared as well
        results.append(f"{type(error).__name__}: {error}")
json.dump(results, sys.stdout)
