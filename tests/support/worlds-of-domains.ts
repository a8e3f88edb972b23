import { defaultConfiguration } from '../../main/core/domains/service.ts';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import type { RequiredRecord } from '../../shared/required/record.ts';
import type { DomainNeeds } from '../../shared/providers/required-records.ts';
import { requiredRecords } from '../../shared/providers/required-records.ts';
import { txt } from './hand-over.ts';
import { needs } from './needs.ts';
import { providerSide } from './observed.ts';

/** Worlds of DNS with one sender domain in them, as they are met: sound records, slips, leftovers, wildcards, neighbours. */

export interface DomainWorld {
  readonly domain: string;
  readonly zone: string;
  readonly needs: DomainNeeds;
  readonly required: readonly RequiredRecord[];
  /** All there is: the zone, the providers, everybody else. */
  readonly records: readonly ResourceRecord[];
  /** Everything that the providers have to publish is there. */
  readonly isProviderReady: boolean;
  /** What the domain's own DMARC record was meant as, where a slip of certain meaning keeps receivers from reading it. */
  readonly meant: string | null;
}

export type Random = (below: number) => number;

const ZONE = 'example.com';
const DOMAINS = [
  'news.example.com',
  'news.example.com',
  'news.example.com',
  'example.com',
  'a.news.example.com',
  'a.b.c.d.e.f.example.com',
  'a.b.c.d.e.f.g.example.com',
  // With a selector before it, or a bounce label, it is longer than DNS can carry (RFC 1035 §3.1).
  `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(30)}.example.com`,
];
const TEMPLATES: readonly (readonly [id: string, mode?: string])[] = [
  ['elastic-email'],
  ['mailgun'],
  ['unione'],
  ['amazon-ses'],
  ['postmark'],
  ['sendgrid'],
  ['brevo'],
  ['mailjet'],
  ['unione', 'own-tracking'],
];

/** Addresses at and beside the borders of every network that a world knows. */
export const SAMPLES = [
  '192.0.2.1',
  '192.0.2.10',
  '192.0.2.14',
  '192.0.2.25',
  '192.0.2.80',
  '192.0.2.200',
  '203.0.113.7',
  '203.0.113.9',
  '203.0.113.100',
  '203.0.113.150',
  '203.0.113.250',
  '198.51.100.1',
  '198.51.100.9',
  '198.51.100.200',
  '10.9.9.9',
  '2001:db8:2::1',
  '2001:db8:9::1',
  '2001:db8:f::1',
  '2001:db8:ffff::1',
];
/** Those of them that a provider sends from. */
export const PROVIDER_SAMPLES = SAMPLES.filter((ip) => ip.startsWith('198.51.100.'));

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random(items.length)] as Item;
const isOne = (random: Random, of: number) => random(of) === 0;

const OTHER_KEY =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB';

/** Others whom records lead to. */
function neighbours(random: Random): ResourceRecord[] {
  const heavy = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7'];
  return [
    txt('_spf.vendor1.example', 300, 'v=spf1 ip4:203.0.113.0/25 ~all'),
    txt('_spf.vendor2.example', 300, 'v=spf1 include:_spf.vendor3.example ip6:2001:db8:2::/48 -all'),
    txt('_spf.vendor3.example', 300, 'v=spf1 ip4:203.0.113.128/26 ~all'),
    txt('_spf.unreadable.example', 300, 'v=spf1 ipv4:192.0.2.1 -all'),
    txt('_spf.two.example', 300, 'v=spf1 -all'),
    txt('_spf.two.example', 300, 'v=spf1 ~all'),
    txt('_spf.heavy.example', 300, `v=spf1 ${heavy.map((name) => `include:${name}.heavy.example`).join(' ')} ~all`),
    ...heavy.map((name, index) => txt(`${name}.heavy.example`, 300, `v=spf1 ip4:192.0.2.${200 + index} ~all`)),
    ...(isOne(random, 2) ? [txt('example.com._report._dmarc.reports.example', 300, 'v=DMARC1;')] : []),
    ...(isOne(random, 3) ? [txt('*._report._dmarc.reports.example', 300, 'v=DMARC1')] : []),
  ];
}

