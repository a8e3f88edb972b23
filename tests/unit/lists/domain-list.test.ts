import { describe, expect, it } from 'vitest';
import type { ListOptions } from '../../../shared/lists/domain-list.ts';
import { parseDomainList } from '../../../shared/lists/domain-list.ts';
import { refusedTable } from '../../../shared/lists/refused-table.ts';

describe('lists of domains', () => {
  it('reads one to a line, comments, commas, and names duplicates with their line', () => {
    const list = parseDomainList(
      '# ours\nnews.example.com\nmail.example.org, shop.example.org\nNEWS.example.com\nold.example.net\n',
      new Set(['old.example.net']),
    );
    expect(list.accepted.map((line) => [line.line, line.name])).toEqual([
      [2, 'news.example.com'],
      [3, 'mail.example.org'],
      [3, 'shop.example.org'],
    ]);
    expect(list.refused).toEqual([]);
    expect(list.known).toEqual([
      { line: 4, text: 'NEWS.example.com', name: 'news.example.com', firstLine: 2 },
      { line: 5, text: 'old.example.net', name: 'old.example.net', firstLine: null },
    ]);
  });

  it('reads CSV by its header, with quotes', () => {
    const list = parseDomainList(
      'client;domain;note\n"Acme; Inc";news.acme.com;first\nBeta;"mail.beta.org";\n',
      new Set(),
    );
    expect(list.accepted.map((line) => line.name)).toEqual(['news.acme.com', 'mail.beta.org']);
  });

  it.each(['\n', ','])(
    'leaves the rest unread after 10,000 faults, and says from where on (between them: %j)',
    (between) => {
      const text = ['good.example.com', ...Array.from({ length: 20_000 }, () => 'not_one')].join(between);
      const { accepted, refused } = parseDomainList(`${text}\nlate.example.com`, new Set());
      expect(accepted.map(({ name }) => name)).toEqual(['good.example.com']);
      expect(refused).toHaveLength(10_001);
      expect(refused.at(-1)).toMatchObject({
        line: between === ',' ? 1 : 10_002,
        finding: { code: 'dns.too-many-refused', values: { most: 10_000 } },
      });
    },
  );

  it('tells 1,000 bad lines one by one', () => {
    const text = Array.from({ length: 1000 }, (_nothing, index) => `bad_${index}.example.com`).join('\n');
    const list = parseDomainList(`${text}\ngood.example.com`, new Set());
    expect(list.refused).toHaveLength(1000);
    expect(list.refused.every((line) => line.finding.code === 'dns.underscore')).toBe(true);
    expect(list.accepted).toEqual([{ line: 1001, name: 'good.example.com', unicodeName: 'good.example.com' }]);
  });

  const read = (text: string, options?: ListOptions) => parseDomainList(text, new Set(), options);
  const names = (text: string, options?: ListOptions) => read(text, options).accepted.map(({ name }) => name);

  it.each([
    ['a heading in another language', 'Domaine;Statut;Hébergeur\nacme-a.com;ok;ovh.net\n', ['acme-a.com']],
    ['a surer heading before a weaker one', 'Name,Domain\nAcme,acme-a.com\n', ['acme-a.com']],
    ['a comment above the heading', '# exported 2026-11-29\nDomain,Status\nacme-a.com,ok\n', ['acme-a.com']],
    ['Excel’s word on the separator', 'sep=;\nDomain;Note\nacme-a.com;x, y\n', ['acme-a.com']],
    ['a line end inside a quoted cell', 'Note,Domain\n"first\nsecond",acme-a.com\n', ['acme-a.com']],
    ['a quoted quote', 'Note,Domain\n"say ""hi"", then",acme-a.com\n', ['acme-a.com']],
    ['no heading, one column of domains', 'acme-a.com;ok\nacme-b.com;failed\n', ['acme-a.com', 'acme-b.com']],
    ['an unknown heading, one column of domains', 'Kunde;Adresse\nAcme;acme-a.com\n', ['acme-a.com']],
    ['old line ends', 'Domain\tState\racme-a.com\tok\r', ['acme-a.com']],
    ['bars', 'Domain | State\nacme-a.com | ok\n', ['acme-a.com']],
    ['blanks between domains', 'acme-a.com acme-b.com\n', ['acme-a.com', 'acme-b.com']],
    ['a list of one column', 'Domain\nacme-a.com\n', ['acme-a.com']],
    ['empty lines and a final separator', '\n\nDomain;\n\nacme-a.com;\n;\n', ['acme-a.com']],
    [
      'a console that lists identities',
      'Identity\tIdentity type\tStatus\nacme-a.com\tDomain\tVerified\n',
      ['acme-a.com'],
    ],
    [
      'a console with a column of return paths',
      'Domain\tDKIM\tReturn-Path\nacme-a.com\tVerified\tpm-bounces.acme-a.com\n',
      ['acme-a.com'],
    ],
    ['a console with figures', 'Domain\tSent\tDelivered\tStatus\nmg.acme-a.com\t12\t11\tActive\n', ['mg.acme-a.com']],
    ['a console with subdomains', 'Domain,Subdomain,DNS\nacme-a.com,em4242,u1.wl.sendgrid.net\n', ['acme-a.com']],
    ['a console with days', 'Domain name\tStatus\tSince\nacme-a.com\tAuthenticated\t01.11.2026\n', ['acme-a.com']],
    ['an export with ids', 'id,name,status,region\n4dd3,acme-a.com,verified,eu-west-1\n', ['acme-a.com']],
  ])('understands a table: %s', (_what, text, expected) => {
    const list = read(text);
    expect(list.accepted.map(({ name }) => name)).toEqual(expected);
    expect([list.question, list.refused.filter(({ text: shown }) => shown !== '')]).toEqual([null, []]);
  });

  it('asks where two columns may hold the domains, and adds nothing until one is chosen', () => {
    const text = 'acme-a.com;ok;ovh.net\nacme-b.com;ok;ovh.com\n';
    const list = read(text);
    expect(list.accepted).toEqual([]);
    expect(list.question?.map(({ index, domains, samples }) => [index, domains, samples])).toEqual([
      [0, 2, ['acme-a.com', 'acme-b.com']],
      [2, 2, ['ovh.net', 'ovh.com']],
    ]);
    expect(names(text, { column: 2 })).toEqual(['ovh.net', 'ovh.com']);
    expect(names('acme-a.com;ok;ovh.net')).toEqual([]);
    expect(names('Site,Host\nacme-a.com,ovh.net\n')).toEqual([]);
  });

  it('counts lines as an editor does, behind cells of several lines as well', () => {
    const list = read('Note,Domain\n"one\ntwo\nthree",acme-a.com\nx,bad_name.com\n');
    expect(list.accepted[0]?.line).toBe(2);
    expect(list.refused[0]?.line).toBe(5);
  });

  it.each([
    ['https://shop.example.com/path', 'shop.example.com'],
    ['shop.example.com/path', 'shop.example.com'],
    ['anna@mail.example.org', 'mail.example.org'],
    ['mailto:anna@mail.example.org?subject=x', 'mail.example.org'],
    ['"Anna" <anna@mail.example.org>', 'mail.example.org'],
    ['http://user:secret@shop.example.com:8080/', 'shop.example.com'],
  ])('offers the domain in %s, and takes it only when asked to', (text, domain) => {
    const list = read(text);
    expect([list.accepted, list.refused]).toEqual([[], []]);
    expect(list.offered).toMatchObject([{ line: 1, text, name: domain }]);
    expect(names(text, { takeOffered: true })).toEqual([domain]);
  });

  it('reads a line of mail addresses as a mail program copies it', () => {
    const text = '"Anna A." <anna@mail.example.org>, Bob <bob@news.example.com>, carol@shop.example.net';
    expect(names(text, { takeOffered: true })).toEqual(['mail.example.org', 'news.example.com', 'shop.example.net']);
  });

  it('refuses an address whose domain can’t be a sender domain', () => {
    expect(read('anna@gmail.com').refused[0]?.finding.code).toBe('dns.not-a-domain');
    expect(read('anna@gmail.com', { takeOffered: true }).accepted).toEqual([]);
  });

  it('reads up to a quotation that nothing closes, and says where that is', () => {
    const list = read('Note,Domain\nx,acme-a.com\n"open,acme-b.com\ny,acme-c.com\n');
    expect(list.accepted.map(({ name }) => name)).toEqual(['acme-a.com']);
    expect(list.refused.map(({ line, finding }) => [line, finding.code])).toEqual([[3, 'dns.open-quote']]);
  });

  it('gives the refused lines as a table that no spreadsheet takes for formulas', () => {
    const row = (line: number, text: string) => ({ line, text, message: 'Wrong, “quite”', remedy: 'Say "a", then b.' });
    expect(refusedTable([row(1, '=HYPERLINK("https://evil.example")'), row(12, 'two\nlines'), row(13, 'a;=1+1')])).toBe(
      [
        'Line,Text,Problem,Remedy',
        `1,"'=HYPERLINK(""https://evil.example"")","Wrong, “quite”","Say ""a"", then b."`,
        '12,"two\nlines","Wrong, “quite”","Say ""a"", then b."',
        // Where the system parts cells at semicolons, what stands behind one begins a cell too.
        `13,a;'=1+1,"Wrong, “quite”","Say ""a"", then b."`,
        '',
      ].join('\r\n'),
    );
  });
});

