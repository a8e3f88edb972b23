import { describe, expect, it } from 'vitest';
import type { SourceSum } from '../../../shared/evidence/senders/senders.ts';
import { policyEvidence, sendersOf } from '../../../shared/evidence/senders/senders.ts';

const sum = (change: Partial<SourceSum>): SourceSum => ({
  source: '192.0.2.10',
  messages: 10,
  dkim: 'pass',
  spf: 'pass',
  signers: ['example.com/s1'],
  failedSigners: [],
  spfDomain: 'example.com',
  spfResult: 'pass',
  reasons: [],
  reporters: 1,
  since: 1_772_323_200,
  until: 1_772_409_599,
  ...change,
});

/** Mail of a service that passes for itself alone. */
const shop = sum({
  source: '198.51.100.77',
  messages: 310,
  dkim: 'fail',
  spf: 'fail',
  signers: ['amazonses.com/k'],
  spfDomain: 'eu.amazonses.com',
});
const forger = sum({
  source: '203.0.113.200',
  messages: 45,
  dkim: 'fail',
  spf: 'fail',
  signers: [],
  spfResult: 'fail',
});

describe('senders', () => {
  it('groups sources by network where the domain’s own key signs, with the selectors', () => {
    const [office, ...others] = sendersOf('example.com', [
      sum({}),
      sum({ source: '192.0.2.11', messages: 5, spf: 'fail', signers: ['mail.example.com/s2'] }),
    ]);
    expect(others).toEqual([]);
    expect(office).toMatchObject({
      key: 'network:192.0.2.0/24',
      kind: 'ours',
      messages: 15,
      pass: 15,
      dkimAligned: 15,
      spfAligned: 10,
      sourceCount: 2,
      selectors: ['s1', 's2'],
    });
  });

  it('names the addresses that the domain’s own SPF record misses, and no other domain’s', () => {
    const office = { source: '192.0.2.12', spf: 'fail', spfResult: 'softfail' };
    const senders = sendersOf('example.com', [
      sum({}),
      sum(office),
      sum({ ...office, source: '192.0.2.13', spfDomain: 'bounces.example.net' }),
      sum({ ...office, source: '192.0.2.14', spfResult: 'temperror' }),
    ]);
    expect(senders.flatMap(({ notInSpf }) => notInSpf)).toEqual(['192.0.2.12']);
  });

  it('tells a service that authenticates itself alone from one that passes as the domain’s own', () => {
    const passing = sum({
      source: '198.51.100.20',
      messages: 4000,
      spf: 'fail',
      signers: ['example.com/news', 'sendgrid.net/x'],
      spfDomain: 'u1.wl.sendgrid.net',
    });
    const found = sendersOf('example.com', [shop, passing]);
    expect(found.map(({ key, kind, pass }) => [key, kind, pass])).toEqual([
      ['known:SendGrid', 'ours', 4000],
      ['known:Amazon SES', 'known', 0],
    ]);
  });

  it('knows mail that was forwarded by what receivers say, and by whose MAIL FROM it has', () => {
    const list = sum({ source: '203.0.113.5', spf: 'fail', reasons: ['mailing_list'], spfDomain: 'lists.example.net' });
    const forwarder = sum({ source: '203.0.113.66', spf: 'fail', spfDomain: 'forwarder.example' });
    expect(sendersOf('example.com', [list, forwarder]).map(({ key, kind }) => [key, kind])).toEqual([
      ['domain:example.net', 'forwarding'],
      ['domain:forwarder.example', 'forwarding'],
    ]);
  });

  it('does not call a sender forged that is authenticated as somebody, or tried the domain’s own key', () => {
    const other = sum({
      source: '203.0.113.80',
      dkim: 'fail',
      spf: 'fail',
      signers: ['agency.example/a'],
      spfDomain: '',
      spfResult: '',
    });
    const broken = sum({
      source: '203.0.113.90',
      dkim: 'fail',
      spf: 'fail',
      signers: [],
      failedSigners: ['example.com/old'],
      spfResult: 'softfail',
    });
    expect(sendersOf('example.com', [other, broken, forger]).map(({ name, kind }) => [name, kind])).toEqual([
      ['203.0.113.0/24', 'unknown'],
      ['agency.example', 'unknown'],
    ]);
    expect(sendersOf('example.com', [forger])).toMatchObject([{ kind: 'forgery', pass: 0 }]);
  });

  it('leaves a sender what a person said it is', () => {
    const named = [{ key: 'network:203.0.113.0/24', name: 'Warehouse', kind: 'ours' as const }];
    expect(sendersOf('example.com', [forger], named)).toMatchObject([
      { name: 'Warehouse', kind: 'ours', messages: 45 },
    ]);
  });

  it('gives the policy the mail of own and known senders alone', () => {
    const senders = sendersOf('example.com', [sum({}), shop, forger]);
    expect(policyEvidence(senders, []).ownMail).toEqual({
      messages: 320,
      failing: 310,
      unsigned: 310,
      failedBefore: 0,
      unsignedBefore: 0,
    });
    expect(policyEvidence([], []).ownMail).toBeNull();
  });

  it('takes a sender for mended once all of its later mail passes, and its address for one that SPF names', () => {
    const before = sum({
      source: '203.0.113.9',
      dkim: 'fail',
      spf: 'fail',
      signers: [],
      spfDomain: 'example.com',
      spfResult: 'fail',
      messages: 40,
      until: 1000,
    });
    const after = { ...before, spf: 'pass', spfResult: 'pass', messages: 5, until: 2000 };
    const mended = sendersOf('example.com', [before, after]);
    expect(mended).toMatchObject([{ kind: 'ours', messages: 45, pass: 5, notInSpf: [] }]);
    expect(policyEvidence(mended, []).ownMail).toMatchObject({ failing: 0, failedBefore: 40, unsigned: 45 });
    const again = sendersOf('example.com', [before, after, { ...before, until: 3000 }]);
    expect(again).toMatchObject([{ notInSpf: ['203.0.113.9'] }]);
    expect(policyEvidence(again, []).ownMail).toMatchObject({ failing: 80, failedBefore: 0 });
  });
});
