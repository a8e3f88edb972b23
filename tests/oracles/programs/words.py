"""Reads hand-overs with programs that are not ours: argparse, which gcloud uses, PyYAML, the standard e-mail parser.

Standard input: a JSON list of {"kind", ...}. Standard output: a JSON list of what was read.
"""

import argparse
import email
import email.policy
import json
import re
import sys

import yaml


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise ValueError(message)


def gcloud(words):
    """`gcloud dns record-sets`, with gcloud's own way to name another separator (gcloud topic escaping)."""
    assert words[:2] == ["dns", "record-sets"], words
    parser = Parser(allow_abbrev=False)
    parser.add_argument("verb")
    parser.add_argument("name")
    parser.add_argument("--zone", required=True)
    parser.add_argument("--type", required=True)
    parser.add_argument("--ttl", type=int)
    parser.add_argument("--rrdatas")
    read = vars(parser.parse_args(words[2:]))
    if read["rrdatas"] is not None:
        marked = re.match(r"\^([^^]+)\^(.*)\Z", read["rrdatas"], re.S)
        read["rrdatas"] = marked[2].split(marked[1]) if marked else read["rrdatas"].split(",")
    return read


def mail(text):
    message = email.message_from_bytes(text.encode(), policy=email.policy.default)
    return {"subject": message["Subject"], "unsent": message["X-Unsent"], "body": message.get_content(), "longest": max(map(len, text.split("\r\n")))}


READERS = {
    "gcloud": lambda item: [gcloud(words) for words in item["commands"]],
    "yaml": lambda item: [document for document in yaml.safe_load_all(item["text"]) if document is not None],
    "mail": lambda item: mail(item["text"]),
}

json.dump([READERS[item["kind"]](item) for item in json.load(sys.stdin)], sys.stdout)
