"""parsedmarc, offline, on files whose paths come line by line: one JSON object a line, with the report or its error."""

import json
import logging
import sys

import parsedmarc

logging.disable(logging.CRITICAL)

for line in sys.stdin:
    path = line.rstrip('\n')
    try:
        # Longer periods stay whole, as they were reported.
        report = parsedmarc.parse_report_file(path, offline=True, normalize_timespan_threshold_hours=1e9)
        answer = {'type': report['report_type'], 'report': report['report']}
    except Exception as error:
        answer = {'error': f'{type(error).__name__}: {error}'[:300]}
    print(json.dumps({'file': path, **answer}, default=str), flush=True)
