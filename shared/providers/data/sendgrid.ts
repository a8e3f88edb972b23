import type { ProviderTemplate, TemplateField, TemplateMode, TemplateRecord } from '../template/template.ts';

const SELECTORS = {
  label: 'SendGrid documentation: custom DKIM selector',
  url: 'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/dkim-records',
  date: '2026-11',
};
const BRANDING = {
  label: 'SendGrid documentation: how to set up link branding',
  url: 'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-link-branding',
  date: '2026-11',
};

const selectors = [1, 2].map(
  (place): TemplateField => ({
    id: `selector${place}`,
    label: `DKIM selector ${place}`,
    help: `The name before ._domainkey in the ${place === 1 ? 'first' : 'second'} DKIM record; another than s${place} where several accounts share the domain.`,
    example: `s${place}`,
    pattern: '[A-Za-z0-9-]+',
    fallback: `s${place}`,
    source: SELECTORS,
  }),
);

const automatedFields: readonly TemplateField[] = [
  {
    id: 'subdomain',
    label: 'Generated subdomain',
    help: 'In SendGrid, open Settings, Sender Authentication, the domain: the host of the first CNAME, without your domain.',
    example: 'em1234',
    pattern: '[A-Za-z0-9-]+',
  },
  {
    id: 'accountHost',
    label: 'Account host',
    help: 'The value of the first CNAME.',
    example: 'u1234567.wl123.sendgrid.net',
    pattern: '[A-Za-z0-9._-]+\\.[A-Za-z]{2,}',
  },
  ...selectors,
];

const automatedRecords: readonly TemplateRecord[] = [
  {
    id: 'return-path',
    purpose: 'return-path',
    type: 'CNAME',
    name: '{subdomain}.{domain}',
    value: '{accountHost}',
    optional: false,
    why: 'Bounces go to SendGrid, and SPF is checked there.',
  },
  {
    id: 'dkim:s1',
    purpose: 'dkim',
    type: 'CNAME',
    name: '{selector1}._domainkey.{domain}',
    value: '{selector1}.domainkey.{accountHost}',
    optional: false,
    why: 'Leads to the first key; SendGrid rotates it.',
  },
  {
    id: 'dkim:s2',
    purpose: 'dkim',
    type: 'CNAME',
    name: '{selector2}._domainkey.{domain}',
    value: '{selector2}.domainkey.{accountHost}',
    optional: false,
    why: 'Leads to the second key, used during rotation.',
  },
];

const automated: TemplateMode = {
  id: 'automated',
  label: 'Automated security (CNAME)',
  spfTerms: [],
  spfName: '{subdomain}.{domain}',
  fields: [...automatedFields],
  records: [...automatedRecords],
  selectors: ['{selector1}', '{selector2}'],
  ownKeys: false,
};

/** The same with links and opens counted under one's own domain. */
const branded: TemplateMode = {
  ...automated,
  id: 'automated-branded',
  label: 'Automated security with link branding (CNAME)',
  fields: [
    ...automatedFields,
    {
      id: 'linkSubdomain',
      label: 'Link subdomain',
      help: 'In SendGrid, open Settings, Sender Authentication, Link Branding: the host of the first CNAME, without your domain.',
      example: 'url1234',
      pattern: '[A-Za-z0-9-]+',
      source: BRANDING,
    },
    {
      id: 'ownerLabel',
      label: 'Account number',
      help: 'The host of the second CNAME, without your domain: the digits of the account.',
      example: '1234567',
      pattern: '[0-9]+',
      source: BRANDING,
    },
  ],
  records: [
    ...automatedRecords,
    {
      id: 'links',
      purpose: 'tracking',
      type: 'CNAME',
      name: '{linkSubdomain}.{domain}',
      value: 'sendgrid.net',
      optional: true,
      why: 'Links and opens are counted under your own domain.',
      source: BRANDING,
    },
    {
      id: 'link-owner',
      purpose: 'tracking',
      type: 'CNAME',
      name: '{ownerLabel}.{domain}',
      value: 'sendgrid.net',
      optional: true,
      why: 'Shows SendGrid that the links are yours.',
      source: BRANDING,
    },
  ],
};

export const sendgrid: ProviderTemplate = {
  id: 'sendgrid',
  name: 'SendGrid',
  aliases: ['sendgrid', 'twilio sendgrid'],
  source: {
    label: 'SendGrid documentation: domain authentication',
    url: 'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication',
    date: '2026-11',
  },
  notes: [
    'SendGrid’s pages name _spf.sendgrid.com, _spf.sendgrid.net and sendgrid.net; use what the account shows.',
    'A domain that is kept in the EU has a host under eu.sendgrid.net; copy the account host as shown.',
    'With automated security SendGrid keeps SPF and the keys behind the CNAMEs, so nothing is merged into your own SPF record.',
  ],
  modes: [
    automated,
    branded,
    {
      id: 'manual',
      label: 'Manual (TXT on a generated subdomain)',
      spfTerms: ['include:{spfHost}'],
      spfFirst: ['a', 'mx'],
      spfName: '{subdomain}.{domain}',
      fields: [
        {
          id: 'spfHost',
          label: 'SPF include',
          help: 'The host after include: in the SPF record that the account shows.',
          example: '_spf.sendgrid.com',
          pattern: '_spf\\.sendgrid\\.(?:com|net)|sendgrid\\.net|u[0-9]+\\.wl[0-9]*\\.sendgrid\\.net',
          fallback: '_spf.sendgrid.com',
        },
        {
          id: 'subdomain',
          label: 'Generated subdomain',
          help: 'In SendGrid, open Settings, Sender Authentication, the domain: the host of the MX record, without your domain.',
          example: 'em1234',
          pattern: '[A-Za-z0-9-]+',
        },
        {
          id: 'dkimKey',
          label: 'Public key of m1._domainkey',
          help: 'The value after p= of the DKIM record that SendGrid shows.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
      ],
      records: [
        {
          id: 'mx',
          purpose: 'mx',
          type: 'MX',
          name: '{subdomain}.{domain}',
          value: 'mx.sendgrid.net',
          preference: 0,
          optional: false,
          why: 'Bounces go to SendGrid.',
        },
        {
          id: 'dkim:m1',
          purpose: 'dkim',
          type: 'TXT',
          name: 'm1._domainkey.{domain}',
          value: 'k=rsa; t=s; p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of SendGrid with this key.',
        },
      ],
      selectors: ['m1'],
      ownKeys: false,
    },
  ],
};
