#!/bin/bash
# libopendmarc2 1.4.2-2+b1: a DMARC record without a valid p= is discarded ("lacked a required p= entry"), and so is one whose
# sp= is no policy ("contained a bad token value"), although rua= names a valid address. RFC 7489 §6.6.3 and RFC 9989 §4.10.1
# both have receivers act as if p=none stood there, and report. Blanks in "v = DMARC1", which RFC 9989 §4.8 allows, are read.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; cd "$T"
export DEBIAN_FRONTEND=noninteractive
get() { # the pinned packages and what they need, unpacked into the temp folder
  ls /var/lib/apt/lists | grep -q Packages || apt-get update -qq
  mkdir -p debs/partial root; apt-get install -y -qq --reinstall --no-install-recommends --download-only -o Dir::Cache::archives="$T/debs" -o DPkg::Lock::Timeout=120 "$@" >apt.log 2>&1 || { tail -3 apt.log; echo "could not fetch: $*"; exit 2; }
  for deb in debs/*.deb; do dpkg -x "$deb" root; done
}
R=$T/root A=x86_64-linux-gnu
export LD_LIBRARY_PATH="$R/usr/lib/$A:$R/lib/$A:$R/usr/lib"
want() { if [ "$2" = "$3" ]; then echo "as seen: $1: $2"; else echo "CHANGED: $1: saw [$2], expected [$3]"; exit 1; fi; }
get libopendmarc2=1.4.2-2+b1
cat >ask.py <<'P'
import ctypes, sys
lib = ctypes.CDLL('libopendmarc.so.2')
lib.opendmarc_policy_connect_init.restype = ctypes.c_void_p
lib.opendmarc_policy_connect_init.argtypes = [ctypes.c_char_p, ctypes.c_int]
lib.opendmarc_policy_query_dmarc.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
lib.opendmarc_policy_fetch_p.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)]
lib.opendmarc_policy_status_to_str.restype = ctypes.c_char_p
# The library answers its own question with this record: nothing is asked of DNS.
lib.opendmarc_dns_fake_record(b'_dmarc.example.com', sys.argv[1].encode())
context = lib.opendmarc_policy_connect_init(b'192.0.2.1', 0)
status = lib.opendmarc_policy_query_dmarc(context, b'example.com')
policy = ctypes.c_int()
lib.opendmarc_policy_fetch_p(context, ctypes.byref(policy))
print(chr(policy.value) if status == 0 else lib.opendmarc_policy_status_to_str(status).decode())
P
ask() { /usr/bin/python3 ask.py "$1"; }
RUA='rua=mailto:a@example.com'
want 'p=reject' "$(ask "v=DMARC1; p=reject; $RUA")" r
want 'v = DMARC1' "$(ask "v = DMARC1; p=reject; $RUA")" r
want 'no p=, a valid rua=' "$(ask "v=DMARC1; $RUA")" 'Found DMARC record lacked a required p= entry'
want 'p=block, a valid rua=' "$(ask "v=DMARC1; p=block; $RUA")" 'Found DMARC record contained a bad token value'
want 'sp=block, a valid rua=' "$(ask "v=DMARC1; p=reject; sp=block; $RUA")" 'Found DMARC record contained a bad token value'
