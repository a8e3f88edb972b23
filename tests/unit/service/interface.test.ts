import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalName } from '../../../shared/dns/names.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { recordsFor } from '../../../shared/service/interface/account-records.ts';
import { accountStatuses } from '../../../shared/service/interface/account-status.ts';
import {
  readAccountInfo,
  readCheckedEmails,
  readProviders,
  readQuota,
  readSenderDomains,
  readSenderValidation,
  readValidation,
} from '../../../shared/service/interface/answers.ts';
import type { AccountDomains } from '../../../shared/service/interface/answers.ts';
import { calls } from '../../../shared/service/interface/calls.ts';
import { readApart, readRecordText } from '../../../shared/service/interface/record-texts.ts';

const keys = { apiKey: ' key \n', authKey: ' auth ' };

function understood<Value>(
  answer: { readonly understood: true; readonly value: Value } | { readonly understood: false },
): Value {
  if (!answer.understood) throw new Error('not understood');
  return answer.value;
}

describe('what is sent', () => {
  it('names each field as the interface does, trims the API key and leaves the Auth key alone', () => {
    expect(calls.accountInfo(keys)).toEqual({ path: '/account/info.json', body: { key: 'key', authKey: ' auth ' } });
    expect(calls.updateUserSettings(keys, 'https://crm.example.com').body).toEqual({
      key: 'key',
      webHookAppDomain: 'https://crm.example.com',
      authKey: ' auth ',
    });
    expect(calls.addSenderDomain(keys, 'example.com', null).body).toEqual({
      key: 'key',
      domain: 'example.com',
      providerName: null,
    });
    expect(calls.validateSenderDomain(keys, 'example.com', 'SendGrid').body).toEqual({
      apiKey: 'key',
      domain: 'example.com',
      providerName: 'SendGrid',
    });
    expect(calls.providers(keys).body).toEqual({ apiKey: 'key' });
  });
});

