"""Sends change batches through boto3, which checks them against the service's own description, to moto's server.

Standard input: a JSON list of {"zone": name, "before": [record set], "batches": [change batch]}.
Standard output: a JSON list of {"error": text or null, "after": [[record set]]}, the sets after each batch.
"""

import json
import os
import sys

os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true")

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
client = boto3.client("route53", endpoint_url=f"http://{host}:{port}")


def sets_of(zone_id, zone):
    pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    return [found for page in pages for found in page["ResourceRecordSets"] if found["Type"] not in ("NS", "SOA") or found["Name"] != zone + "."]


def run(index, item):
    zone_id = client.create_hosted_zone(Name=item["zone"] + ".", CallerReference=str(index))["HostedZone"]["Id"]
    after = []
    try:
        if item["before"]:
            changes = [{"Action": "CREATE", "ResourceRecordSet": found} for found in item["before"]]
            client.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
        for batch in item["batches"]:
            if batch["Changes"]:
                client.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)
            after.append(sets_of(zone_id, item["zone"]))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "after": after}
    return {"error": None, "after": after}


results = [run(index, item) for index, item in enumerate(json.load(sys.stdin))]
server.stop()
json.dump(results, sys.stdout)
