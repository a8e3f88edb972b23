import { beforeAll, describe, expect, it } from 'vitest';
import { generateDkimKey } from '../../../shared/dkim/generate.ts';
import type { Lookup } from '../../../shared/dns/lookup.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { splitTxt } from '../../../shared/dns/txt.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { mailboxProviders } from '../../../shared/policy/mailbox-providers.ts';
import type { ReceiverVerdict } from '../../../shared/judge/receiver.ts';
import { receiverVerdict } from '../../../shared/judge/receiver.ts';

const txt = (name: string, text: string): ResourceRecord => ({ name, ttl: 60, type: 'TXT', strings: splitTxt(text) });
const offline: Lookup = { query: () => ({ status: 'failure', reason: 'offline', message: 'no network' }) };

let key = '';
/** RFC 6376 would allow 512 bits; RFC 8301 forbids less than 1024. */
const SHORT_KEY =
  'v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL6kCfZ7oLxXyCm8JN7aTJbZW0cYHmBCkWNPmY7aKdrK+lFcXw6mYkmFrhuVKfKnVEpSw6fR3/bUVfXpbGd1X3cCAwEAAQ==';

beforeAll(async () => {
  key = (await generateDkimKey({ algorithm: 'rsa', bits: 1024 })).record;
});

const spf = txt('example.com', 'v=spf1 include:_spf.provider.example -all');
const providerSpf = txt('_spf.provider.example', 'v=spf1 ip4:192.0.2.0/24 -all');
const dmarc = txt('_dmarc.example.com', 'v=DMARC1; p=none');

function judge(
  records: readonly ResourceRecord[] | Lookup,
  change: Partial<Parameters<typeof receiverVerdict>[0]> = {},
) {
  return receiverVerdict({
    domain: 'example.com',
    lookup: 'query' in records ? records : zoneLookup(records),
    dkim: [{ selector: 's1', domain: 'example.com' }],
    providerTerms: ['include:_spf.provider.example'],
    ...change,
  });
}

const outcomes = (verdict: ReceiverVerdict) =>
  verdict.mailboxProviders.map(({ id, outcome, outcomeForFew }) => `${id} ${outcome} ${outcomeForFew}`);
const states = (verdict: ReceiverVerdict, id = 'google') =>
  Object.fromEntries(
    verdict.mailboxProviders
      .find((provider) => provider.id === id)
      ?.requirements.map((requirement) => [requirement.text, requirement.state]) ?? [],
  );

