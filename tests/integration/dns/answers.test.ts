import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createResolver } from '../../../main/probes/dns/resolver.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import { describeWith } from '../../support/tools.ts';

/** What BIND serves, as `dig` reads it and as the resolver does. */

const LONG = 'k'.repeat(255);
const zone = `${zoneHead('example.com', 2)}
@       IN MX 10 mx1
@       IN MX 20 mx2.example.net.
@       IN TXT "v=spf1 mx -all"
@       IN TXT "quoted \\"text\\" and \\\\ backslash; \\200\\255\\000 octets" "" "second"
@       IN CAA 0 issue "ca.example.net"
mx1     IN A 192.0.2.1
mx1     IN AAAA 2001:db8::1
zeros   IN AAAA 2001:0:0:1::
zeros   IN AAAA ::
mapped  IN AAAA ::ffff:192.0.2.1
long    IN TXT ${`"${LONG}" `.repeat(20)}
UPPER   IN CNAME Target.Example.COM.
target  IN TXT "reached by an alias"
_sip._tcp IN SRV 1 2 5060 mx1
odd\\.dot IN TXT "a dot inside a label"
sub     IN DNAME example.net.
many    IN TXT "0"
${Array.from({ length: 90 }, (_, index) => `many IN TXT "record ${index + 1}"`).join('\n')}
`;

/** The text that `dig +short` prints for a record. */
function short(record: ResourceRecord): string {
  const quoted = (text: string) =>
    `"${text
      .replace(/["\\]/g, '\\$&')
      .replace(/[^\u0020-\u007E]/g, (octet) => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`)}"`;
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.address;
    case 'MX':
      return `${record.preference} ${record.exchange}.`;
    case 'TXT':
      return record.strings.map(quoted).join(' ');
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
    case 'CAA':
      return `${record.flags} ${record.tag} ${quoted(record.value)}`;
    case 'SOA':
      return `${record.mname}. ${record.rname}. ${record.serial} ${record.refresh} ${record.retry} ${record.expire} ${record.minimum}`;
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'DNAME':
      return `${record.target}.`;
    default:
      return record.type;
  }
}

describeWith(['named', 'named-checkzone', 'dig'], 'answers of BIND', () => {
  let bind: Bind;
  const resolver = createResolver({ now: Date.now });

  beforeAll(async () => {
    bind = await startBind(['example.com']);
    await bind.load('example.com', zone);
  });
  afterAll(async () => {
    await resolver.close();
    await bind.stop();
  });

  const dig = (name: string, type: string): string[] => {
    const port = bind.address.split(':')[1] ?? '';
    const run = spawnSync('dig', ['@127.0.0.1', '-p', port, '+short', '+norecurse', name, type], { encoding: 'utf8' });
    return run.stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '');
  };

  const cases: readonly (readonly [name: string, type: QueryType])[] = [
    ['example.com', 'SOA'],
    ['example.com', 'NS'],
    ['example.com', 'MX'],
    ['example.com', 'TXT'],
    ['example.com', 'CAA'],
    ['mx1.example.com', 'A'],
    ['mx1.example.com', 'AAAA'],
    ['zeros.example.com', 'AAAA'],
    ['long.example.com', 'TXT'],
    ['many.example.com', 'TXT'],
    ['upper.example.com', 'CNAME'],
    ['_sip._tcp.example.com', 'SRV'],
    ['odd\\.dot.example.com', 'TXT'],
    ['sub.example.com', 'DNAME'],
  ];

  it.each(cases)('%s %s reads as dig reads it', async (name, type) => {
    const port = Number(bind.address.split(':')[1]);
    const { records } = await resolver.ask({ name, type, server: { address: '127.0.0.1', port }, recursion: false });
    const expected = dig(name, type).map((line) => (type === 'TXT' || type === 'CAA' ? line : line.toLowerCase()));
    expect(expected.length).toBeGreaterThan(0);
    expect(records.map(short).sort()).toEqual(expected.sort());
  });

  it('follows an alias within the answer, and names a missing name and a missing type', async () => {
    const server = { address: '127.0.0.1', port: Number(bind.address.split(':')[1]) };
    const ask = (name: string) => resolver.ask({ name, type: 'TXT', server, recursion: false });
    expect(await ask('upper.example.com')).toMatchObject({ outcome: 'answer', aliases: ['target.example.com'] });
    expect(await ask('nowhere.example.com')).toMatchObject({ outcome: 'nxdomain', negativeTtl: 60, soaSerial: 2 });
    expect(await ask('mx1.example.com')).toMatchObject({ outcome: 'nodata', authoritative: true });
    expect(await ask('many.example.com')).toMatchObject({ outcome: 'answer', transport: 'tcp' });
  });
});