/** Answers as the providers' documentation shows them; where each is documented stands in shared/lists/console-answers.ts. */
const ANSWERS: readonly (readonly [
  what: string,
  answer: unknown,
  domains: readonly string[],
  answerOf: string | null,
])[] = [
  [
    'Amazon SES, list',
    {
      EmailIdentities: [
        { IdentityType: 'DOMAIN', IdentityName: 'acme-a.com', SendingEnabled: true, VerificationStatus: 'SUCCESS' },
        { IdentityType: 'EMAIL_ADDRESS', IdentityName: 'anna@acme-c.com', SendingEnabled: true },
        { IdentityType: 'MANAGED_DOMAIN', IdentityName: 'news.acme-b.com', SendingEnabled: false },
      ],
      NextToken: 'next.page.com',
    },
    ['acme-a.com', 'news.acme-b.com'],
    'Amazon SES (aws sesv2 list-email-identities)',
  ],
  [
    'Amazon SES, the older list',
    { Identities: ['acme-a.com', 'anna@acme-c.com'] },
    ['acme-a.com'],
    'Amazon SES (aws ses list-identities)',
  ],
  [
    'SendGrid, list',
    [
      {
        id: 123,
        user_id: 234,
        subdomain: 'em4242',
        domain: 'acme-a.com',
        username: 'user',
        ips: ['192.0.2.1'],
        custom_spf: false,
        default: true,
        legacy: false,
        automatic_security: true,
        valid: true,
        dns: {
          mail_cname: { valid: true, type: 'cname', host: 'em4242.acme-a.com', data: 'u1.wl.sendgrid.net' },
          dkim1: {
            valid: true,
            type: 'cname',
            host: 's1._domainkey.acme-a.com',
            data: 's1.domainkey.u1.wl.sendgrid.net',
          },
        },
      },
      { id: 124, subdomain: 'em4243', domain: 'acme-b.com', automatic_security: false, valid: false, dns: {} },
    ],
    ['acme-a.com', 'acme-b.com'],
    'SendGrid (GET /v3/whitelabel/domains)',
  ],
  [
    'Mailgun, list',
    {
      total_count: 3,
      items: [
        {
          created_at: 'Mon, 02 Jan 2006 15:04:05 MST',
          id: '1',
          name: 'mg.acme-a.com',
          state: 'active',
          type: 'custom',
        },
        { name: 'sandbox0123456789abcdef0123456789abcdef.mailgun.org', state: 'active', type: 'sandbox' },
        { name: 'acme-b.com', state: 'unverified', type: 'custom', web_prefix: 'email', tracking_host: 'mailgun.com' },
      ],
    },
    ['mg.acme-a.com', 'acme-b.com'],
    'Mailgun (GET /v4/domains)',
  ],
  [
    'Mailgun, one',
    {
      domain: { name: 'acme-a.com', smtp_login: 'postmaster@acme-a.com', state: 'active', type: 'custom' },
      receiving_dns_records: [{ record_type: 'MX', value: 'mxa.mailgun.org', name: 'acme-a.com' }],
      sending_dns_records: [{ record_type: 'CNAME', name: 'email.acme-a.com', value: 'mailgun.org' }],
    },
    ['acme-a.com'],
    'Mailgun (GET /v4/domains/{name})',
  ],
  [
    'Postmark, list',
    {
      TotalCount: 2,
      Domains: [
        { Name: 'acme-a.com', SPFVerified: true, DKIMVerified: true, ReturnPathDomainVerified: false, ID: 36735 },
        { Name: 'acme-b.com', SPFVerified: true, DKIMVerified: true, ReturnPathDomainVerified: true, ID: 81605 },
      ],
    },
    ['acme-a.com', 'acme-b.com'],
    'Postmark (GET /domains)',
  ],
  [
    'Postmark, one',
    {
      Name: 'acme-a.com',
      SPFHost: 'acme-a.com',
      SPFTextValue: 'v=spf1 a mx include:spf.mtasv.net ~all',
      DKIMHost: 'pm._domainkey.acme-a.com',
      ReturnPathDomain: 'pm-bounces.acme-a.com',
      ReturnPathDomainCNAMEValue: 'pm.mtasv.net',
      ID: 36735,
    },
    ['acme-a.com'],
    'Postmark (GET /domains/{id})',
  ],
  [
    'Postmark, signatures',
    {
      TotalCount: 1,
      SenderSignatures: [
        { Domain: 'acme-a.com', EmailAddress: 'anna@acme-a.com', ReplyToEmailAddress: 'info@acme-b.com', ID: 36735 },
      ],
    },
    ['acme-a.com'],
    'Postmark (GET /senders)',
  ],
  [
    'Brevo, list',
    {
      domains: [
        { id: '1', domain_name: 'acme-a.com', authenticated: true, verified: true, ip: null, provider: 'ovh.net' },
        { id: '2', domain_name: 'acme-b.com', authenticated: false, verified: false, ip: null },
      ],
      count: 2,
      current_page: 1,
      total_pages: 1,
    },
    ['acme-a.com', 'acme-b.com'],
    'Brevo (GET /v3/senders/domains)',
  ],
  [
    'Brevo, one',
    {
      domain: 'acme-a.com',
      verified: true,
      authenticated: false,
      dns_records: { brevo_code: { type: 'TXT', host_name: 'acme-a.com', value: 'brevo-code:1', status: true } },
    },
    ['acme-a.com'],
    'Brevo (GET /v3/senders/domains/{domainName})',
  ],
  [
    'Resend, list',
    {
      object: 'list',
      has_more: false,
      data: [
        { id: 'd91cd9bd', name: 'acme-a.com', status: 'not_started', created_at: '2023-04-26', region: 'us-east-1' },
      ],
    },
    ['acme-a.com'],
    'Resend (GET /domains)',
  ],
  [
    'Resend, one',
    {
      object: 'domain',
      name: 'acme-a.com',
      status: 'not_started',
      region: 'us-east-1',
      records: [
        { record: 'SPF', name: 'send', type: 'MX', value: 'feedback-smtp.us-east-1.amazonses.com', priority: 10 },
      ],
    },
    ['acme-a.com'],
    'Resend (GET /domains/{id})',
  ],
  [
    'a provider that is not known',
    { results: [{ domain: 'acme-a.com', tracking_domain: 'click.acme-a.com', status: { spf_status: 'valid' } }] },
    ['acme-a.com'],
    null,
  ],
  ['a bare list', ['acme-a.com', 'acme-b.com'], ['acme-a.com', 'acme-b.com'], null],
];

