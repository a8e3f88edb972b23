import type { ProviderTemplate } from '../template/template.ts';

const TRACKING = {
  label: 'Records of Resend accounts in public repositories',
  url: '',
  date: '2026-11',
};

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
    'Where the domain has CAA records, the tracking name needs one that lets Resend get its certificate: copy it from the account.',
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
        {
          id: 'trackingLabel',
          label: 'Tracking subdomain',
          help: 'The label before your domain in the tracking record, where tracking is on.',
          example: 'links',
          pattern: '[A-Za-z0-9-]+',
        },
        {
          id: 'trackingHost',
          label: 'Tracking target',
          help: 'The value of the tracking record that Resend shows.',
          example: 'links1.resend-dns.com',
          pattern: 'links[0-9]+\\.resend-dns\\.com',
          fallback: 'links1.resend-dns.com',
          source: TRACKING,
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
        {
          id: 'tracking',
          purpose: 'tracking',
          type: 'CNAME',
          name: '{trackingLabel}.{domain}',
          value: '{trackingHost}',
          optional: true,
          why: 'Links and opens are counted under your own domain.',
          source: TRACKING,
        },
      ],
      selectors: ['resend'],
      ownKeys: false,
    },
  ],
};
