import type { ProviderTemplate } from '../template.ts';

export const resend: ProviderTemplate = {
  id: 'resend',
  name: 'Resend',
  aliases: ['resend'],
  source: {
    label: 'Resend documentation: domains',
    url: 'https://resend.com/docs/dashboard/domains/introduction',
    date: '2026-11',
  },
  notes: [
    'Resend sends through Amazon SES; SPF and bounces live on a subdomain, send unless another return path was chosen.',
    'The subdomain must have no other MX record.',
  ],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: ['include:amazonses.com'],
      spfName: '{returnPath}.{domain}',
      fields: [
        {
          id: 'dkimKey',
          label: 'DKIM public key',
          help: 'In Resend, open Domains, the domain: the value after p= at resend._domainkey.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
        {
          id: 'region',
          label: 'Region',
          help: 'The region in the MX record that Resend shows.',
          example: 'eu-west-1',
          pattern: '[a-z]{2}(?:-[a-z]+)+-\\d',
        },
        {
          id: 'returnPath',
          label: 'Return path',
          help: 'The label before your domain in the MX record that Resend shows.',
          example: 'send',
          pattern: '[A-Za-z0-9-]+',
          fallback: 'send',
        },
      ],
      records: [
        {
          id: 'mx',
          purpose: 'mx',
          type: 'MX',
          name: '{returnPath}.{domain}',
          value: 'feedback-smtp.{region}.amazonses.com',
          preference: 10,
          optional: false,
          why: 'Bounces go to Resend.',
        },
        {
          id: 'dkim:resend',
          purpose: 'dkim',
          type: 'TXT',
          name: 'resend._domainkey.{domain}',
          value: 'p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of Resend with this key.',
        },
      ],
      selectors: ['resend'],
      ownKeys: false,
    },
  ],
};