describe('what providers’ interfaces answer', () => {
  it.each(ANSWERS)('reads %s', (_what, answer, domains, answerOf) => {
    for (const text of [JSON.stringify(answer), JSON.stringify(answer, null, 4).replace(/\n/g, '\r\n')]) {
      const list = parseDomainList(text, new Set());
      expect(list.accepted.map(({ name }) => name)).toEqual(domains);
      expect([list.readAs, list.answerOf, list.question]).toEqual(['json', answerOf, null]);
    }
  });

  it('tells the line of each, the addresses, and what is the provider’s own', () => {
    const read = (text: unknown) => parseDomainList(JSON.stringify(text, null, 1), new Set());
    const ses = read(ANSWERS[0]?.[1]);
    expect(ses.offered).toMatchObject([{ line: 11, text: 'anna@acme-c.com', name: 'acme-c.com' }]);
    expect(ses.accepted.map(({ line }) => line)).toEqual([5, 16]);
    expect(read(ANSWERS[3]?.[1]).refused).toMatchObject([
      { finding: { code: 'dns.providers-own-domain', values: { provider: 'Mailgun' } } },
    ]);
  });

  it('reads one value to a line', () => {
    const lines = '{"domain":"acme-a.com","state":"ok"}\n{"domain":"acme-b.com","state":"ok"}\n';
    expect(parseDomainList(lines, new Set()).accepted).toMatchObject([
      { line: 1, name: 'acme-a.com' },
      { line: 2, name: 'acme-b.com' },
    ]);
  });

  it('asks which property holds the domains where several may, and adds nothing until one is named', () => {
    const text = JSON.stringify([{ site: 'acme-a.com', host: 'ovh.net' }]);
    const list = parseDomainList(text, new Set());
    expect([list.accepted, list.question?.map(({ index, heading }) => [index, heading])]).toEqual([
      [],
      [
        [0, 'site'],
        [1, 'host'],
      ],
    ]);
    expect(parseDomainList(text, new Set(), { column: 0 }).accepted).toMatchObject([{ name: 'acme-a.com' }]);
  });

  it.each([
    [
      'an answer that names no domain',
      JSON.stringify({
        IdentityType: 'DOMAIN',
        VerifiedForSendingStatus: true,
        DkimAttributes: { Tokens: ['a', 'b', 'c'], Status: 'SUCCESS' },
        MailFromAttributes: { MailFromDomain: 'bounce.acme-a.com' },
      }),
      'dns.answer-without-domain',
    ],
    ['an answer that was cut off', '{"Domains":[{"Name":"acme-a.com"},{"Na', 'dns.cut-json'],
    ['JSON without a domain', '{"error":"unauthorized","code":401}', 'dns.json-without-domains'],
  ])('refuses %s, and says why', (_what, text, code) => {
    const list = parseDomainList(text, new Set());
    expect([list.accepted, list.refused.map(({ finding }) => finding.code)]).toEqual([[], [code]]);
  });
});

