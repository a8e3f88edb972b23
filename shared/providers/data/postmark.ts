import type { ProviderTemplate } from '../template/template.ts';

export const postmark: ProviderTemplate = {
  id: 'postmark',
  name: 'Postmark',
  aliases: ['postmark', 'postmarkapp'],
  source: {
    label: 'Postmark help: verifying a domain',
    url: 'https://postmarkapp.com/support/article/1046-how-do-i-verify-a-domain',
    date: '2026-11',
  },
  notes: [
    'SPF passes through the custom Return-Path; Postmark needs nothing in your own SPF record.',
    'The label pm-bounces is Postmark’s proposal, which is taken here as it stands.',
    'The selector carries a date, and a new one comes with every new key: copy both together.',
  ],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: [],
      spfName: 'pm-bounces.{domain}',
      fields: [
        {
          id: 'selector',
          label: 'DKIM selector',
          help: 'The name before ._domainkey in the DKIM record, a date followed by pm.',
          example: '20260115093012pm',
          pattern: '[0-9]{8,}pm',
        },
        {
          id: 'dkimKey',
          label: 'DKIM public key',
          help: 'The value after p= of the DKIM record.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
      ],
      records: [
        {
          id: 'dkim:postmark',
          purpose: 'dkim',
          type: 'TXT',
          name: '{selector}._domainkey.{domain}',
          value: 'k=rsa;p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of Postmark with this key.',
        },
        {
          id: 'return-path',
          purpose: 'return-path',
          type: 'CNAME',
          name: 'pm-bounces.{domain}',
          value: 'pm.mtasv.net',
          optional: false,
          why: 'Bounces go to Postmark, and SPF is checked there.',
        },
      ],
      selectors: ['{selector}'],
      ownKeys: false,
    },
  ],
};
