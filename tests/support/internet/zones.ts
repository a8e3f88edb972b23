/**
 * The zones of the small internet: each has one fault, or none, and a name that says which. Addresses are loopback ones
 * inside a network namespace, all on port 53.
 */

export const addresses = {
  root: ['127.53.0.1', 'fd00:53::1'],
  tld: ['127.53.0.2', 'fd00:53::2'],
  /** BIND, two addresses; Knot, two processes. */
  bind1: ['127.53.1.1', 'fd00:53:1::1'],
  bind2: ['127.53.1.2', 'fd00:53:1::2'],
  knot3: ['127.53.1.3', 'fd00:53:1::3'],
  knot4: ['127.53.1.4', 'fd00:53:1::4'],
  /** The BIND of a company that tells its own people something else. */
  inside: ['127.53.2.1'],
  unbound: ['127.53.5.1'],
  /** Nobody is there. */
  nobody: ['127.53.6.6'],
} as const;

export type Daemon = 'bind' | 'knot3' | 'knot4' | 'inside';

/** A fault that stands between the asker and a real server, by its address. */
export const faults = {
  drop: '127.53.9.1',
  delay: '127.53.9.2',
  truncate: '127.53.9.3',
  'wrong-id': '127.53.9.4',
  'wrong-question': '127.53.9.5',
  garbage: '127.53.9.6',
  formerr: '127.53.9.7',
  'no-edns': '127.53.9.8',
  servfail: '127.53.9.9',
  refused: '127.53.9.10',
  notimp: '127.53.9.11',
  'not-authoritative': '127.53.9.12',
  'other-address': '127.53.9.13',
  'wrong-case': '127.53.9.14',
  'edns-silent': '127.53.9.15',
  'no-question': '127.53.9.16',
  badvers: '127.53.9.17',
} as const;

export type Fault = keyof typeof faults;

export interface Site {
  readonly zone: string;
  readonly servers: readonly { readonly host: string; readonly addresses: readonly string[] }[];
  /** Who holds the zone, and what it says besides SOA and NS. */
  readonly held: Partial<Readonly<Record<Daemon, { readonly serial: number; readonly body: string }>>>;
  /** Knot signs it. */
  readonly isSigned?: boolean;
}

const SPF = '@ IN TXT "v=spf1 ip4:192.0.2.0/24 -all"\n';
const OLD_SPF = '@ IN TXT "v=spf1 mx -all"\n';
const ns = (zone: string, ...all: readonly (readonly string[])[]) =>
  all.map((own, index) => ({ host: `ns${index + 1}.${zone}`, addresses: own }));
const everywhere = (body: string, serial = 10) => ({
  bind: { serial, body },
  knot3: { serial, body },
  knot4: { serial, body },
});
const four = (zone: string) => ns(zone, addresses.bind1, addresses.bind2, addresses.knot3, addresses.knot4);

/** One good server and one behind the fault. */
const beside = (fault: Fault): Site => ({
  zone: `${fault}.test`,
  servers: ns(`${fault}.test`, addresses.bind1, [faults[fault]]),
  held: { bind: { serial: 10, body: SPF } },
});

const octets = (amount: number) => `"${'k'.repeat(amount)}"`;

