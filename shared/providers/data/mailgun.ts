import type { ProviderTemplate, TemplateField } from '../template/template.ts';

const trackingHost: TemplateField = {
  id: 'trackingHost',
  label: 'Tracking target',
  help: 'The value of the CNAME for email: mailgun.org, or eu.mailgun.org in the EU region.',
  example: 'mailgun.org',
  pattern: '(?:eu\\.)?mailgun\\.org',
  fallback: 'mailgun.org',
};

const spfHost: TemplateField = {
  id: 'spfHost',
  label: 'SPF include',
  help: 'The host after include: in the SPF record that Mailgun shows; eu.mailgun.org for some accounts in the EU.',
  example: 'mailgun.org',
  pattern: '(?:eu\\.)?mailgun\\.org',
  fallback: 'mailgun.org',
  source: {
    label: 'Records of Mailgun accounts in public repositories; no page of Mailgun says so',
    url: '',
    date: '2026-11',
  },
};

export const mailgun: ProviderTemplate = {
  id: 'mailgun',
  name: 'Mailgun',
  aliases: ['mailgun', 'sinch mailgun'],
  source: {
    label: 'Mailgun documentation: domains, DKIM security',
    url: 'https://documentation.mailgun.com/docs/mailgun/user-manual/domains/dkim_security',
    date: '2026-11',
  },
  notes: [
    'Mailgun advises a subdomain such as mg.example.com as the sender domain: SPF is looked for there.',
    'The MX records that Mailgun shows serve mail to be received there; they are left out, because they would redirect the mail of a domain that has mailboxes.',
    'In the EU region the target of the tracking name is eu.mailgun.org.',
    'The label email of the tracking name can’t be changed.',
  ],
  modes: [
    {
      id: 'standard',
      label: 'Key as TXT',
      spfTerms: ['include:{spfHost}'],
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
        trackingHost,
        spfHost,
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
          value: '{trackingHost}',
          optional: true,
          why: 'Links and opens are counted under your own domain.',
        },
      ],
      selectors: ['{selector}'],
      ownKeys: false,
    },
    {
      id: 'automatic',
      label: 'Automatic sender security (CNAME)',
      spfTerms: ['include:{spfHost}'],
      spfName: '{domain}',
      fields: [
        {
          id: 'keyHost1',
          label: 'Value of pdk1._domainkey',
          help: 'In Mailgun, open Sending, Domain settings, DNS records: the target of the first CNAME.',
          example: 'pdk1._domainkey.1a2b3.dkim1.mailgun.com',
          pattern: '[A-Za-z0-9._-]+\\.[A-Za-z]{2,}',
        },
        {
          id: 'keyHost2',
          label: 'Value of pdk2._domainkey',
          help: 'In Mailgun, open Sending, Domain settings, DNS records: the target of the second CNAME.',
          example: 'pdk2._domainkey.1a2b3.dkim1.mailgun.com',
          pattern: '[A-Za-z0-9._-]+\\.[A-Za-z]{2,}',
        },
        trackingHost,
        spfHost,
      ],
      records: [
        {
          id: 'dkim:pdk1',
          purpose: 'dkim',
          type: 'CNAME',
          name: 'pdk1._domainkey.{domain}',
          value: '{keyHost1}',
          optional: false,
          why: 'Leads to the first key; Mailgun rotates it.',
        },
        {
          id: 'dkim:pdk2',
          purpose: 'dkim',
          type: 'CNAME',
          name: 'pdk2._domainkey.{domain}',
          value: '{keyHost2}',
          optional: false,
          why: 'Leads to the second key; Mailgun rotates it.',
        },
        {
          id: 'tracking',
          purpose: 'tracking',
          type: 'CNAME',
          name: 'email.{domain}',
          value: '{trackingHost}',
          optional: true,
          why: 'Links and opens are counted under your own domain.',
        },
      ],
      selectors: ['pdk1', 'pdk2'],
      ownKeys: false,
    },
  ],
};
