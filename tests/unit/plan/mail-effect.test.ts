import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportedMail } from '../../../shared/dmarc/policy-evidence.ts';
import { hasAddress, networkRange } from '../../../shared/dns/address-set.ts';
import { askedAtOnce } from '../../../shared/dns/asking.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { parseIp } from '../../../shared/dns/ip.ts';
import type { Judgement } from '../../../shared/judge/judge.ts';
import { effectSide, judgeDomain } from '../../../shared/judge/judge.ts';
import { mailEffect } from '../../../shared/plan/mail-effect.ts';
import { effectLine } from '../../../shared/plan/effect-text.ts';

/** Mail that receivers reported, by other records than those it was sent under. */

const DOMAIN = 'example.com';
const KEY = 'v=DKIM1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=; k=ed25519';

function judged(texts: Readonly<Record<string, string>>): Judgement {
  const subject = {
    domain: DOMAIN,
    bounceDomains: ['bounces.example.com'],
    keys: [{ selector: 's1', domain: DOMAIN }],
  };
  const zone = Object.entries(texts).map(
    ([name, text]): ResourceRecord => ({ name, ttl: 60, type: 'TXT', strings: [text] }),
  );
  return askedAtOnce(judgeDomain(subject), zoneLookup(zone));
}

const records = {
  [DOMAIN]: 'v=spf1 ip4:192.0.2.0/25 ip6:2001:db8::/32 -all',
  'bounces.example.com': 'v=spf1 ip4:203.0.113.7 -all',
  '_dmarc.example.com': 'v=DMARC1; p=none',
  's1._domainkey.example.com': KEY,
};

const way = (change: Partial<ReportedMail>): ReportedMail => ({
  sender: 'Office',
  is: 'ours',
  source: '192.0.2.10',
  from: DOMAIN,
  messages: 10,
  dkim: false,
  spf: true,
  signers: [],
  spfDomain: DOMAIN,
  spfResult: 'pass',
  ...change,
});

const failing = (mail: readonly ReportedMail[], after: Readonly<Record<string, string>>) =>
  mailEffect(mail, { before: judged(records), after: judged(after) }).failing;

describe('mail of reports under a plan', () => {
  it('fails where its address leaves the SPF record, and passes once it is in', () => {
    const narrower = { ...records, [DOMAIN]: 'v=spf1 ip4:198.51.100.77 -all' };
    const shop = way({ sender: 'Shop', source: '198.51.100.77', spf: false, spfResult: 'fail', messages: 48 });
    const effect = mailEffect([way({}), way({ source: '2001:db8::1' }), shop], {
      before: judged(records),
      after: judged(narrower),
    });
    expect(effect).toEqual({
      messages: 68,
      failing: { before: 48, after: 20 },
      senders: [
        { sender: 'Office', is: 'ours', messages: 20, failing: { before: 0, after: 20 } },
        { sender: 'Shop', is: 'ours', messages: 48, failing: { before: 48, after: 0 } },
      ],
      others: 0,
    });
    const [before, after] = [effectSide(judged(records)), effectSide(judged(narrower))];
    expect(effectLine({ before, after, mail: effect })).toContain(
      'Mail of the reports: 48 of 68 messages fail DMARC → 20 of 68 messages fail DMARC.',
    );
  });

  it('passes by a signature for as long as its key is published', () => {
    const signed = way({
      source: '198.51.100.1',
      spf: false,
      spfResult: 'fail',
      dkim: true,
      signers: [`${DOMAIN}/s1`],
    });
    const { 's1._domainkey.example.com': _gone, ...withoutKey } = records;
    expect(failing([signed], records)).toEqual({ before: 0, after: 0 });
    expect(failing([signed], withoutKey)).toEqual({ before: 0, after: 10 });
    expect(failing([{ ...signed, signers: [`${DOMAIN}/s1`, `${DOMAIN}/other`] }], withoutKey).after).toBe(0);
    expect(failing([{ ...signed, signers: ['service.example/k'] }], records)).toEqual({ before: 10, after: 10 });
  });

  it('fails where alignment becomes strict, by the domain in From', () => {
    const strict = { ...records, '_dmarc.example.com': 'v=DMARC1; p=none; aspf=s; adkim=s' };
    const bounced = way({ source: '203.0.113.7', spfDomain: 'bounces.example.com' });
    expect(failing([bounced], strict)).toEqual({ before: 0, after: 10 });
    expect(failing([{ ...bounced, from: 'bounces.example.com' }], strict).after).toBe(0);
  });

  it('takes what is not judged as it was reported', () => {
    const elsewhere = way({ source: '198.51.100.9', spfDomain: 'mail.example.com' });
    expect(failing([elsewhere, { ...elsewhere, spfResult: 'fail' }], records)).toEqual({ before: 10, after: 10 });
    expect(failing([way({ spfDomain: '' })], records).after).toBe(0);
  });
});

it('finds an address in a set exactly where one of its ranges has it', () => {
  const address = fc.integer({ min: 0, max: 60 }).map((last) => `192.0.2.${last}`);
  fc.assert(
    fc.property(fc.uniqueArray(address), address, (members, asked) => {
      const octets = (text: string) => parseIp(text) ?? [];
      const four = members.map((each) => networkRange(octets(each), 32)).sort(([a], [b]) => Number(a - b));
      expect(hasAddress({ four, six: [] }, octets(asked))).toBe(members.includes(asked));
    }),
  );
});
