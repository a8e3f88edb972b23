import { expect, it } from 'vitest';
import { defaultConfiguration } from '../../../main/core/domains/service.ts';
import { generateDkimKey } from '../../../shared/dkim/generate.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { satisfies } from '../../../shared/plan/satisfies.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';

/** A key made here is fulfilled by its record, however it is written, and by no other. */

const domain = 'example.com';

function needs(publicKey: string, algorithm: 'rsa' | 'ed25519'): RequiredRecord {
  const records = requiredRecords({
    domain,
    providers: [],
    dkimKeys: [{ selector: 's1', algorithm, publicKey }],
    dmarc: defaultConfiguration.dmarc,
    neverSends: false,
    extras: [],
  });
  return records.find(({ purpose }) => purpose === 'dkim') as RequiredRecord;
}

const published = (...texts: string[]): ResourceRecord[] =>
  texts.map((text) => ({ name: `s1._domainkey.${domain}`, ttl: 300, type: 'TXT', strings: [text] }));

it.each([{ algorithm: 'rsa', bits: 2048 }, { algorithm: 'ed25519' }] as const)(
  'a key made here is published when its record is, whatever its form: $algorithm',
  async (kind) => {
    const { publicKey, record } = await generateDkimKey(kind);
    const required = needs(publicKey, kind.algorithm);
    expect(required.source.kind).toBe('local-key');
    expect(satisfies(required, published(record))).toBe(true);
    expect(satisfies(required, published(`p=${publicKey} ;k=${kind.algorithm}`))).toBe(true);
    expect(satisfies(required, published(record.slice(0, -9)))).toBe(false);
    expect(satisfies(required, published('v=DKIM1; p='))).toBe(false);
    expect(satisfies(required, published(record, record))).toBe(false);
    expect(satisfies(required, published())).toBe(false);
    const other = await generateDkimKey(kind);
    expect(satisfies(required, published(other.record))).toBe(false);
  },
);