describe('what comes back', () => {
  it.each([
    [
      'camel case',
      '{"status":"ok","code":0,"services":[{"serviceName":"CloudEmailService","isActive":true,"settings":{"provider":"UniOne"}}],"integrationStatus":{"isValidAuthKey":true,"isValidWebHookAppDomain":true}}',
    ],
    [
      'Pascal case',
      '{"Status":"ok","Code":0,"Services":[{"ServiceName":"CloudEmailService","IsActive":true,"Settings":{"Provider":"UniOne"}}],"IntegrationStatus":{"IsValidAuthKey":true,"IsValidWebHookAppDomain":true}}',
    ],
    [
      'another service first, values in quotes, a mark of the byte order',
      '\uFEFF{"STATUS":"OK","code":"0","services":[{"serviceName":"Other","isActive":false},{"servicename":"cloudemailservice","isActive":"True","settings":{"provider":" UniOne "}}],"integrationStatus":{"isValidAuthKey":1,"isValidWebHookAppDomain":"true"},"unknown":[{}]}',
    ],
  ])('reads account info in %s', (_form, body) => {
    const answer = readAccountInfo(body);
    expect(understood(answer)).toMatchObject({ isActive: true, provider: 'UniOne', isAuthKeyValid: true });
    expect(accountStatuses(answer)).toMatchObject({ sending: { state: 'active' }, responses: { state: 'active' } });
  });

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['{"status":"ok","code":0,"serv', 'cut'],
    ['<!DOCTYPE html><title>Sign in</title>', 'not-json'],
    ['"ok"', 'not-json'],
    ['[{"status":"ok"}]', 'not-json'],
    ['{"hello":"world"}', 'foreign'],
    ['{"status":"up"}', 'foreign'],
  ])('does not take %j for an answer of the interface (%s)', (body, reason) => {
    const answer = readAccountInfo(body);
    expect(answer).toEqual({ understood: false, reason });
    expect(accountStatuses(answer)).toMatchObject({ sending: { state: 'unknown' }, responses: { state: 'unknown' } });
  });

  it.each([
    // code, what sending reads, what responses read
    [101, 'error', 'unknown'],
    [105, 'unknown', 'error'],
    [109, 'unknown', 'error'],
    [110, 'unknown', 'error'],
    [-1, 'error', 'unknown'],
    [777, 'error', 'unknown'],
  ])('blames for code %i what it names, and nothing else', (code, sending, responses) => {
    const statuses = accountStatuses(readAccountInfo(JSON.stringify({ status: 'error', code, message: 'No' })));
    expect([statuses.sending.state, statuses.responses.state]).toEqual([sending, responses]);
    expect([statuses.sending.code, statuses.responses.code]).toContain(code);
    expect(statuses.sending.finding?.code).toBe(statuses.responses.finding?.code);
  });

  /** Each code of the interface, the finding that tells it, what it names, and what it must not blame. */
  const CODES: readonly (readonly [code: number, finding: string, named: RegExp, others: RegExp])[] = [
    [-1, 'service.no-answer', /no readable answer/, /API key|Auth key|domain/],
    [101, 'service.api-key-refused', /API key/, /Auth key|domain/],
    [105, 'service.response-domain-unreachable', /domain to receive responses/, /API key|Auth key|sender domain/],
    [109, 'service.response-domain-taken', /domain to receive responses/, /API key|Auth key|sender domain/],
    [110, 'service.auth-key-refused', /Auth key/, /API key|domain/],
    [111, 'service.domains-not-listed', /sender domains/, /API key|Auth key|receive responses/],
    [112, 'service.domain-not-added', /domain/, /API key|Auth key|receive responses/],
    [115, 'service.domain-elsewhere', /domain/, /API key|Auth key|receive responses/],
    [118, 'service.domain-elsewhere', /domain/, /API key|Auth key|receive responses/],
    [1, 'service.unknown-code', /not documented \(code 1\)/, /API key|Auth key|domain/],
    [500, 'service.unknown-code', /not documented \(code 500\)/, /API key|Auth key|domain/],
  ];
  it.each(CODES)('lets no code but 0 read as active, and tells code %i by what it names alone', (...row) => {
    const [code, finding, named, others] = row;
    const services = [{ serviceName: 'CloudEmailService', isActive: true }];
    const integrationStatus = { isValidAuthKey: true, isValidWebHookAppDomain: true };
    for (const body of [
      // Whatever stands beside the code, and whatever the status says.
      { status: 'error', code, message: 'No', services, integrationStatus },
      { status: 'ok', code, message: '', services, integrationStatus },
      { Status: 'error', Code: code, Message: 'No', Services: services, IntegrationStatus: integrationStatus },
      { Status: 'ok', Code: String(code), Message: null },
    ]) {
      const { sending, responses } = accountStatuses(readAccountInfo(JSON.stringify(body)));
      expect([sending.state, responses.state]).not.toContain('active');
      for (const told of [sending.finding, responses.finding]) {
        expect(told?.code).toBe(finding);
        const [{ title, remedy } = { title: '', remedy: '' }] = describeFindings(told === null ? [] : [told]);
        expect(title).toMatch(named);
        expect(title).not.toMatch(others);
        expect(remedy).not.toBe('');
      }
    }
  });

  it('is not active for a service that is switched off, or is not there', () => {
    for (const services of [
      [{ serviceName: 'CloudEmailService', isActive: false }],
      [{ serviceName: 'Other', isActive: true }],
      [],
    ]) {
      const statuses = accountStatuses(readAccountInfo(JSON.stringify({ status: 'ok', code: 0, services })));
      expect([statuses.sending.state, statuses.responses.state]).toEqual(['inactive', 'inactive']);
    }
  });

  it('names the Auth key before the domain, and neither where the service says nothing', () => {
    const services = [{ serviceName: 'CloudEmailService', isActive: true }];
    const of = (integrationStatus: unknown) =>
      accountStatuses(readAccountInfo(JSON.stringify({ status: 'ok', code: 0, services, integrationStatus })))
        .responses;
    expect(of({ isValidAuthKey: false, isValidWebHookAppDomain: false }).finding?.code).toBe(
      'service.auth-key-refused',
    );
    expect(of({ isValidAuthKey: true, isValidWebHookAppDomain: false }).finding?.code).toBe(
      'service.response-domain-refused',
    );
    expect(of(undefined).state).toBe('unknown');
    expect(of({ isValidAuthKey: true }).state).toBe('unknown');
  });

  it('does not count an error as success because its code is 0, or a message as text that steers the screen', () => {
    const answer = readAccountInfo('{"status":"error","code":0,"message":"a\\u001b[2J\\u202eb\\nc"}');
    expect(answer).toMatchObject({ outcome: { ok: false, message: 'a [2J b c' } });
    expect(accountStatuses(answer).sending.state).toBe('error');
  });

  it('reads the other calls', () => {
    expect(understood(readQuota('{"code":0,"dailyLimitCount":-1,"todayUsage":7}'))).toEqual({ limit: null, used: 7 });
    expect(understood(readQuota('{"DailyLimitCount":500,"TodayUsage":12}'))).toEqual({ limit: 500, used: 12 });
    expect(understood(readCheckedEmails('{"Result":[{"Email":"a@example.com","Is_Checked":true}]}'))).toEqual(
      new Map([['a@example.com', true]]),
    );
    expect(
      understood(readSenderValidation('{"WrongEmailsList":["x"],"ValidatedEmailsList":["a@example.com"]}')),
    ).toEqual({ wrong: ['x'], waiting: ['a@example.com'] });
    expect(
      understood(readProviders('{"code":0,"availableProviders":[{"providerName":"SendGrid","isConnected":true}]}')),
    ).toEqual([{ name: 'SendGrid', isConnected: true, isDefault: false }]);
    expect(
      understood(
        readValidation(
          '{"isSuccess":true,"isValid":false,"recordsValidation":[{"recordCategory":"dkim","isValid":false,"message":"None"}]}',
        ),
      ),
    ).toEqual({ isValid: false, records: [{ category: 'DKIM', isValid: false, message: 'None' }] });
  });

  it('calls a domain verified only where its status is exactly “active”', () => {
    const { domains } = understood(
      readSenderDomains(
        '{"code":0,"domains":[{"domain":"a.example","status":"active"},{"Domain":"b.example","Status":"Active"},{"domain":"c.example"},{"domain":""}]}',
      ),
    );
    expect(domains.map(({ domain, isVerified }) => [domain, isVerified])).toEqual([
      ['a.example', true],
      ['b.example', false],
      ['c.example', false],
    ]);
  });

  it('reads both spellings of the DMARC value', () => {
    for (const name of ['dmarkValue', 'DmarcValue', 'dmarcValue', 'DmarkValue'])
      expect(
        understood(readSenderDomains(JSON.stringify({ code: 0, domains: [], [name]: 'v=DMARC1;p=none;' }))).dmarc,
      ).toBe('v=DMARC1;p=none;');
  });
});