describe('cells that a console’s page gives one to a line', () => {
  const names = (text: string) => {
    const { accepted, refused, question } = parseDomainList(text, new Set());
    return { accepted: accepted.map(({ name }) => name), refused: refused.map(({ text: cell }) => cell), question };
  };

  it.each([
    [
      'Resend',
      'Domain\nStatus\nRegion\nCreated\nacme-a.com\nVerified\nNorth Virginia (us-east-1)\n5 days ago\nacme-b.com\nNot Started\nIreland (eu-west-1)\n1 day ago\n',
    ],
    ['a heading without a cell for its buttons', 'Domain\nDKIM\nActions\nacme-a.com\nVerified\nacme-b.com\nPending\n'],
    ['a column before the domain', 'Status\nDomain\nVerified\nacme-a.com\nPending, since May\nacme-b.com\n'],
  ])('puts them back into rows: %s', (_what, text) => {
    expect(names(text)).toEqual({ accepted: ['acme-a.com', 'acme-b.com'], refused: [], question: null });
  });

  it('asks where each row has two domains, and goes by their headings where it can', () => {
    expect(names('Site\nHost\nState\nacme-a.com\nacme-a.net\nok\nacme-b.com\nacme-b.net\nok\n').question).toHaveLength(
      2,
    );
    expect(names('Domain\nReturn-Path\nState\nacme-a.com\npm.acme-a.com\nok\nacme-b.com\npm.acme-b.com\nok\n')).toEqual(
      {
        accepted: ['acme-a.com', 'acme-b.com'],
        refused: [],
        question: null,
      },
    );
  });

  it('takes no list with a slip in it for such a table', () => {
    expect(names('Our customers\nDomain\nacme-a.com\nnot one\nacme-b.com\nacme-c.com\n')).toMatchObject({
      accepted: ['acme-a.com', 'acme-b.com', 'acme-c.com'],
    });
  });
});

