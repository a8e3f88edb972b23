import { describe, expect, it } from 'vitest';
import { providerTemplates, templateById } from '../../../shared/providers/catalogue.ts';
import { needFaults } from '../../../shared/providers/check-needs.ts';
import { isFieldValue } from '../../../shared/providers/field-value.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import { KEY, needs } from '../../support/needs.ts';

/** What a provider's field is given must be the value and nothing besides; what it makes must be a name. */

function withField(templateId: string, mode: string, field: string, value: string, domain = 'news.example.com') {
  const base = needs(templateId, { domain });
  const template = templateById(templateId);
  const examples = Object.fromEntries(
    modeOf(template, mode).fields.map(({ id, example, fallback }) => [
      id,
      id === 'dkimKey' ? KEY : (fallback ?? example),
    ]),
  );
  return { ...base, providers: [{ template, mode, fields: { ...examples, [field]: value } }] };
}

const HOSTILE = [
  'em.example.com. 60 A 192.0.2.9\nupdate delete www',
  'https://em1234.example.com/',
  'em1234 ; note',
  'em 60',
  '(em',
  'em)',
  'em"',
  "em'",
  'em\\',
  'em$(id)',
  'em`id`',
  'em%PATH%',
  '@em',
  'em\u202Etxt',
  'em\u0000',
  'em\r\nquit',
  'ém',
  '${em}',
  '-em',
  'em-',
  'em..x',
  'a'.repeat(64),
];

describe('values of a provider’s fields', () => {
  it.each(HOSTILE)('SendGrid’s subdomain %j is refused, with the field and a remedy', (value) => {
    const [fault] = needFaults(withField('sendgrid', 'automated', 'subdomain', value));
    expect(fault?.field).toBe('providers.0.fields.subdomain');
    expect(fault?.value).toBe(value);
    expect(fault?.remedy).toContain('Example: em1234');
  });

  const fields = providerTemplates.flatMap((template) =>
    template.modes.flatMap((mode) =>
      mode.fields.map((field) => [`${template.id} ${mode.id} ${field.id}`, template, mode, field] as const),
    ),
  );

  it.each(fields)('%s takes its example, and nothing with more around it', (_label, template, mode, field) => {
    const value = field.id === 'dkimKey' ? KEY : field.example;
    expect(isFieldValue(field, value), value).toBe(true);
    expect(needFaults(withField(template.id, mode.id, field.id, value))).toEqual([]);
    if (field.id === 'dkimKey') return;
    for (const wrong of [`${value}\nupdate delete www`, `${value} 60`, `${value};`, `(${value}`, `https://${value}/`]) {
      const [fault] = needFaults(withField(template.id, mode.id, field.id, wrong));
      expect(fault?.field, wrong).toBe(`providers.0.fields.${field.id}`);
    }
  });

  it('what an older version stored waits, and is never prepared', () => {
    const required = requiredRecords(withField('sendgrid', 'automated', 'subdomain', 'em 60 A 192.0.2.9\nupdate'));
    const returnPath = required.find((record) => record.purpose === 'return-path');
    expect(returnPath?.value).toMatchObject({ state: 'waiting', fields: ['sendgrid.subdomain'] });
  });
});

