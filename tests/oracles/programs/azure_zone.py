"""Runs commands of the Azure command line, its own code from the first word to the request, against a zone in memory.

Standard input: a JSON list of {"zone": [[name, type, ttl, records]], "scripts": [[[word, ...], ...], ...]}.
Standard output: a JSON list of {"error": text or null, "after": [zone, ...]}, the zone after each script.
"""

import io
import json
import os
import re
import shutil
import sys
import tempfile
from urllib.parse import unquote

folder = tempfile.mkdtemp(prefix="sendwright-az-")
os.environ.update(AZURE_CONFIG_DIR=folder, AZURE_CORE_COLLECT_TELEMETRY="no", AZURE_CORE_ONLY_SHOW_ERRORS="yes")
errors = io.StringIO()
sys.stderr = errors

from azure.cli.core import get_default_cli
from azure.cli.core.aaz import _command_ctx
from azure.core.pipeline.policies import ContentDecodePolicy
from azure.core.pipeline.transport import HttpRequest

PATH = re.compile(r"/dnsZones/[^/]+/(?P<type>[A-Z]+)/(?P<name>[^/?]+)")
PROPERTIES = {"TXT": "TXTRecords", "MX": "MXRecords", "CNAME": "CNAMERecord", "NS": "NSRecords"}


class Answer:
    def __init__(self, request, status, body):
        self.request, self.status_code, self.body = request, status, json.dumps(body).encode()
        self.headers, self.reason, self.content_type, self.encoding = {"content-type": "application/json"}, "", "application/json", "utf-8"

    def text(self, encoding=None):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class Service:
    """Record sets by type and name, put, got and deleted whole, as Azure DNS keeps them."""

    def __init__(self):
        self.sets = {}

    def answer(self, request):
        where = PATH.search(request.url)
        key = (where["type"], unquote(where["name"]).lower())
        if request.method == "GET":
            missing = {"error": {"code": "NotFound", "message": f"no set {key}"}}
            return Answer(request, 200, self.sets[key]) if key in self.sets else Answer(request, 404, missing)
        if request.method == "DELETE":
            return Answer(request, 200 if self.sets.pop(key, None) else 204, {})
        assert request.method == "PUT", request.method
        if key in self.sets and request.headers.get("If-None-Match") == "*":
            return Answer(request, 412, {"error": {"code": "PreconditionFailed", "message": f"{key} exists"}})
        self.sets[key] = held(*key, json.loads(request.body)["properties"])
        return Answer(request, 200, self.sets[key])


def held(type_, name, properties):
    return {"id": f"/{name}", "name": name, "etag": "1", "type": f"Microsoft.Network/dnszones/{type_}", "properties": properties}


class Session:
    def __init__(self, response):
        self.http_response, self.http_request = response, response.request
        self.context = {ContentDecodePolicy.CONTEXT_NAME: response.json()}


class Client:
    def __init__(self, service):
        self.service = service

    def format_url(self, url, **parameters):
        return "https://management.example" + url.format(**parameters)

    def _request(self, method, url, query=None, headers=None, content=None, form=None, stream=None):
        request = HttpRequest(method, url)
        request.headers.update(headers or {})
        if content is not None:
            request.set_json_body(content)
        return request

    def send_request(self, request, stream=False, **kwargs):
        return Session(self.service.answer(request))


service = Service()
_command_ctx.AAZCommandCtx.get_http_client = lambda self, client_type: Client(service)
_command_ctx.AAZCommandCtx.subscription_id = property(lambda self: "00000000-0000-0000-0000-000000000000")


def dump():
    found = []
    for (type_, name), kept in sorted(service.sets.items()):
        records = kept["properties"].get(PROPERTIES[type_])
        if records:
            found.append([name, type_, kept["properties"]["TTL"], records])
    return found


cli = get_default_cli()


def run(item):
    service.sets = {(type_, name): held(type_, name, {"TTL": ttl, PROPERTIES[type_]: records}) for name, type_, ttl, records in item["zone"]}
    after = []
    for script in item["scripts"]:
        for words in script:
            errors.truncate(0)
            errors.seek(0)
            try:
                code = cli.invoke(words, out_file=io.StringIO())
            except SystemExit as end:
                code = end.code
            if code:
                return {"error": f"{words}: {code} {errors.getvalue()[-800:]}", "after": after}
        after.append(dump())
    return {"error": None, "after": after}


output = os.fdopen(os.dup(1), "w")
items = json.load(sys.stdin)
sys.stdin = io.StringIO("")
json.dump([run(item) for item in items], output)
output.close()
shutil.rmtree(folder, ignore_errors=True)
