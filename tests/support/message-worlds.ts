import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { splitTxt } from '../../shared/dns/txt.ts';

/** Messages that were signed, changed on their way or not, with the DNS that they are judged by. */

export interface MessageWorld {
  readonly octets: Buffer;
  readonly records: readonly ResourceRecord[];
  readonly ip: string;
  readonly helo: string;
  /** MAIL FROM; empty for a message that is not to be answered. */
  readonly mailFrom: string;
  readonly signatures: number;
}

type Random = (below: number) => number;

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }) as Buffer;

interface Key {
  readonly selector: string;
  readonly privateKey: string;
  readonly text: string;
}

function keyPairs(): readonly Key[] {
  const rsa = (selector: string, modulusLength: number): Key => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
    return { selector, privateKey: pem(privateKey), text: `v=DKIM1; k=rsa; p=${spki(publicKey).toString('base64')}` };
  };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const ed25519 = spki(publicKey).subarray(-32).toString('base64');
  return [
    rsa('short', 1024),
    rsa('long', 2048),
    { selector: 'edwards', privateKey: pem(privateKey), text: `v=DKIM1; k=ed25519; p=${ed25519}` },
  ];
}

const DOMAINS = [
  'example.com',
  'news.example.com',
  'deep.news.example.com',
  'example.net',
  'shop.example.org',
] as const;
const ADDRESSES = ['192.0.2.1', '192.0.2.77', '198.51.100.9', '203.0.113.5', '2001:db8::1', '2001:db8:1::9'] as const;
const SPF = [
  'v=spf1 ip4:192.0.2.0/24 -all',
  'v=spf1 ip4:198.51.100.9 ip6:2001:db8::/48 ~all',
  'v=spf1 a mx ?all',
  'v=spf1 include:%i -all',
  'v=spf1 redirect=%i',
  'v=spf1 exists:%{i}.allowed.example.net -all',
  'v=spf1 +all',
  'v=spf1 ip4:192.0.2.0/24',
  'v=spf1 ip4:192.0.2.300 -all',
  'v=spf1 include:nowhere.example.net -all',
  'v=spf1 a:%{d} mx:%{o} -all',
  'v=spf10 -all',
] as const;
const DMARC = [
  'v=DMARC1; p=none',
  'v=DMARC1; p=reject; adkim=s',
  'v=DMARC1; p=quarantine; aspf=s',
  'v=DMARC1; p=reject; adkim=s; aspf=s; sp=none',
  'v=DMARC1; p=none; sp=reject; rua=mailto:d@example.com',
  'v=DMARC1;p=reject;',
] as const;
const CANONICALIZATIONS = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed'] as const;

const txt = (name: string, text: string): ResourceRecord => ({ name, ttl: 60, type: 'TXT', strings: splitTxt(text) });
const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random(items.length)] as Item;

function dnsFor(random: Random, keys: readonly Key[]): readonly ResourceRecord[] {
  const records: ResourceRecord[] = [
    { name: 'example.com', ttl: 60, type: 'A', address: '192.0.2.1' },
    { name: 'example.com', ttl: 60, type: 'MX', preference: 10, exchange: 'mx.example.com' },
    { name: 'mx.example.com', ttl: 60, type: 'A', address: '198.51.100.9' },
    { name: 'example.net', ttl: 60, type: 'AAAA', address: '2001:db8::1' },
    { name: '192.0.2.77.allowed.example.net', ttl: 60, type: 'A', address: '127.0.0.2' },
    txt(
      'included.example.net',
      pick(random, ['v=spf1 ip4:203.0.113.0/24 -all', 'v=spf1 a:example.net ~all', 'v=spf1 ?all']),
    ),
  ];
  for (const domain of DOMAINS) {
    for (let count = random(8) === 0 ? 2 : random(6) === 0 ? 0 : 1; count > 0; count -= 1)
      records.push(txt(domain, pick(random, SPF).replace('%i', 'included.example.net')));
    // The domain of an organisation and one below it: the walk finds either.
    if (random(3) > 0) records.push(txt(`_dmarc.${domain}`, pick(random, DMARC)));
    for (const { selector, text } of keys) {
      if (random(10) === 0) continue;
      const shown = random(12) === 0 ? 'v=DKIM1; p=' : random(12) === 0 ? `${text}; t=s` : text;
      records.push(txt(`${selector}._domainkey.${domain}`, shown));
    }
  }
  return records;
}

const WORDS = [
  'Good',
  'morning',
  '  ',
  '\t',
  'is',
  'news.',
  'ä',
  '.',
  '=20',
  '-- ',
  '\r\n',
  '\r\n\r\n',
  'From here',
] as const;

function textOf(random: Random, from: string): string {
  const body: string[] = [];
  for (let count = random(20); count > 0; count -= 1) body.push(pick(random, WORDS));
  return [
    `From: ${random(2) === 0 ? 'News' : '"News, today"'} <news@${from}>`,
    'To: reader@receiver.example',
    `Subject: ${pick(random, ['A letter', ' two  blanks', 'folded\r\n\there', 'x:y'])}`,
    'Date: Tue, 24 Nov 2026 12:00:00 +0000',
    `Message-ID: <${random(1_000_000)}@${from}>`,
    ...(random(3) === 0
      ? ['List-Unsubscribe: <https://example.com/u>', 'List-Unsubscribe-Post: List-Unsubscribe=One-Click']
      : []),
    '',
    // As on the wire, where every line has its end.
    `${body.join('')}${pick(random, ['\r\n', ' \r\n', '\r\n\r\n', '\r\n \r\n'])}`,
  ].join('\r\n');
}

function changed(random: Random, text: string): string {
  const at = text.indexOf('\r\n\r\n') + 4;
  switch (random(10)) {
    case 0:
      return `${text}x\r\n`;
    case 1:
      return `${text} \r\n`;
    case 2:
      return `${text}\r\n\r\n\r\n`;
    case 3:
      return text.replace(/\r\nSubject: ?/, '\r\nSubject:   ');
    case 4:
      return text.replace('\r\nSubject:', '\r\nSUBJECT:');
    case 5:
      return text.replace('\r\nTo: reader', '\r\nTo: another');
    case 6:
      return `${text.slice(0, at)}[list] ${text.slice(at)}`;
    default:
      return text;
  }
}

/** Makes worlds, one for each call; the keys are the same in all. */
export function createMessageWorlds(): (random: Random) => Promise<MessageWorld> {
  const keys = keyPairs();
  return async (random) => {
    const from = pick(random, DOMAINS);
    const text = textOf(random, from);
    const signers = Array.from({ length: random(4) }, () => ({
      signingDomain: random(2) === 0 ? from : pick(random, DOMAINS),
      ...pick(random, keys),
    }));
    const { signatures } = await dkimSign(text, {
      canonicalization: pick(random, CANONICALIZATIONS),
      signatureData: signers.map(({ signingDomain, selector, privateKey }) => ({
        signingDomain,
        selector,
        privateKey,
      })),
    } as never);
    const sender = random(8) === 0 ? '' : `bounce@${random(2) === 0 ? from : pick(random, DOMAINS)}`;
    return {
      octets: Buffer.from(changed(random, `${signatures}${text}`), 'utf8'),
      records: dnsFor(random, keys),
      ip: pick(random, ADDRESSES),
      helo: pick(random, ['mx.example.com', 'out.example.net', ...DOMAINS]),
      mailFrom: sender,
      signatures: signers.length,
    };
  };
}