describe('the names of a zone', () => {
  const ZONE = [
    '$ORIGIN acme-a.com.',
    '$TTL 3600',
    '@ IN SOA ns1.host.example. admin.host.example. ( 1 7200',
    '  3600 1209600 3600 )',
    '@ IN NS ns1.host.example.',
    '@ IN MX 10 mx.host.example.',
    'www IN A 192.0.2.1',
    'news IN TXT "v=spf1 include:_spf.host.example ~all"',
    's1._domainkey.shop IN TXT "v=DKIM1; p=abc"',
    '_dmarc.mail.shop IN TXT "v=DMARC1; p=none"',
    'never IN TXT "v=spf1 -all"',
    'never IN MX 0 .',
    'partner IN NS ns1.partner.example.',
    '* IN A 192.0.2.2',
    '_sip._tcp IN SRV 0 0 5060 sip.host.example.',
  ].join('\n');

  it('takes those that mail speaks of, and offers the others with what stands there', () => {
    const list = parseDomainList(ZONE, new Set(['news.acme-a.com']));
    expect(list.readAs).toBe('zone');
    expect(list.accepted.map(({ line, name }) => [line, name])).toEqual([
      [3, 'acme-a.com'],
      [9, 'shop.acme-a.com'],
      [10, 'mail.shop.acme-a.com'],
    ]);
    expect(list.known).toMatchObject([{ line: 8, name: 'news.acme-a.com' }]);
    expect(list.offered.map(({ line, text }) => [line, text])).toEqual([
      [7, 'www.acme-a.com (A)'],
      [11, 'never.acme-a.com (SPF record, MX record)'],
      [13, 'partner.acme-a.com (delegation)'],
    ]);
    expect(parseDomainList(ZONE, new Set(), { takeOffered: true }).accepted).toHaveLength(7);
  });

  it('reads what Route 53 lists', () => {
    const text = JSON.stringify({
      ResourceRecordSets: [
        { Name: 'acme-a.com.', Type: 'MX', TTL: 300, ResourceRecords: [{ Value: '10 mx.host.example' }] },
        { Name: 'www.acme-a.com.', Type: 'A', TTL: 300, ResourceRecords: [{ Value: '192.0.2.1' }] },
      ],
    });
    const { accepted, offered } = parseDomainList(text, new Set());
    expect([accepted.map(({ name }) => name), offered.map(({ name }) => name)]).toEqual([
      ['acme-a.com'],
      ['www.acme-a.com'],
    ]);
  });

  it('says what is missing where the zone’s own name is, and takes no relative name for a domain', () => {
    const list = parseDomainList('@ IN MX 10 mx.host.example.\nnews.shop IN MX 10 mx.host.example.\n', new Set());
    expect([list.accepted, list.refused.map(({ line, finding }) => [line, finding.code])]).toEqual([
      [],
      [[1, 'dns.nameless-zone']],
    ]);
  });

  it('tells the lines that can’t be read', () => {
    const list = parseDomainList('$ORIGIN acme-a.com.\n@ IN MX 10 mx\nwww IN A 192.0.2.999\n', new Set());
    expect(list.accepted).toMatchObject([{ name: 'acme-a.com' }]);
    expect(list.refused).toMatchObject([{ line: 3, finding: { code: 'zone.syntax' } }]);
  });
});