describe('the receivers’ verdict', () => {
  it('accepts mail that meets every demand, and never passes what DNS can’t show', async () => {
    const verdict = await judge([spf, providerSpf, dmarc, txt('s1._domainkey.example.com', key)]);
    expect(verdict.spf).toMatchObject({ address: '192.0.2.0', result: { result: 'pass' } });
    expect(outcomes(verdict)).toEqual([
      'google accepted accepted',
      'yahoo accepted accepted',
      'microsoft accepted accepted',
      'apple accepted accepted',
      'laposte accepted accepted',
    ]);
    expect(states(verdict)).toEqual({
      'SPF or DKIM passes': 'met',
      'DKIM keys of 1024 bits or more': 'met',
      'Sending addresses with forward and reverse DNS': 'not-checkable-here',
      'TLS for delivery': 'not-checkable-here',
      'Complaint rate under 0.3 %': 'not-checkable-here',
      'SPF and DKIM both pass': 'met',
      'A DMARC record, at least p=none': 'met',
      'From aligned with SPF or DKIM': 'met',
      'One-click unsubscribe (RFC 8058)': 'not-checkable-here',
    });
  });

  it('refuses bulk mail with SPF alone, and takes the mail of those who send little', async () => {
    const verdict = await judge([spf, providerSpf, dmarc]);
    expect(outcomes(verdict)).toEqual([
      'google refused accepted',
      'yahoo refused accepted',
      'microsoft refused accepted',
      'apple refused accepted',
      'laposte accepted accepted',
    ]);
    expect(states(verdict)).toMatchObject({ 'SPF or DKIM passes': 'met', 'SPF and DKIM both pass': 'not-met' });
    const google = verdict.mailboxProviders[0]?.requirements.find((each) => each.text === 'SPF and DKIM both pass');
    expect(google).toMatchObject({ audience: 'bulk', rejection: '4.7.27, 4.7.30, 5.7.27, 5.7.30' });
  });

  it('refuses everybody without either', async () => {
    const verdict = await judge([txt('example.com', 'v=spf1 -all'), providerSpf, dmarc]);
    expect(outcomes(verdict)).toEqual([
      'google refused refused',
      'yahoo refused refused',
      'microsoft refused accepted',
      'apple refused accepted',
      'laposte refused refused',
    ]);
  });

  it('wants a DMARC record, and alignment', async () => {
    const signed = txt('s1._domainkey.example.com', key);
    expect(states(await judge([spf, providerSpf, signed]))).toMatchObject({
      'A DMARC record, at least p=none': 'not-met',
      'From aligned with SPF or DKIM': 'not-met',
    });
    const broken = await judge([spf, providerSpf, signed, txt('_dmarc.example.com', 'v=DMARC1; p=maybe')]);
    expect(broken.mailboxProviders[2]?.requirements[1]).toMatchObject({
      state: 'not-met',
      detail: 'The record at example.com has no valid policy',
    });
    const foreign = [
      txt('s1._domainkey.provider.example', key),
      txt('provider.example', 'v=spf1 ip4:192.0.2.0/24 -all'),
    ];
    const verdict = await judge([dmarc, providerSpf, ...foreign], {
      mailFromDomain: 'provider.example',
      dkim: [{ selector: 's1', domain: 'provider.example' }],
    });
    expect(outcomes(verdict).at(-1)).toBe('laposte refused refused');
    expect(verdict.dmarc).toMatchObject({ result: 'fail', spfAligned: false, dkimAligned: false });
    expect(states(verdict)).toMatchObject({
      'SPF and DKIM both pass': 'met',
      'From aligned with SPF or DKIM': 'not-met',
    });
  });

  it('refuses a DKIM key under 1024 bits', async () => {
    const verdict = await judge([spf, providerSpf, dmarc, txt('s1._domainkey.example.com', SHORT_KEY)]);
    expect(verdict.dkim[0]).toMatchObject({ state: 'unusable', bits: 512 });
    expect(states(verdict)).toMatchObject({ 'DKIM keys of 1024 bits or more': 'not-met' });
    expect(outcomes(verdict)[0]).toBe('google refused refused');
  });

  it('takes one usable key for enough, and several texts at one selector for none', async () => {
    const two = [
      { selector: 's1', domain: 'example.com' },
      { selector: 's2', domain: 'example.com' },
    ];
    const here = [spf, providerSpf, dmarc, txt('s2._domainkey.example.com', key)];
    expect(states(await judge(here, { dkim: two }))['SPF and DKIM both pass']).toBe('met');
    const doubled = await judge([...here, txt('s2._domainkey.example.com', key)], { dkim: two });
    expect(doubled.dkim.map((view) => view.state)).toEqual(['missing', 'unusable']);
    expect(doubled.dkim[1]?.findings.map((finding) => finding.code)).toContain('dkim.several-keys');
    expect(states(doubled)['SPF and DKIM both pass']).toBe('not-met');
    const revoked = await judge([spf, providerSpf, dmarc, txt('s1._domainkey.example.com', 'v=DKIM1; p=')]);
    expect(revoked.dkim[0]?.state).toBe('unusable');
  });

  it('follows a delegated selector, and names an alias that leads nowhere', async () => {
    const alias: ResourceRecord = {
      name: 's1._domainkey.example.com',
      ttl: 60,
      type: 'CNAME',
      target: 's1.provider.example',
    };
    const followed = await judge([spf, providerSpf, dmarc, alias, txt('s1.provider.example', key)]);
    expect(followed.dkim[0]).toMatchObject({ state: 'usable', bits: 1024 });
    expect(followed.dkim[0]?.findings).toContainEqual(
      expect.objectContaining({ code: 'dkim.delegated', values: { target: 's1.provider.example' } }),
    );
    const dangling = await judge([spf, providerSpf, dmarc, alias]);
    expect(dangling.dkim[0]).toMatchObject({ state: 'missing', findings: [{ code: 'dkim.dangling-alias' }] });
  });

  it('knows nothing offline, and says so', async () => {
    const verdict = await judge(offline);
    expect(outcomes(verdict)).toEqual([
      'google unknown unknown',
      'yahoo unknown unknown',
      'microsoft unknown accepted',
      'apple unknown accepted',
      'laposte unknown unknown',
    ]);
    expect(verdict.dmarc.result).toBe('temperror');
    expect(Object.values(states(verdict)).every((state) => state === 'unknown' || state === 'not-checkable-here')).toBe(
      true,
    );
    const noSelector = await judge([spf, providerSpf, dmarc], { dkim: [] });
    expect(states(noSelector)['SPF and DKIM both pass']).toBe('unknown');
  });

  it('finds an address behind a, mx, include and redirect, and asks no more than SPF may', async () => {
    const find = async (terms: string[], ...records: ResourceRecord[]) =>
      (await judge(records, { providerTerms: terms })).spf.address;
    const a: ResourceRecord = { name: 'out.provider.example', ttl: 60, type: 'A', address: '198.51.100.7' };
    const mx: ResourceRecord = {
      name: 'example.com',
      ttl: 60,
      type: 'MX',
      preference: 1,
      exchange: 'out.provider.example',
    };
    expect(await find(['ip6:2001:db8::/32'])).toBe('2001:db8::');
    expect(await find(['-ip4:192.0.2.1', 'ip4:192.0.2.2'])).toBe('192.0.2.2');
    expect(await find(['a:out.provider.example'], a)).toBe('198.51.100.7');
    expect(await find(['mx'], a, mx)).toBe('198.51.100.7');
    expect(await find(['redirect=r.example'], a, txt('r.example', 'v=spf1 a:out.provider.example'))).toBe(
      '198.51.100.7',
    );
    const kept = txt('kept.example', 'v=spf1 ip4:203.0.113.1 -all');
    expect(await find(['-include:kept.example', '~a:out.provider.example', 'ip4:192.0.2.2'], a, kept)).toBe(
      '192.0.2.2',
    );
    expect(await find(['-include:kept.example', '~a:out.provider.example', 'mx'], a, kept)).toBeNull();
    expect(await find(['exists:%{i}.example'])).toBeNull();
    let questions = 0;
    const wide = txt(
      '*.provider.example',
      `v=spf1 ${Array.from({ length: 9 }, (_n, i) => `include:i${i}.provider.example`).join(' ')}`,
    );
    const zone = zoneLookup([wide]);
    const counting: Lookup = {
      query(name, type) {
        if (name.endsWith('.provider.example')) questions += 1;
        return zone.query(name, type);
      },
    };
    expect((await judge(counting)).spf.address).toBeNull();
    // Ten lookups for each family of addresses.
    expect(questions).toBeLessThanOrEqual(20);
  });

  it('has every demand with an audience, none twice', () => {
    for (const { id, requirements, source, date } of mailboxProviders) {
      expect(new Set(requirements.map((requirement) => requirement.text)).size, id).toBe(requirements.length);
      expect(source).not.toBe('');
      expect(date).toMatch(/^\d{4}-\d\d$/);
    }
  });
});