const KEY = 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCtest';

describe('record texts', () => {
  const read = (text: string, domain = 'news.example.com') =>
    readRecordText(text, 'dkim', domain).records.map(
      ({ name, type, value, preference }) =>
        `${name} ${type} ${preference === undefined ? '' : `${preference} `}${value}`,
    );

  it.each([
    ['us._domainkey TXT k=rsa; p=AAAA', 'us._domainkey.news.example.com TXT k=rsa; p=AAAA'],
    ['_domainkey TXT o=~', '_domainkey.news.example.com TXT o=~'],
    ['us._domainkey IN TXT "k=rsa; " "p=AAAA"', 'us._domainkey.news.example.com TXT k=rsa; p=AAAA'],
    [
      'us._domainkey.news.example.com. 3600 IN TXT ("k=rsa; "\n "p=AAAA")',
      'us._domainkey.news.example.com TXT k=rsa; p=AAAA',
    ],
    ['us._domainkey.news TXT k=rsa; p=AAAA', 'us._domainkey.news.example.com TXT k=rsa; p=AAAA'],
    ['US._DomainKey.News.Example.COM TXT k=rsa; p=AAAA', 'us._domainkey.news.example.com TXT k=rsa; p=AAAA'],
    ['@ TXT v=spf1 include:spf.example.net ~all', 'news.example.com TXT v=spf1 include:spf.example.net ~all'],
    ['v=spf1 a mx include:_spf.example.net ~all', 'news.example.com TXT v=spf1 a mx include:_spf.example.net ~all'],
    ['“v=DMARC1;p=none;”', '_dmarc.news.example.com TXT v=DMARC1;p=none;'],
    ['tracking CNAME api.example.net.', 'tracking.news.example.com CNAME api.example.net'],
    ['em123 MX 0 mx.example.net', 'em123.news.example.com MX 0 mx.example.net'],
    ['| em123 | MX | 10 mx.example.net |'.slice(2), 'em123.news.example.com MX 10 mx.example.net'],
    [
      'Host: api._domainkey\nType: TXT\nValue: k=rsa;t=s;p=AAAA',
      'api._domainkey.news.example.com TXT k=rsa;t=s;p=AAAA',
    ],
    ['Name: em123\nType: MX\nPriority: 10\nValue: mx.example.net', 'em123.news.example.com MX 10 mx.example.net'],
    ['TXT api._domainkey k=rsa; p=AAAA', 'api._domainkey.news.example.com TXT k=rsa; p=AAAA'],
    ['api._domainkey TXT <b>k=rsa; p=AAAA</b><br>', 'api._domainkey.news.example.com TXT k=rsa; p=AAAA'],
    ['a._domainkey TXT k=rsa\\; p=AAAA', 'a._domainkey.news.example.com TXT k=rsa; p=AAAA'],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toEqual([expected]);
    expect(readRecordText(text, 'dkim', 'news.example.com').unread).toEqual([]);
  });

  it.each([
    'k=rsa; p=AAAA',
    'mx.example.net',
    '0 mx.example.net',
    'Please ask your administrator',
    'tracking CNAME api example net',
    'em123 MX mx.example.net',
    'us._domainkey TXT "k=rsa; p=AAAA',
    `${'a'.repeat(64)} TXT x`,
    `a.${'b.'.repeat(120)}c TXT x`,
    'bad;name TXT x',
    'Host: x',
  ])('hands back as it came what it can’t be sure of: %j', (text) => {
    expect(readRecordText(text, 'dkim', 'news.example.com')).toEqual({
      records: [],
      unread: [{ category: 'dkim', text }],
    });
  });

  it('reads several records in one text, and tells the line that is none', () => {
    const text =
      'Add these:\n_domainkey TXT o=~\nus._domainkey TXT k=rsa; p=AAAA\n\nName: a\nValue: b=c\nName: d\nValue: e=f';
    expect(read(text, 'example.com')).toEqual([
      '_domainkey.example.com TXT o=~',
      'us._domainkey.example.com TXT k=rsa; p=AAAA',
      'a.example.com TXT b=c',
      'd.example.com TXT e=f',
    ]);
    expect(readRecordText(text, 'dkim', 'example.com').unread).toEqual([{ category: 'dkim', text: 'Add these:' }]);
  });
});

