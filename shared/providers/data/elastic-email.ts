import type { ProviderTemplate } from '../template/template.ts';

export const elasticEmail: ProviderTemplate = {
  id: 'elastic-email',
  name: 'Elastic Email',
  aliases: ['elasticemail', 'elastic email', 'elastic'],
  source: {
    label: 'Elastic Email help: how to verify your domain',
    url: 'https://help.elasticemail.com/en/articles/4934400-how-to-verify-your-domain',
    date: '2026-11',
  },
  notes: [
    'The DKIM key is the same for every customer; copy it from the account’s domain page, so that a changed key is noticed.',
    'Every subdomain that sends is verified by itself.',
    'The shared key has 1024 bits: receivers accept it, and it is shorter than what is advised today.',
  ],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: ['include:_spf.elasticemail.com'],
      spfFirst: ['a', 'mx'],
      spfName: '{domain}',
      fields: [
        {
          id: 'dkimKey',
          label: 'Public key of api._domainkey',
          help: 'In Elastic Email, open Settings, Domains, the domain, DKIM: copy the value after p=.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
      ],
      records: [
        {
          id: 'dkim:api',
          purpose: 'dkim',
          type: 'TXT',
          name: 'api._domainkey.{domain}',
          value: 'k=rsa;t=s;p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of Elastic Email with this key.',
        },
        {
          id: 'tracking',
          purpose: 'tracking',
          type: 'CNAME',
          name: 'tracking.{domain}',
          value: 'api.elasticemail.com',
          optional: true,
          why: 'Links and opens are counted under your own domain.',
        },
      ],
      selectors: ['api'],
      ownKeys: false,
    },
  ],
};