export const sites: readonly Site[] = [
  { zone: 'good.test', servers: four('good.test'), held: everywhere(`${SPF}www IN A 192.0.2.80\n`) },
  {
    zone: 'stale.test',
    servers: four('stale.test'),
    held: { ...everywhere(SPF, 11), knot4: { serial: 7, body: OLD_SPF } },
  },
  ...(Object.keys(faults) as Fault[]).map(beside),
  {
    zone: 'lame.test',
    servers: ns('lame.test', addresses.bind1, addresses.knot3),
    held: { bind: { serial: 10, body: SPF } },
  },
  { zone: 'dead.test', servers: ns('dead.test', addresses.nobody, [faults.drop]), held: {} },
  {
    zone: 'loop.test',
    servers: ns('loop.test', addresses.bind1),
    held: {
      bind: {
        serial: 10,
        body: 'a IN CNAME b\nb IN CNAME c\nc IN CNAME a\nout IN CNAME back.otherloop.test.\nfar IN CNAME www.good.test.\n',
      },
    },
  },
  {
    zone: 'otherloop.test',
    servers: ns('otherloop.test', addresses.knot3),
    held: { knot3: { serial: 10, body: 'back IN CNAME out.loop.test.\n' } },
  },
  {
    zone: 'large.test',
    servers: ns('large.test', addresses.bind1),
    held: {
      bind: {
        serial: 10,
        body: `big IN TXT ${Array.from({ length: 250 }, () => octets(255)).join(' ')}\n${Array.from({ length: 500 }, (_nothing, index) => `many IN TXT "record ${index}"\n`).join('')}`,
      },
    },
  },
  {
    zone: 'six.test',
    servers: ns('six.test', [addresses.bind1[1]], [addresses.knot3[1]]),
    held: { bind: { serial: 10, body: SPF }, knot3: { serial: 10, body: SPF } },
  },
  {
    zone: 'signed.test',
    servers: ns('signed.test', addresses.knot3),
    held: { knot3: { serial: 10, body: SPF } },
    isSigned: true,
  },
  {
    zone: 'bogus.test',
    servers: ns('bogus.test', addresses.knot3),
    held: { knot3: { serial: 10, body: SPF } },
    isSigned: true,
  },
  {
    zone: 'split.test',
    servers: ns('split.test', addresses.bind1, addresses.knot3),
    held: {
      bind: { serial: 10, body: SPF },
      knot3: { serial: 10, body: SPF },
      inside: { serial: 2_000_000_001, body: '@ IN TXT "v=spf1 ip4:10.0.0.0/8 -all"\n' },
    },
  },
  {
    zone: 'change.test',
    servers: ns('change.test', addresses.bind1, addresses.bind2),
    held: { bind: { serial: 10, body: OLD_SPF } },
  },
  {
    zone: 'late.test',
    servers: ns('late.test', addresses.bind1, addresses.bind2),
    held: { bind: { serial: 10, body: '' } },
  },
  {
    zone: 'wildcard.test',
    servers: ns('wildcard.test', addresses.bind1, addresses.knot3),
    held: {
      bind: { serial: 10, body: '* IN TXT "for everything"\n' },
      knot3: { serial: 10, body: '* IN TXT "for everything"\n' },
    },
  },
  {
    zone: 'flat.test',
    servers: ns('flat.test', addresses.bind1),
    held: { bind: { serial: 10, body: 'track IN A 192.0.2.80\nproxied IN A 198.51.100.7\n' } },
  },
  {
    zone: 'double.test',
    servers: ns('double.test', addresses.bind1),
    held: { bind: { serial: 10, body: '_dmarc.double.test IN TXT "v=DMARC1; p=none"\n' } },
  },
  {
    zone: 'elsewhere.test',
    servers: [
      { host: 'ns1.hosting.test', addresses: [] },
      { host: 'ns2.hosting.test', addresses: [] },
    ],
    held: {
      bind: {
        serial: 10,
        body: `${SPF}sub IN NS ns1.sub.elsewhere.test.\nns1.sub IN A ${addresses.knot3[0]}\naway IN NS ns1.lame.test.\n`,
      },
    },
  },
  {
    zone: 'sub.elsewhere.test',
    servers: [{ host: 'ns1.sub.elsewhere.test', addresses: [addresses.knot3[0]] }],
    held: { knot3: { serial: 10, body: SPF } },
  },
  {
    zone: 'hosting.test',
    servers: ns('hosting.test', addresses.bind1, addresses.bind2),
    held: { bind: { serial: 10, body: '' } },
  },
];

export function addressRecord(host: string, address: string): string {
  return `${host}. IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}\n`;
}

/** A zone as a master file. */
export function zoneText({ zone, servers }: Pick<Site, 'zone' | 'servers'>, serial: number, body: string): string {
  const apex = zone === '' ? '.' : `${zone}.`;
  const lines = servers.map(({ host, addresses: own }) => {
    const glue =
      host.endsWith(`.${zone}`) || zone === '' ? own.map((address) => addressRecord(host, address)).join('') : '';
    return `@ IN NS ${host}.\n${glue}`;
  });
  return `$ORIGIN ${apex}\n$TTL 300\n@ IN SOA ${servers[0]?.host ?? 'ns'}. hostmaster.${zone === '' ? '' : apex} ${serial} 3600 600 86400 60\n${lines.join('')}${body}`;
}

/** What the zone above says of a site. */
export function delegationText({ zone, servers }: Site): string {
  return servers
    .map(
      ({ host, addresses: own }) =>
        `${zone}. IN NS ${host}.\n${own.map((address) => addressRecord(host, address)).join('')}`,
    )
    .join('');
}
