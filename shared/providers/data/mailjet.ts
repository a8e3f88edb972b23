import type { ProviderTemplate } from '../template.ts';

export const mailjet: ProviderTemplate = {
  id: 'mailjet',
  name: 'Mailjet',
  aliases: ['mailjet', 'sinch mailjet'],
  source: {
    label: 'Mailjet documentation: SPF and DKIM',
    url: 'https://documentation.mailjet.com/',
    date: '2026-11',
  },
  notes: [],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: ['include:spf.mailjet.com'],
      spfName: '{domain}',
      fields: [
        {
          id: 'dkimKey',
          label: 'DKIM public key',
          help: 'In Mailjet, open Account, Sender domains, the domain: the value after p=.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
      ],
      records: [
        {
          id: 'dkim:mailjet',
          purpose: 'dkim',
          type: 'TXT',
          name: 'mailjet._domainkey.{domain}',
          value: 'k=rsa; p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of Mailjet with this key.',
        },
      ],
      selectors: ['mailjet'],
      ownKeys: false,
    },
  ],
};