describe('records of a domain of the account', () => {
  const account: AccountDomains = {
    domains: [],
    defaultKey: KEY,
    dkimTemplate: null,
    spf: 'v=spf1 include:shared.example.net ~all',
    dmarc: 'v=DMARC1;p=none;',
    additionalTemplate: 'track.{0}. CNAME api.example.net',
  };
  const domain = {
    domain: 'example.com',
    status: null,
    isVerified: false,
    error: '',
    key: null,
    mx: null,
    spf: null,
    details: [],
  };
  const shown = (of: typeof domain | (typeof account.domains)[number], within = account) =>
    recordsFor(within, of).records.map(({ category, name, type, value }) => `${category}: ${name} ${type} ${value}`);

  it('puts the texts together as the page does: what is the domain’s own first, then what is for all', () => {
    expect(shown(domain)).toEqual([
      'spf: example.com TXT v=spf1 include:shared.example.net ~all',
      'dkim: _domainkey.example.com TXT o=~',
      `dkim: us._domainkey.example.com TXT k=rsa; p=${KEY}`,
      'dmarc: _dmarc.example.com TXT v=DMARC1;p=none;',
      'additional: track.example.com CNAME api.example.net',
    ]);
    const own = { ...domain, key: 'OWN$&', spf: 'v=spf1 include:own.example.net ~all', mx: 'em MX 0 mx.example.net' };
    expect(shown(own, { ...account, dkimTemplate: 'api._domainkey TXT k=rsa;t=s;p={0}' })).toEqual([
      'mx: em.example.com MX mx.example.net',
      'spf: example.com TXT v=spf1 include:own.example.net ~all',
      'dkim: api._domainkey.example.com TXT k=rsa;t=s;p=OWN$&',
      'dmarc: _dmarc.example.com TXT v=DMARC1;p=none;',
      'additional: track.example.com CNAME api.example.net',
    ]);
  });

  it('takes records with name, type and value apart before the texts of their kind', () => {
    const details = [
      { host: 'm1._domainkey.example.com', type: 'TXT', value: `k=rsa; p=${KEY}`, category: 'DKIM', isActive: true },
      { host: 'em1', type: 'CNAME', value: 'u1.example.net.', category: 'CNAME', isActive: false },
      { host: 'nonsense name', type: 'TXT', value: 'x', category: 'SPF', isActive: false },
    ];
    expect(shown({ ...domain, details })).toEqual([
      `dkim: m1._domainkey.example.com TXT k=rsa; p=${KEY}`,
      'additional: em1.example.com CNAME u1.example.net',
      'dmarc: _dmarc.example.com TXT v=DMARC1;p=none;',
    ]);
    expect(recordsFor(account, { ...domain, details }).unread).toEqual([
      { category: 'spf', text: 'nonsense name TXT x' },
    ]);
  });

  it('says nothing where the service does', () => {
    const silent = { ...account, defaultKey: null, spf: null, dmarc: null, additionalTemplate: null };
    expect(recordsFor(silent, domain)).toEqual({ records: [], unread: [] });
  });
});

