import type { ProviderTemplate } from '../template.ts';

export const mailgun: ProviderTemplate = {
  id: 'mailgun',
  name: 'Mailgun',
  aliases: ['mailgun', 'sinch mailgun'],
  source: {
    label: 'Mailgun documentation: domain verification',
    url: 'https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify',
    date: '2026-11',
  },
  notes: ['Mailgun advises a subdomain such as mg.example.com as the sender domain.'],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: ['include:mailgun.org'],
      spfName: '{domain}',
      fields: [
        {
          id: 'selector',
          label: 'DKIM selector',
          help: 'The name before ._domainkey in the DKIM record that Mailgun shows.',
          example: 'smtp',
          pattern: '[A-Za-z0-9-]+',
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
          id: 'dkim:mailgun',
          purpose: 'dkim',
          type: 'TXT',
          name: '{selector}._domainkey.{domain}',
          value: 'k=rsa; p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of Mailgun with this key.',
        },
        {
          id: 'tracking',
          purpose: 'tracking',
          type: 'CNAME',
          name: 'email.{domain}',
          value: 'mailgun.org',
          optional: true,
          why: 'Links and opens are counted under your own domain.',
        },
      ],
      selectors: ['{selector}'],
      ownKeys: false,
    },
  ],
};
