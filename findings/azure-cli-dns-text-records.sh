#!/bin/bash
# azure-cli 2.91.0, `az network dns record-set txt`: the reference of add-record names no TTL, unlike every neighbour but
# SRV, and "--ttl" is refused. Any word that begins with "@", or whose first "=" is followed by "@", is replaced by the
# content of that file before it is parsed, so a TXT value may read a local file; behind "--value=" only a first "@" is.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; cd "$T"
export AZURE_CONFIG_DIR=$T/config AZURE_CORE_COLLECT_TELEMETRY=no
want() { if [ "$2" = "$3" ]; then echo "as seen: $1: $2"; else echo "CHANGED: $1: saw [$2], expected [$3]"; exit 1; fi; }
python3 -m venv env && env/bin/pip install -q --disable-pip-version-check azure-cli-core==2.91.0 msrest==0.7.1 >pip.log 2>&1 \
  && env/bin/pip install -q --disable-pip-version-check --no-deps azure-cli==2.91.0 >>pip.log 2>&1 || { tail -3 pip.log; echo 'could not fetch: azure-cli'; exit 2; }
az() { env/bin/python -m azure.cli "$@"; }
want 'TTL of a text' "$(az network dns record-set txt add-record -g g -z z.test -n a --value x --ttl 300 2>&1 | grep -o 'unrecognized arguments: --ttl 300')" 'unrecognized arguments: --ttl 300'
printf 'secret of a file' >file
expand() { env/bin/python -c 'import sys; from azure.cli.core.commands import _expand_file_prefixed_files as e; print(*e(sys.argv[1:]), sep="|")' "$@"; }
want 'words with @' "$(expand "@$T/file" "v=@$T/file" "--value=v=@$T/file" "a@$T/file")" "secret of a file|v=secret of a file|--value=v=@$T/file|a@$T/file"
