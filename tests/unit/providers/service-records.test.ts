import { describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../main/core/domains/service.ts';
import { valueText } from '../../../shared/dns/record-text.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { templateById } from '../../../shared/providers/catalogue.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import { requiredRecords, selectorsOf, serviceDifferences } from '../../../shared/providers/required-records.ts';
import { sortServiceRecords } from '../../../shared/providers/service-records.ts';
import { recordsFor } from '../../../shared/service/interface/account-records.ts';
import { readSenderDomains } from '../../../shared/service/interface/answers.ts';
import { KEY } from '../../support/needs.ts';

/** What an account whose provider is Elastic Email shows for a domain, as the application's own page would. */
const ELASTIC = {
  spfValue: '@ TXT v=spf1 a mx include:_spf.elasticemail.com ~all',
  dkimRecord: 'api._domainkey TXT k=rsa;t=s;p={0}',
  defaultDKIMKey: KEY,
  dmarkValue: '_dmarc TXT v=DMARC1;p=none;',
  domainValidationRecord: 'tracking CNAME api.elasticemail.com',
};

function needs(
  texts: Readonly<Record<string, unknown>>,
  {
    template = 'elastic-email',
    ofDomain = {},
    ...changes
  }: Partial<DomainNeeds> & { template?: string; ofDomain?: object } = {},
): DomainNeeds {
  const name = 'news.example.com';
  const body = { status: 'ok', code: 0, ...texts, domains: [{ domain: name, status: 'inactive', ...ofDomain }] };
  const answer = readSenderDomains(JSON.stringify(body));
  if (!answer.understood) throw new Error('no answer');
  const [domain] = answer.value.domains;
  if (domain === undefined) throw new Error('no domain');
  return {
    domain: name,
    providers: [{ template: templateById(template), mode: '', fields: {} }],
    dkimKeys: [],
    dmarc: defaultConfiguration.dmarc,
    neverSends: false,
    extras: [],
    told: sortServiceRecords(recordsFor(answer.value, domain)),
    toldBy: template,
    ...changes,
  };
}

const shown = (wanted: DomainNeeds) =>
  requiredRecords(wanted).map(({ id, name, type, ttl, value, optional, source }) => [
    id,
    `${name} ${type}`,
    value.state === 'waiting' ? 'waiting' : valueText({ name, ttl, ...value.data }),
    source.kind,
    optional,
  ]);

const differences = (wanted: DomainNeeds) =>
  describeFindings(serviceDifferences(wanted)).map(({ title, explanation }) => `${title}. ${explanation}`);

const delegation = (...servers: string[]) => ({ kind: 'delegation', servers });

describe('the records that the service generated for a domain', () => {
  it('go before the template’s, whose value was awaited, and keep its ids', () => {
    const wanted = needs(ELASTIC);
    expect(shown(wanted)).toEqual([
      ['elastic-email/dkim:api', 'api._domainkey.news.example.com TXT', `k=rsa;t=s;p=${KEY}`, 'service', false],
      ['spf', 'news.example.com TXT', 'v=spf1 a mx include:_spf.elasticemail.com ~all', 'service', false],
      ['dmarc', '_dmarc.news.example.com TXT', 'v=DMARC1; p=none', 'sendwright', false],
      ['elastic-email/tracking', 'tracking.news.example.com CNAME', 'api.elasticemail.com', 'service', true],
    ]);
    expect(selectorsOf(wanted)).toEqual(['api']);
    expect(differences(wanted)).toEqual([]);
    expect(wanted.told?.unread).toEqual([]);
  });

  it('leave to the template what the service says nothing of', () => {
    const wanted = needs({ spfValue: ELASTIC.spfValue });
    expect(shown(wanted).map(([id, , value, source]) => [id, value, source])).toEqual([
      ['elastic-email/dkim:api', 'waiting', 'provider-catalogue'],
      ['spf', 'v=spf1 a mx include:_spf.elasticemail.com ~all', 'service'],
      ['dmarc', 'v=DMARC1; p=none', 'sendwright'],
      ['elastic-email/tracking', 'api.elasticemail.com', 'provider-catalogue'],
    ]);
  });

  it('that the newest service gives apart are taken with its MX and its aliases', () => {
    const detail = (hostname: string, type: string, value: string, senderDomainRecordCategory: string) => ({
      hostname,
      type,
      value,
      senderDomainRecordCategory,
      status: 'inactive',
    });
    const wanted = needs(
      {},
      {
        template: 'custom',
        ofDomain: {
          recordDetails: [
            detail('em42.news.example.com', 'TXT', 'v=spf1 include:_spf.sendgrid.net ~all', 'SPF'),
            detail('em42.news.example.com', 'MX', '0 mx.sendgrid.net', 'MX'),
            detail('m1._domainkey.news.example.com', 'TXT', `k=rsa; t=s; p=${KEY}`, 'DKIM'),
            detail('url42.news.example.com', 'CNAME', 'sendgrid.net', 'CNAME'),
            detail('42.news.example.com', 'CNAME', 'sendgrid.net', 'CNAME'),
          ],
        },
      },
    );
    expect(shown(wanted).filter(([, , , source]) => source === 'service')).toEqual([
      ['service/txt:m1._domainkey', 'm1._domainkey.news.example.com TXT', `k=rsa; t=s; p=${KEY}`, 'service', false],
      [
        'spf:em42.news.example.com',
        'em42.news.example.com TXT',
        'v=spf1 include:_spf.sendgrid.net ~all',
        'service',
        false,
      ],
      ['service/mx:em42', 'em42.news.example.com MX', '0 mx.sendgrid.net', 'service', false],
      ['service/cname:url42', 'url42.news.example.com CNAME', 'sendgrid.net', 'service', true],
      ['service/cname:42', '42.news.example.com CNAME', 'sendgrid.net', 'service', false],
    ]);
    expect(selectorsOf(wanted)).toEqual(['m1']);
  });

  it('speak for the service’s own provider alone', () => {
    const others = [
      { template: templateById('elastic-email'), mode: '', fields: {} },
      { template: templateById('brevo'), mode: '', fields: {} },
    ];
    const spf = shown(needs(ELASTIC, { providers: others })).find(([id]) => id === 'spf');
    expect(spf?.[2]).toContain('include:_spf.elasticemail.com');
    const brevo = requiredRecords(needs(ELASTIC, { providers: others })).filter(({ id }) => id.startsWith('brevo/'));
    expect(brevo.length).toBeGreaterThan(0);
    expect(brevo.every(({ source }) => source.kind === 'provider-catalogue')).toBe(true);
  });

  it('are told where they are others than the template’s', () => {
    const wanted = needs({
      ...ELASTIC,
      spfValue: '@ TXT v=spf1 include:_spf.new.elasticemail.com ~all',
      domainValidationRecord: 'tracking CNAME track.elasticemail.com',
      dmarkValue: '_dmarc TXT v=DMARC1; p=quarantine; rua=mailto:dmarc@provider.example',
    });
    expect(differences(wanted)).toEqual([
      expect.stringMatching(
        /CNAME record at tracking\.news\.example\.com.*track\.elasticemail\.com.*api\.elasticemail\.com/,
      ),
      expect.stringMatching(/SPF record at news\.example\.com.*_spf\.new\.elasticemail\.com.*_spf\.elasticemail\.com/),
      expect.stringMatching(/news\.example\.com asks for more.*p=quarantine; rua=mailto:dmarc@provider\.example/),
    ]);
    expect(requiredRecords(wanted).find(({ id }) => id === 'dmarc')?.value).toEqual(
      requiredRecords(needs(ELASTIC)).find(({ id }) => id === 'dmarc')?.value,
    );
  });

  it('that can’t be read, or evaluated, or are no record here, stay as they came', () => {
    const wanted = needs({
      ...ELASTIC,
      spfValue: 'v=spf1 include:_spf.elasticemail.com inclde:x ~all',
      dmarkValue: 'Ask your administrator',
    });
    expect(wanted.told?.unread.map(({ text }) => text)).toEqual([
      'Ask your administrator',
      'news.example.com TXT v=spf1 include:_spf.elasticemail.com inclde:x ~all',
    ]);
    expect(
      shown(wanted)
        .find(([id]) => id === 'spf')
        ?.slice(2, 4),
    ).toEqual(['v=spf1 a mx include:_spf.elasticemail.com ~all', 'provider-catalogue']);
  });

  it('may hand a name over: what counts links is for show, anything else is needed', () => {
    const wanted = needs({
      ...ELASTIC,
      domainValidationRecord:
        'track NS ns1.provider.example\ntrack NS ns2.provider.example\nbounce NS ns1.provider.example',
    });
    const cuts = requiredRecords(wanted).filter(({ type }) => type === 'NS');
    expect(cuts.map(({ name, purpose, optional, match }) => [name, purpose, optional, match])).toEqual([
      ['track.news.example.com', 'tracking', true, delegation('ns1.provider.example', 'ns2.provider.example')],
      ['track.news.example.com', 'tracking', true, delegation('ns1.provider.example', 'ns2.provider.example')],
      ['bounce.news.example.com', 'delegation', false, delegation('ns1.provider.example')],
    ]);
    expect(wanted.told?.unread).toEqual([]);
  });

  it('keep the macros of their SPF terms', () => {
    const wanted = needs({ spfValue: '@ TXT v=spf1 exists:%{i}._spf.%{d}.provider.example -all' });
    expect(shown(wanted).find(([id]) => id === 'spf')?.[2]).toContain('exists:%{i}._spf.%{d}.provider.example');
  });

  it('ask nothing of a domain that never sends', () => {
    const wanted = needs(ELASTIC, { neverSends: true });
    expect(shown(wanted).every(([, , , source]) => source === 'sendwright')).toBe(true);
    expect(differences(wanted)).toEqual([]);
  });

  it('need no template at all', () => {
    expect(shown(needs(ELASTIC, { providers: [], toldBy: null })).map(([id, , , source]) => [id, source])).toEqual([
      ['service/txt:api._domainkey', 'service'],
      ['spf', 'service'],
      ['dmarc', 'sendwright'],
      ['service/cname:tracking', 'service'],
    ]);
  });
});
