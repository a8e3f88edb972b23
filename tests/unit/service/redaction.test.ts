import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toUnicode } from 'tr46';
import { fact } from '../../../shared/facts/catalogue.ts';
import { factText } from '../../../shared/facts/fact-text.ts';
import { createRedaction } from '../../../shared/service/redaction.ts';

const RUNS = Number(process.env.SENDWRIGHT_RUNS ?? 300);
const everything = { hideAddresses: true, hideNames: true };
const nothing = { hideAddresses: false, hideNames: false };

function redact(
  text: string,
  options = everything,
  names: readonly string[] = [],
  secrets: readonly string[] = [],
): string {
  return createRedaction(options, { names, secrets }).text(text);
}

/* Hostile data: every spelling of an address, names in A- and U-labels, and the places in which they turn up. */

const octet = fc.integer({ min: 0, max: 255 });
const four = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const six = fc
  .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.constantFrom('short', 'long', 'capitals', 'mapped'))
  .filter(([bytes]) => bytes.some((each) => each > 15))
  .map(([bytes, spelling]) => {
    const address = ipaddr.fromByteArray([...bytes]) as ipaddr.IPv6;
    if (spelling === 'long') return address.parts.map((part) => part.toString(16).padStart(4, '0')).join(':');
    if (spelling === 'capitals') return address.toString().toUpperCase();
    if (spelling === 'mapped') return `::ffff:${bytes.slice(0, 4).join('.')}`;
    return address.toString();
  });
const label = fc.stringMatching(/^[a-z][a-z0-9]{3,12}$/).map((text) => `q${text}`);
const unicodeLabel = fc.constantFrom(
  'bücher',
  'münchen',
  'пример',
  '例え',
  'παράδειγμα',
  'मिसाल',
  'ÅNGSTRÖM',
  'straße',
);
const top = fc.constantFrom('example', 'com', 'co.uk', 'xn--p1ai', '例え', 'museum');
const name = fc
  .tuple(
    fc.array(fc.oneof(label, unicodeLabel, fc.constant('xn--bcher-kva'), fc.constant('_dmarc')), {
      minLength: 1,
      maxLength: 3,
    }),
    label,
    top,
  )
  .map(([labels, own, last]) => [...labels, own, last].join('.'));
const around = fc.constantFrom<(needle: string) => string>(
  (needle) => needle,
  (needle) => `connect ECONNREFUSED ${needle}:443`,
  (needle) => `(${needle})`,
  (needle) => `"${needle}",`,
  (needle) => `no answer from ${needle}.`,
  (needle) => `getaddrinfo ENOTFOUND ${needle}`,
  (needle) => `a,${needle};b`,
  (needle) => `[${needle}]`,
  (needle) => `<b>${needle}</b>`,
  (needle) => `${needle}/24`,
  (needle) => `x=${needle}&y`,
  (needle) => `\n\t${needle}\r\n`,
);

function expectGone(output: string, needle: string): void {
  const plain = output.toLowerCase().normalize('NFC');
  expect(plain).not.toContain(needle.toLowerCase().normalize('NFC'));
}

