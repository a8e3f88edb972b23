"""Loads zones by octoDNS's own YAML provider, with its defaults.

Standard input: a JSON list of {"zone": name, "text": YAML}.
Standard output: a JSON list of {"error": text or null, "records": [[name, type, ttl, values]]}.
"""

import json
import logging
import os
import sys
import tempfile
import warnings

from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def values_of(record):
    data = record.data
    found = data.get("values", [data["value"]] if "value" in data else [])
    if record._type == "TXT":
        return [value.replace("\\;", ";") for value in found]
    if record._type == "MX":
        return [[int(value["preference"]), str(value["exchange"])] for value in found]
    return [str(value) for value in found]


def load(item):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, item["zone"] + ".yaml"), "w", encoding="utf-8", newline="") as file:
            file.write(item["text"])
        zone = Zone(item["zone"] + ".", [])
        try:
            YamlProvider("config", folder).populate(zone)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}", "records": []}
        return {"error": None, "records": [[record.name, record._type, record.ttl, values_of(record)] for record in zone.records]}


json.dump([load(item) for item in json.load(sys.stdin)], sys.stdout)