const LONG = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}`;

describe('names that DNS can’t carry', () => {
  it('a selector of 60 letters below three long labels', () => {
    const [fault] = needFaults(withField('mailgun', 'standard', 'selector', 's'.repeat(60), LONG));
    expect(fault?.field).toBe('providers.0.fields.selector');
    expect(fault?.message).toContain('has 263 characters; 253 are allowed');
    expect(fault?.remedy).toContain('Example: smtp');
  });

  it('a report address at a domain as long', () => {
    const base = needs('elastic-email', { domain: LONG });
    const dmarc = { ...base.dmarc, reportAddress: 'dmarc@reports.a-rather-long-name-for-a-company.example' };
    const [fault] = needFaults({ ...base, dmarc });
    expect(fault?.field).toBe('dmarc.reportAddress');
    expect(fault?.message).toContain('253 are allowed');
  });

  it.each([
    ['x\nupdate delete www', 'TXT', 'v', 'extras.0.name'],
    ['a b', 'TXT', 'v', 'extras.0.name'],
    ['(x', 'CNAME', 'host.example.net', 'extras.0.name'],
    ['x;y', 'TXT', 'v', 'extras.0.name'],
    ['x'.repeat(64), 'TXT', 'v', 'extras.0.name'],
    ['x', 'CNAME', 'https://host.example.net/', 'extras.0.value'],
    ['x', 'CNAME', 'host.example.net 60', 'extras.0.value'],
    ['x', 'TXT', 'one\ntwo', 'extras.0.value'],
    ['x', 'TXT', '', 'extras.0.value'],
  ] as const)('an extra record %j %s %j', (name, type, value, field) => {
    const [fault] = needFaults({ ...needs('elastic-email'), extras: [{ name, type, value }] });
    expect(fault?.field).toBe(field);
    expect(fault?.remedy).not.toBe('');
  });

  it.each(['', '@', '*', '_token', 'a.b', '*.a'])('an extra record at %j is fine', (name) => {
    const extras = [{ name, type: 'TXT', value: 'token "x"; \\ é' }] as const;
    expect(needFaults({ ...needs('elastic-email'), extras })).toEqual([]);
  });
});

describe('two providers with fields of one name', () => {
  const both = (
    mailgun: Readonly<Record<string, string>>,
    sendgrid: Readonly<Record<string, string>>,
  ): DomainNeeds => ({
    ...needs('mailgun'),
    providers: [
      { template: templateById('mailgun'), mode: 'standard', fields: mailgun },
      { template: templateById('sendgrid'), mode: 'manual', fields: sendgrid },
      { template: templateById('sendgrid'), mode: 'manual', fields: {} },
    ],
  });

  it('each waits for its own', () => {
    const required = requiredRecords(both({ selector: 'smtp', dkimKey: KEY }, { subdomain: 'em1' }));
    const waiting = required.flatMap(({ id, value }) => (value.state === 'waiting' ? [[id, value.fields]] : []));
    expect(waiting).toEqual([
      ['sendgrid/dkim:m1', ['sendgrid.dkimKey']],
      ['sendgrid-2/dkim:m1', ['sendgrid-2.dkimKey']],
      ['spf:{subdomain}.news.example.com', ['sendgrid-2.subdomain']],
      ['sendgrid-2/mx', ['sendgrid-2.subdomain']],
    ]);
  });

  it('no key goes out under another’s selector', () => {
    const other = KEY.replace('u1SU1', 'vvvvv');
    const required = requiredRecords(both({ selector: 'smtp', dkimKey: KEY }, { subdomain: 'em1', dkimKey: other }));
    const text = (id: string) => JSON.stringify(required.find((record) => record.id === id)?.value);
    expect(text('mailgun/dkim:mailgun')).toContain('u1SU1');
    expect(text('sendgrid/dkim:m1')).toContain('vvvvv');
  });
});

describe('what a provider asks for besides', () => {
  it('SES: the keys lie in the zone of the region', () => {
    const required = requiredRecords(
      withField('amazon-ses', 'dkim-only', 'signingZone', 'dkim.eu-south-1.amazonses.com'),
    );
    const targets = required.flatMap(({ value }) =>
      value.state === 'known' && value.data.type === 'CNAME' ? [value.data.target] : [],
    );
    expect(targets).toHaveLength(3);
    for (const target of targets) expect(target).toMatch(/^[a-z0-9]+\.dkim\.eu-south-1\.amazonses\.com$/);
    const wrong = needFaults(withField('amazon-ses', 'dkim-only', 'signingZone', 'dkim.example.com'));
    expect(wrong[0]?.field).toBe('providers.0.fields.signingZone');
  });

  it('SendGrid: a selector of one’s own, and link branding as a way of its own', () => {
    const required = requiredRecords(withField('sendgrid', 'automated', 'selector1', 'acme'));
    expect(required.map(({ name }) => name)).toContain('acme._domainkey.news.example.com');
    const branded = requiredRecords(withField('sendgrid', 'automated-branded', 'ownerLabel', '7654321'));
    const links = branded.filter(({ purpose }) => purpose === 'tracking');
    expect(links.map(({ name, optional }) => [name, optional])).toEqual([
      ['url1234.news.example.com', true],
      ['7654321.news.example.com', true],
    ]);
  });

  it.each([
    ['mailgun', 'standard', 'spfHost', 'eu.mailgun.org', 'include:eu.mailgun.org'],
    ['sendgrid', 'manual', 'spfHost', 'sendgrid.net', 'include:sendgrid.net'],
  ])('%s: the include that the account shows', (id, mode, field, value, term) => {
    const spf = requiredRecords(withField(id, mode, field, value)).find(({ purpose }) => purpose === 'spf');
    expect(JSON.stringify(spf?.value)).toContain(term);
  });
});
