"""Reads zone text by dnspython and prints one record a line. Words: the zone's name and the file."""

import sys

import dns.zone

zone = dns.zone.from_file(sys.argv[2], sys.argv[1] + ".", relativize=False)
for name, ttl, rdata in zone.iterate_rdatas():
    print(f"{name.to_text()} {ttl} IN {rdata.rdtype.name} {rdata.to_text(relativize=False)}")
