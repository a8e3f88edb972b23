#!/bin/bash
# parsedmarc 11.1.0 (PyPI): the report_id of an aggregate report ends at its first "@", and loses "<" and ">". Receivers write ids such as
# <20261130.7@mta1.example.net>, so two reports that differ behind the "@" come out with one id, which is also what a second copy is known by
# together with the organisation. RFC 9990 and RFC 7489 take the whole text for the id. Whoever compares reports read by parsedmarc
# with those of another reader, or searches for an id as the mail names it, does not find it.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; cd "$T"
want() { if [ "$2" = "$3" ]; then echo "as seen: $1: $2"; else echo "CHANGED: $1: saw [$2], expected [$3]"; exit 1; fi; }
python3 -m venv v && v/bin/pip install --quiet --disable-pip-version-check parsedmarc==11.1.0 || { echo "could not fetch parsedmarc"; exit 2; }
cat >read.py <<'PY'
import sys
from parsedmarc import parse_aggregate_report_xml
text = """<?xml version="1.0"?><feedback><report_metadata><org_name>Example Receiver</org_name><email>reports@example.net</email>
<report_id>%s</report_id><date_range><begin>1796000000</begin><end>1796003600</end></date_range></report_metadata>
<policy_published><domain>example.com</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct></policy_published>
<record><row><source_ip>192.0.2.1</source_ip><count>1</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers><auth_results>
<dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim><spf><domain>example.com</domain><result>pass</result></spf>
</auth_results></record></feedback>"""
print(parse_aggregate_report_xml(text % sys.argv[1], offline=True)["report_metadata"]["report_id"])
PY
read_id() { v/bin/python read.py "$1" 2>error.log || tail -1 error.log; }
want 'an id without "@"' "$(read_id 20261130.7)" 20261130.7
want 'an id with a host behind "@"' "$(read_id '20261130.7@mta1.example.net')" 20261130.7
want 'the same number of another host' "$(read_id '20261130.7@mta2.example.net')" 20261130.7
want 'an id in angle brackets' "$(read_id '&lt;20261130.7@mta1.example.net&gt;')" 20261130.7