const POLICIES = ['none', 'none', 'quarantine', 'reject', 'reject'];
const ADDRESSES = ['mailto:dmarc@example.com', 'mailto:r@reports.example', 'mailto:x@elsewhere.example'];

function dmarcText(random: Random, isOrganisation: boolean): string {
  const tags = [`p=${pick(random, POLICIES)}`];
  if (isOne(random, 4)) tags.push(`sp=${pick(random, POLICIES)}`);
  if (isOne(random, 5)) tags.push(`np=${pick(random, POLICIES)}`);
  if (isOne(random, 6)) tags.push('t=y');
  if (isOrganisation && isOne(random, 12)) tags.push('psd=n');
  if (isOne(random, 8)) tags.push('adkim=s');
  if (isOne(random, 8)) tags.push('aspf=s');
  if (!isOne(random, 3))
    tags.push(`rua=${pick(random, ADDRESSES)}${isOne(random, 6) ? `,${pick(random, ADDRESSES)}` : ''}`);
  if (isOne(random, 8)) tags.push(`ruf=${pick(random, ADDRESSES)}`, 'fo=1');
  if (isOne(random, 12)) tags.push('pct=50');
  return `v=DMARC1; ${tags.join('; ')}`;
}

/** A slip, and whether nobody could mean anything else by what comes of it. */
const DMARC_SLIPS: readonly (readonly [slip: (text: string) => string, isCertain: boolean])[] = [
  [(text) => text.replace('p=', 'p:'), true],
  [(text) => text.replace('rua=', 'rua:'), true],
  [(text) => `_dmarc IN TXT "${text.replaceAll(';', '\\;')}"`, true],
  [(text) => `"${text}"`, true],
  [(text) => text.replaceAll(';', ''), true],
  [(text) => `${text}; p=none`, false],
  [(text) => text.replace('v=DMARC1', 'v=dmarc1'), true],
  [(text) => text.replace(/p=\w+/, 'p=bogus'), false],
  [(text) => text.replace('mailto:', ''), true],
  [(text) => `${text.replace('v=DMARC1; ', '')}; v=DMARC1`, true],
  [(text) => text.replace('v=DMARC1; ', ''), true],
  [(text) => text.replace('DMARC1', 'DMARC'), true],
  [(text) => text.replaceAll(';', ':'), true],
];

interface PolicyTexts {
  readonly records: readonly ResourceRecord[];
  /** What the one text there was meant as, where that is certain and it is not what stands there. */
  readonly meant: string | null;
}

function dmarcAt(random: Random, name: string, isOrganisation: boolean): PolicyTexts {
  const text = () => dmarcText(random, isOrganisation);
  let meant: string | null = null;
  const slip = () => {
    const [spoil, isCertain] = pick(random, DMARC_SLIPS);
    const right = text();
    const spoilt = spoil(right);
    meant = isCertain && spoilt !== right ? right : null;
    return spoilt;
  };
  const texts = pick(random, [
    () => [text()],
    () => [text()],
    () => [text()],
    () => [text()],
    () => [slip()],
    () => [text(), slip()],
    () => [text(), text()],
  ])();
  const records = [...new Set(texts)].map((each) => txt(`_dmarc.${name}`, 300, each));
  return { records, meant: records.length === 1 ? meant : null };
}

const NO_POLICY: PolicyTexts = { records: [], meant: null };

const TERMS = [
  'ip4:192.0.2.0/28',
  'ip4:203.0.113.7',
  'ip6:2001:db8:9::/48',
  'a',
  'mx',
  'a:mail.example.com',
  'a:gone.example.com',
  'mx:gone.example.com',
  'a:gone2.example.com',
  'exists:mail.example.com',
  'include:_spf.vendor1.example',
  'include:_spf.vendor1.example',
  'include:_spf.vendor2.example',
  'include:_spf.gone.example',
  'include:_spf.unreadable.example',
  'include:_spf.two.example',
  'include:_spf.heavy.example',
  '-ip4:198.51.100.0/25',
  '?ip4:198.51.100.0/24',
  '~ip4:198.51.100.9',
];
const ENDINGS = [
  '-all',
  '-all',
  '~all',
  '~all',
  '?all',
  '+all',
  '',
  'redirect=_spf.vendor1.example',
  'redirect=_spf.gone.example',
];

