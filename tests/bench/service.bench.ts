import { ratioText } from '../support/build-before.ts';
import { recordsFor } from '../../shared/service/interface/account-records.ts';
import { readSenderDomains } from '../../shared/service/interface/answers.ts';
import { compareDomains } from '../../shared/service/interface/compare-domains.ts';

/** An account of 10,000 sender domains, listed, compared and read into records, against `JSON.parse` of the same answer. */

const DOMAINS = 10_000;
const PAIRS = 15;
const TARGET = 3;

/** Fields of a domain as the newest service gives them: each record with name, type and value apart. */
function domain(index: number) {
  const name = `mail${index}.company${index % 4000}.example`;
  const key = Buffer.from(`${index}`.padEnd(162, 'key')).toString('base64');
  const detail = (hostname: string, type: string, value: string, senderDomainRecordCategory: string) => ({
    hostname,
    type,
    value,
    senderDomainRecordCategory,
    status: index % 3 === 0 ? 'inactive' : 'active',
  });
  return {
    domain: name,
    status: index % 3 === 0 ? 'inactive' : 'active',
    error: index % 3 === 0 ? 'The records were not found' : null,
    key,
    mx: null,
    spfKey: null,
    recordDetails: [
      detail(name, 'TXT', 'v=spf1 a mx include:_spf.provider.example ~all', 'SPF'),
      detail(`m1._domainkey.${name}`, 'TXT', `k=rsa; t=s; p=${key}`, 'DKIM'),
      detail(`em${index}.${name}`, 'MX', '0 mx.provider.example', 'MX'),
      detail(`track.${name}`, 'CNAME', 'links.provider.example', 'CNAME'),
    ],
  };
}

const account = {
  status: 'ok',
  code: 0,
  message: '',
  dmarkValue: '_dmarc TXT v=DMARC1;p=none;',
  domains: Array.from({ length: DOMAINS }, (_each, index) => domain(index)),
};

/** The other spelling in which services answer: each name with a capital. */
function capitalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalised);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [
    `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
    capitalised(each),
  ]);
  return Object.fromEntries(entries);
}
const here = Array.from({ length: DOMAINS }, (_each, index) => domain(index + DOMAINS / 2).domain);

function whole(answer: string): number {
  const read = readSenderDomains(answer);
  if (!read.understood) throw new Error('the answer was not understood');
  const compared = compareDomains(here, read.value.domains).length;
  return read.value.domains.reduce((sum, each) => sum + recordsFor(read.value, each).records.length, compared);
}

/** @returns milliseconds of the processor. */
function milliseconds(work: () => unknown): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

function measure(label: string, answer: string) {
  const expected = DOMAINS + DOMAINS / 2 + DOMAINS * 5;
  // The first of both is slower than all that follow.
  const first = whole(answer);
  if (first !== expected) throw new Error(`expected ${expected}, got ${first}`);
  JSON.parse(answer);
  const pairs = Array.from({ length: PAIRS }, () => ({
    ours: milliseconds(() => whole(answer)),
    theirs: milliseconds(() => JSON.parse(answer)),
  }));
  const { median, text } = ratioText(pairs.map(({ ours, theirs }) => ours / theirs));
  const { ours, theirs } = pairs.at(-1) as (typeof pairs)[number];
  return {
    label: `${DOMAINS} domains of an account listed, compared and read into records${label}, time of the processor to JSON.parse of the same answer`,
    value: `${text}, ${ours.toFixed(0)} ms against ${theirs.toFixed(0)} ms`,
    target: `≤ ${TARGET} ×`,
    met: median <= TARGET,
  };
}

export const bench = {
  name: 'service',
  run: async () => [
    measure('', JSON.stringify(account)),
    measure(' from names with a capital', JSON.stringify(capitalised(account))),
  ],
};