it('reads a plain text as it reads the same text in quotes, which is looked at closely', () => {
  const host = fc.constantFrom(
    '@',
    'em1',
    'm1._domainkey.mail.example.com',
    'em1.mail.example.com.',
    'EM1',
    'em1.mail',
    '-',
  );
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '=', ';', ':', '0', ' ', '~', '%'), maxLength: 8 });
  const start = fc.constantFrom('', 'v=spf1 ', 'k=rsa; p=', '10 mx.example.net');
  const value = fc.tuple(start, word).map((parts) => parts.join('').trim().replace(/ +/g, ' '));
  let read = 0;
  fc.assert(
    fc.property(host, value, (name, text) => {
      const of = (shown: string) =>
        readApart({ host: name, type: 'TXT', value: shown }, 'additional', 'mail.example.com');
      const { records } = of(text);
      if (text !== '') expect(records).toEqual(of(`"${text}"`).records);
      read += records.length;
    }),
    { numRuns: 3000 },
  );
  expect(read).toBeGreaterThan(500);
});

it('reads the domains of an account alike however its names are spelled, and its details as it reads them one by one', () => {
  const spellings: readonly ((name: string) => string)[] = [
    (name) => name,
    (name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    (name) => name.toUpperCase(),
  ];
  const spelled = (spelling: (name: string) => string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => spelled(spelling, each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [spelling(name), spelled(spelling, each)]));
  };
  const odd = fc.constantFrom<unknown>(null, undefined, 5, ' ', [], {});
  const label = fc.constantFrom(
    'mail',
    'Em1',
    '-a',
    'a-',
    'm1._domainkey',
    'é',
    '*',
    '',
    'x'.repeat(63),
    'x'.repeat(64),
  );
  const name = fc
    .tuple(label, fc.constantFrom('example.com', 'shop.example.com', 'com', 'mail', 'example.com.'))
    .map((parts) => parts.join('.'));
  const or = <Value>(usual: fc.Arbitrary<Value>) =>
    fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });
  const detail = fc.record({
    hostname: or(fc.oneof(name, label, fc.constant('@'))),
    type: or(fc.constantFrom('TXT', 'txt', 'CNAME', ' MX', 'NS', 'A')),
    value: or(
      fc.constantFrom('v=spf1 -all', '10 mx.example.net', '"a" "b"', 'U.Example.NET.', 'a  b', '<b>a</b>', 'a |'),
    ),
    senderDomainRecordCategory: or(fc.constantFrom('SPF', 'dkim', 'MX', 'CNAME', 'other')),
    status: or(fc.constantFrom('active', 'Active ', 'inactive')),
  });
  const domain = fc.record({
    domain: or(name),
    status: or(fc.constantFrom('active', 'Active', 'inactive')),
    error: or(fc.constantFrom('not found', ' a\u202eb\n', 'é')),
    key: or(fc.constant(KEY)),
    mx: or(fc.constantFrom('em MX 0 mx.example.net', 'Host: em\nValue: mx.example.net')),
    spfKey: or(fc.constantFrom('v=spf1 mx ~all', 'TXT @ v=spf1 mx ~all')),
    recordDetails: or(fc.array(or(detail), { maxLength: 4 })),
  });
  let records = 0;
  fc.assert(
    fc.property(fc.array(or(domain), { maxLength: 3 }), (domains) => {
      const [read, ...others] = spellings.map((spelling) =>
        understood(readSenderDomains(JSON.stringify(spelled(spelling, { status: 'ok', code: 0, domains })))),
      );
      if (read === undefined) throw new Error('nothing was read');
      for (const other of others) expect(other).toEqual(read);
      for (const each of read.domains) {
        const alone = each.details.flatMap((one) =>
          readRecordText(`${one.host} ${one.type} ${one.value}`, 'additional', canonicalName(each.domain)).records.map(
            (record) => `${record.name} ${record.type} ${record.value}`,
          ),
        );
        const own = { ...each, key: null, mx: null, spf: null };
        const together = recordsFor(read, own).records.map((record) => `${record.name} ${record.type} ${record.value}`);
        records += together.length;
        expect(new Set(alone)).toEqual(new Set(together));
      }
    }),
    { numRuns: 500 },
  );
  expect(records).toBeGreaterThan(100);
});