describe('redaction of addresses', () => {
  it('finds every spelling of IPv4 and IPv6 wherever it stands', () => {
    fc.assert(
      fc.property(fc.oneof(four, six), around, (address, place) => {
        expectGone(redact(place(address), { hideAddresses: true, hideNames: false }), address);
      }),
      { numRuns: RUNS },
    );
  });

  it('finds them within URLs, with ports and zones, and beside colons', () => {
    for (const [text, needle] of [
      ['https://[2001:db8::17]:8443/x', '2001:db8::17'],
      ['fe80::1%eth0: unreachable', 'fe80::1'],
      ['address:2001:db8::1:', '2001:db8::1'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['ip-192-0-2-1.compute.example', '192-0-2-1'],
      ['1.2.0.192.in-addr.arpa', '1.2.0.192'],
      ['1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa', '8.b.d.0'],
      ['１９２．０．２．１', '２'],
      ['2001:DB8:0:0:0:0:0:1,2001:db8::2', '2001:db8::2'],
      ['192.0.2.1:443', '192.0.2'],
    ] as const)
      expectGone(redact(text, { hideAddresses: true, hideNames: false }), needle);
  });

  it('gives one address one stand-in, and leaves times, versions and words', () => {
    const output = redact('a 2001:db8::1 b 2001:0DB8:0:0::1 c 192.0.2.1', { hideAddresses: true, hideNames: false });
    expect(output).toBe('a address-1 b address-1 c address-2');
    const plain = '2026-11-24T12:30:45.000Z took 12:30:45, TLSv1.3, Node 24.21.0, face: bad';
    expect(redact(plain)).toBe(plain);
  });

  it('hides who has a mailbox', () => {
    expect(
      redact('to jörg.müller+x@example.com and "a b"@example.com', { hideAddresses: true, hideNames: false }),
    ).toBe('to mailbox-1@example.com and mailbox-2@example.com');
  });
});

describe('redaction of names', () => {
  it('finds names in A- and U-labels, in capitals, in URLs and in messages, known or not', () => {
    fc.assert(
      fc.property(name, around, fc.boolean(), fc.boolean(), (host, place, isKnown, isUpper) => {
        const written = isUpper ? host.toUpperCase() : host;
        for (const text of [place(written), `https://${written}/a?b=c`, `https://${encodeURI(written)}:8443/`]) {
          const output = redact(text, { hideAddresses: false, hideNames: true }, isKnown ? [host] : []);
          for (const part of host.split('.').filter((each) => each.startsWith('q'))) expectGone(output, part);
          expectGone(output, toUnicode(host).domain);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('finds known texts that look like no name, in every spelling', () => {
    const names = ['Acme & Söhne', 'intranet', 'bücher.example', 'IT'];
    const text =
      'Acme & Söhne; acme & SÖHNE; Acme%20%26%20S%C3%B6hne; https://intranet/x; xn--bcher-kva.example; IT, but not ITEM';
    const output = redact(text, { hideAddresses: false, hideNames: true }, names);
    for (const needle of ['acme', 'söhne', 'S%C3%B6hne', 'intranet', 'bcher']) expectGone(output, needle);
    expect(output).toContain('but not ITEM');
    expect(output.match(/name-\d+/g)?.length).toBe(6);
  });

  it('gives one name one stand-in in every spelling', () => {
    const output = redact('xn--bcher-kva.example BÜCHER.example bücher。example. xn--BCHER-KVA.EXAMPLE', everything);
    expect(new Set(output.split(' ').map((each) => each.replace(/\.$/, '')))).toEqual(new Set(['name-1']));
  });

  it('keeps the documented paths, and finding codes', () => {
    const { value } = createRedaction(everything, { names: [], secrets: [] });
    const kept = { code: 'probe.timed-out', detail: 'POST /0/ServiceModel/CESWebhooksService.svc/HandleWebHooks' };
    expect(value(kept)).toEqual(kept);
    expect(value({ code: 'host.example' })).toEqual({ code: 'name-1' });
    const certificate = {
      subject: 'Acme',
      issuer: 'Acme CA',
      chain: ['Acme', 'Acme CA'],
      fingerprint256: 'AB:'.repeat(31) + 'CD',
    };
    expect(value({ certificate })).toEqual({
      certificate: { subject: 'name-2', issuer: 'name-3', chain: ['name-2', 'name-3'], fingerprint256: '[hidden]' },
    });
  });
});

describe('redaction of secrets', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9_.~-]{8,60}$/);
  const carrier = fc.constantFrom<(needle: string) => string>(
    (needle) => `https://h/p?key=${needle}`,
    (needle) => `https://h/p?a=b&X-Api-Key=${needle}&c=d failed`,
    (needle) => `https://h/#token=${needle}`,
    (needle) => `https://h/p#${needle}`,
    (needle) => `https://h/p;jsessionid=${needle}`,
    (needle) => `https://user:${needle}@h/`,
    (needle) => `HTTPS_PROXY=user:${needle}@proxy:3128`,
    (needle) => `Authorization: Bearer ${needle}`,
    (needle) => `authorization: Basic ${needle}`,
    (needle) => `{"apiKey":"${needle}"}`,
    (needle) => `api_key = '${needle}'`,
    (needle) => `X-Auth-Key: ${needle}`,
    (needle) => `password=${needle}; x`,
    (needle) => `Set-Cookie: ${needle}`,
  );

  it('hides what stands where secrets stand, whatever else is chosen', () => {
    fc.assert(
      fc.property(secret, carrier, fc.boolean(), (needle, place, all) => {
        expect(redact(place(needle), all ? everything : nothing)).not.toContain(needle);
      }),
      { numRuns: RUNS },
    );
  });

  it('hides known secrets anywhere, even within words', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, maxLength: 40 }), fc.string(), fc.string(), (needle, before, after) => {
        fc.pre(needle.trim().length > 3 && !/[\uE000-\uF8FF]/.test(needle) && !'[hidden]'.includes(needle));
        const output = redact(`${before} ${needle} ${after}`, nothing, [], [needle]);
        expect(output).not.toContain(needle);
        const inJson = JSON.parse(
          JSON.stringify(createRedaction(nothing, { names: [], secrets: [needle] }).value({ a: [needle] })),
        ) as unknown;
        expect(JSON.stringify(inJson)).not.toContain(JSON.stringify(needle).slice(1, -1));
      }),
      { numRuns: RUNS },
    );
  });

  it('hides private keys whole and in part, and opaque runs', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const body = pem.split('\n').slice(1, -2);
    for (const text of [pem, `x ${pem.slice(0, -40)}`, JSON.stringify(pem), body.join(''), body[3] as string]) {
      const output = redact(text, nothing);
      for (const line of body) expect(output).not.toContain(line);
    }
    expect(redact('cipher TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', nothing)).toContain('AES_128');
  });
});