function spfText(random: Random, wanted: readonly string[]): string {
  const pool = [
    ...TERMS,
    ...wanted,
    ...wanted,
    ...wanted.map((term) => `-${term}`),
    ...wanted.map((term) => `?${term}`),
  ];
  const terms = new Set(Array.from({ length: random(5) }, () => pick(random, pool)));
  return ['v=spf1', ...terms, pick(random, ENDINGS)].filter((part) => part !== '').join(' ');
}

const SPF_SLIPS: readonly ((text: string) => string)[] = [
  (text) => text.replace('include:', 'include:https://'),
  (text) => text.replace('ip4:', 'ip4='),
  (text) => text.replace(/ ([-~?]all)$/, '$1'),
  (text) => text.replace('v=spf1', 'spf1'),
  (text) => text.replace('v=spf1', 'v:spf1'),
  (text) => text.replace('v=spf1 ', ''),
  (text) => `@ IN TXT "${text}"`,
  (text) => `${text} ip4:203.0.113.9`,
  (text) => text.replace(' ', '  '),
  (text) => text.replace('v=spf1', 'v=spf1 exp=explain.example.com'),
];

function spfAt(random: Random, name: string, wanted: readonly string[]): ResourceRecord[] {
  const text = () => spfText(random, wanted);
  const slip = () => pick(random, SPF_SLIPS)(text());
  const texts = pick(random, [
    () => [],
    () => [text()],
    () => [text()],
    () => [text()],
    () => [text()],
    () => [slip()],
    () => [text(), slip()],
    () => [text(), text()],
  ])();
  return [...new Set(texts)].map((each) => txt(name, 300, each));
}

/** What may stand at the name of a required record before. */
function leftover(random: Random, { name, type, purpose, value }: RequiredRecord): ResourceRecord[] {
  if (value.state === 'waiting' || isOne(random, 2)) return [];
  const data = value.data;
  const asked: ResourceRecord = { name, ttl: 300, ...data };
  if (type === 'CNAME')
    return pick<ResourceRecord[]>(random, [
      [asked],
      [asked],
      [{ name, ttl: 300, type, target: 'old.elsewhere.example' }],
      [txt(name, 300, 'in the way')],
    ]);
  if (data.type === 'NS') {
    const other: ResourceRecord = { name, ttl: 300, type: 'NS', target: 'ns.elsewhere.example' };
    return pick<ResourceRecord[]>(random, [
      [asked],
      [other],
      [asked, other],
      [txt(name, 300, 'in the way')],
      [txt(`below.${name}`, 300, 'in the way')],
      [{ name, ttl: 300, type: 'CNAME', target: 'old.elsewhere.example' }],
    ]);
  }
  if (type === 'MX') {
    const other: ResourceRecord = { name, ttl: 300, type, preference: 5, exchange: 'mail.example.com' };
    return pick<ResourceRecord[]>(random, [[asked], [other], [asked, other]]);
  }
  if (purpose === 'dkim')
    return pick<ResourceRecord[]>(random, [
      [asked],
      [txt(name, 300, `v=DKIM1; k=rsa; p=${OTHER_KEY}`)],
      [txt(name, 300, 'v=DKIM1; k=rsa; p=')],
      [txt(name, 300, 'hello')],
      [asked, txt(name, 300, `v=DKIM1; p=${OTHER_KEY}`)],
      [{ name, ttl: 300, type: 'CNAME', target: 'key.elsewhere.example' }],
    ]);
  return purpose === 'verification' ? [asked] : [];
}

