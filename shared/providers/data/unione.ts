import type { ProviderTemplate, TemplateField, TemplateMode, TemplateRecord } from '../template/template.ts';

const fields: readonly TemplateField[] = [
  {
    id: 'spfHost',
    label: 'SPF include',
    help: 'The host after include: in the SPF record that UniOne shows.',
    example: 'spf.unione.io',
    pattern: '[A-Za-z0-9._-]+\\.[A-Za-z]{2,}',
    fallback: 'spf.unione.io',
  },
  {
    id: 'selector',
    label: 'DKIM selector',
    help: 'The name before ._domainkey in the DKIM record.',
    example: 'us',
    pattern: '[A-Za-z0-9-]+',
    fallback: 'us',
  },
  {
    id: 'dkimKey',
    label: 'DKIM public key',
    help: 'The value after p= of the DKIM record.',
    example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
    pattern: '[A-Za-z0-9+/=\\s]{100,}',
  },
  {
    id: 'verification',
    label: 'Verification value',
    help: 'The value of the verification TXT record, beginning with unione-validate-hash=.',
    example: 'unione-validate-hash=1f2e3d4c5b6a7980',
    pattern: 'unione-validate-hash=[A-Za-z0-9]+',
  },
];

const records: readonly TemplateRecord[] = [
  {
    id: 'verification',
    purpose: 'verification',
    type: 'TXT',
    name: '{domain}',
    value: '{verification}',
    optional: false,
    why: 'Shows UniOne that the domain is yours.',
  },
  {
    id: 'dkim:unione',
    purpose: 'dkim',
    type: 'TXT',
    name: '{selector}._domainkey.{domain}',
    value: 'k=rsa; p={dkimKey}',
    optional: false,
    why: 'Receivers verify the signatures of UniOne with this key.',
  },
  {
    id: 'signing-policy',
    purpose: 'verification',
    type: 'TXT',
    name: '_domainkey.{domain}',
    value: 'o=~',
    optional: true,
    why: 'UniOne lists it beside the key: it says in DomainKeys, which came before DKIM, that some mail is signed. Receivers of today don’t read it.',
  },
];

const standard: TemplateMode = {
  id: 'standard',
  label: 'Standard',
  spfTerms: ['include:{spfHost}'],
  spfName: '{domain}',
  fields: [...fields],
  records: [...records],
  selectors: ['{selector}'],
  ownKeys: false,
};

/** The same with links and opens counted under one's own domain. */
const tracked: TemplateMode = {
  ...standard,
  id: 'own-tracking',
  label: 'Tracking under your own domain (NS)',
  fields: [
    ...fields,
    {
      id: 'trackingLabel',
      label: 'Tracking name',
      help: 'The name of the NS record that UniOne shows, without your domain.',
      example: 'track',
      pattern: '[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*',
    },
    {
      id: 'trackingServer',
      label: 'Name server',
      help: 'The value of the NS record.',
      example: 'ns1.example.net',
      pattern: '[A-Za-z0-9._-]+\\.[A-Za-z]{2,}\\.?',
    },
  ],
  records: [
    ...records,
    {
      id: 'tracking',
      purpose: 'tracking',
      type: 'NS',
      name: '{trackingLabel}.{domain}',
      value: '{trackingServer}',
      optional: true,
      why: 'Hands the tracking name over to UniOne: links and opens are counted under your own domain.',
    },
  ],
};

export const unione: ProviderTemplate = {
  id: 'unione',
  name: 'UniOne',
  aliases: ['unione', 'uni one', 'unisender go'],
  source: {
    label: 'UniOne documentation: domain/get-dns-records',
    url: 'https://us1.unione.io/en/docs/page/domain_get-dns-records_v1',
    date: '2026-11',
  },
  notes: [
    'A domain belongs to one application of UniOne.',
    'Tracking under your own domain is a delegation: UniOne’s servers speak for the tracking name and all below it.',
    'Where DMARC is left to UniOne, _dmarc is an alias that the account shows; a record of your own serves as well.',
    'The sender address is confirmed by a message that UniOne sends to it.',
    'UniOne strongly advises the SPF include; the verification value and the key are what it checks.',
  ],
  modes: [standard, tracked],
};