describe('redaction as a whole', () => {
  it('keeps numbers and shape, hides once what is hidden already, and stays quick on long texts', () => {
    const { value, text } = createRedaction(everything, { names: ['acme.example'], secrets: [] });
    expect(value({ a: [1, true, null, 'acme.example'], b: { 'acme.example': 'x' } })).toEqual({
      a: [1, true, null, 'name-1'],
      b: { 'name-1': 'x' },
    });
    const once = text('from 192.0.2.1 to bücher.example with ?key=abc');
    expect(text(once)).toBe(once);
    for (const piece of [
      'a',
      '1',
      'a.',
      '1.',
      ':',
      'a:',
      '::1 ',
      '@',
      '?a=',
      'x@y.',
      '%C3',
      '. ',
      'http://',
      '-----BEGIN PRIVATE KEY-----',
    ])
      expect(typeof text(piece.repeat(Math.floor(50_000 / piece.length)))).toBe('string');
  });
});

describe('redaction of facts', () => {
  const hidden = (told: ReturnType<typeof fact>, options = everything) =>
    factText(createRedaction(options, { names: [], secrets: ['s3cret-key'] }).fact(told));

  it('hides a value by what it is, though nothing known says that it is a name', () => {
    expect(hidden(fact('workspace.renamed', { workspace: 'Old Bakery' }))).toBe('Workspace renamed to name-1');
    expect(hidden(fact('folder.watched', { path: '/home/anna/reports' }))).toBe('The folder name-1 is watched');
    expect(hidden(fact('names.first', { domains: ['intern', 'a.example'], others: 3 }))).toBe(
      'name-1, name-2 and 3 more',
    );
    expect(
      hidden(
        fact('domain.because', {
          record: 'spf',
          what: fact('verdict.right-according-to', { resolver: 'named', server: 'ns1' }),
        }),
      ),
    ).toBe('SPF: Published and correct, according to name-1');
    expect(hidden(fact('probe.took', { url: 'https://gateway/metadata', count: 12 }))).toBe(
      'https://name-1/metadata in 12 ms',
    );
  });

  it('leaves words of ours, and hides in the others what is a secret, whatever was chosen', () => {
    const saved = fact('settings.changed', { settings: ['serviceUrl', 'apiKey'] });
    expect(hidden(saved)).toBe('Cloud services connection URL and API key');
    expect(hidden(fact('handed-over.several', { content: 'complete', count: 2, format: 'bind' }))).toBe(
      'Complete record set of 2 domains handed over as Zone file (BIND)',
    );
    for (const options of [everything, nothing])
      expect(hidden(fact('earlier', { outside: 'sent s3cret-key to 192.0.2.1' }), options)).not.toContain('s3cret-key');
    expect(hidden(fact('earlier', { outside: 'from 192.0.2.1 of acme.example' }))).toBe('from address-1 of name-1');
    const finding = { code: 'service.domain-missing', values: { domain: 'acme.example' } };
    expect(hidden(fact('finding.found', { finding }))).not.toContain('acme');
  });
});

describe('a secret that is sealed', () => {
  const { text } = createRedaction(nothing, { names: [], secrets: [], secretEnds: ['cdef'] });

  it('is known by its end, wherever it was typed', () => {
    for (const place of ['https://app.example.com/KEY', 'https://app.example.com/KEY/in?x', 'It was KEY.', '"KEY"'])
      expect(text(place.replace('KEY', 'ak-live-0123456789abcdef'))).not.toContain('ak-live');
    expect(text('It was ak-live-0123456789abcdef.')).toMatch(/^It was .+\.$/);
  });

  it('takes nothing along that is short, goes on, or ends in another way', () => {
    for (const other of ['abcdef', 'ak-live-0123456789abcdefg', 'https://cdef.example.com/app', 'ak-live-0123'])
      expect(text(other)).toBe(other);
  });
});