function wildcards(random: Random, domain: string, wanted: readonly string[]): ResourceRecord[] {
  const found: ResourceRecord[] = [];
  const name = pick(random, [`*.${ZONE}`, `*.${domain}`, `*._domainkey.${domain}`]);
  if (isOne(random, 8)) found.push(txt(name, 300, spfText(random, wanted)));
  if (isOne(random, 16)) found.push(txt(name, 300, dmarcText(random, false)));
  if (isOne(random, 16)) found.push({ name, ttl: 300, type: 'MX', preference: 10, exchange: 'mail.example.com' });
  if (isOne(random, 16)) found.push({ name, ttl: 300, type: 'A', address: '192.0.2.80' });
  if (found.length === 0 && isOne(random, 8))
    found.push({ name, ttl: 300, type: 'CNAME', target: '_spf.vendor1.example' });
  return found;
}

/** What no name server loads goes: anything beside an alias, a record twice. */
function loadable(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const kept: ResourceRecord[] = [];
  const texts = new Set<string>();
  for (const record of records) {
    const here = kept.filter(({ name }) => name === record.name);
    if (here.some(({ type }) => type === 'CNAME') || (record.type === 'CNAME' && here.length > 0)) continue;
    const text = JSON.stringify(record);
    if (!texts.has(text)) kept.push(record);
    texts.add(text);
  }
  return kept;
}

export function makeWorld(random: Random): DomainWorld {
  const domain = pick(random, DOMAINS);
  const dmarc = {
    ...defaultConfiguration.dmarc,
    policy: pick(random, ['none', 'none', 'none', 'quarantine', 'reject'] as const),
    subdomainPolicy: isOne(random, 8) ? pick(random, ['none', 'quarantine', 'reject'] as const) : null,
    testing: isOne(random, 7),
    reportAddress: pick(random, [null, null, 'dmarc@example.com', 'r@reports.example', 'new@example.com']),
  };
  const [template, mode] = pick(random, TEMPLATES);
  const chosen = needs(template, { domain, dmarc, neverSends: isOne(random, 12) }, mode);
  const [secondTemplate, secondMode] = pick(random, TEMPLATES);
  const second = isOne(random, 10) ? needs(secondTemplate, { domain }, secondMode).providers : [];
  const wantedNeeds: DomainNeeds = { ...chosen, providers: [...chosen.providers, ...second] };
  const required = requiredRecords(wantedNeeds);
  const terms = required.flatMap(({ match }) => (match.kind === 'spf-terms' ? match.terms : []));
  const side = providerSide(required);
  const isProviderReady = !isOne(random, 8);
  const spfNames = [
    ...new Set([domain, ...required.filter(({ purpose }) => purpose === 'spf').map(({ name }) => name)]),
  ];
  const top = isOne(random, 4) ? NO_POLICY : dmarcAt(random, ZONE, true);
  const own = domain !== ZONE && isOne(random, 3) ? dmarcAt(random, domain, false) : NO_POLICY;
  const records = loadable([
    ...(isProviderReady ? side : side.filter(() => isOne(random, 2))),
    ...neighbours(random),
    { name: ZONE, ttl: 300, type: 'A', address: '192.0.2.25' },
    { name: 'mail.example.com', ttl: 300, type: 'A', address: '192.0.2.10' },
    ...required.flatMap((record) => leftover(random, record)),
    ...top.records,
    ...own.records,
    ...(domain === 'a.news.example.com' && isOne(random, 3) ? dmarcAt(random, 'news.example.com', false).records : []),
    ...spfNames.flatMap((name) => spfAt(random, name, terms)),
    ...(isOne(random, 3) ? [txt(domain, 300, 'site-verification=1a2b3c')] : []),
    ...(isOne(random, 3) ? [txt(domain, 300, 'unione-validate-hash=0')] : []),
    ...(isOne(random, 3)
      ? [{ name: domain, ttl: 300, type: 'MX' as const, preference: 10, exchange: 'mail.example.com' }]
      : []),
    ...(isOne(random, 4) ? [{ name: domain, ttl: 300, type: 'A' as const, address: '192.0.2.14' }] : []),
    ...wildcards(random, domain, terms),
  ]);
  const { meant } = domain === ZONE ? top : own;
  return { domain, zone: ZONE, needs: wantedNeeds, required, records, isProviderReady, meant };
}
