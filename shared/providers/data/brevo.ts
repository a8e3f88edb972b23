import type { ProviderTemplate, TemplateField, TemplateRecord } from '../template/template.ts';

const brevoCode: TemplateField = {
  id: 'brevoCode',
  label: 'Brevo code',
  help: 'The value of the TXT record that begins with brevo-code:.',
  example: 'brevo-code:1a2b3c4d5e6f',
  pattern: 'brevo-code:[A-Za-z0-9]+',
};

const verification: TemplateRecord = {
  id: 'verification',
  purpose: 'verification',
  type: 'TXT',
  name: '{domain}',
  value: '{brevoCode}',
  optional: false,
  why: 'Shows Brevo that the domain is yours.',
};

export const brevo: ProviderTemplate = {
  id: 'brevo',
  name: 'Brevo',
  aliases: ['brevo', 'sendinblue'],
  source: {
    label: 'Brevo help: domain authentication (Brevo code, DKIM, DMARC)',
    url: 'https://help.brevo.com/hc/en-us/articles/17286219877778-FAQs-About-domain-authentication-Brevo-code-DKIM-DMARC',
    date: '2026-11',
  },
  needsReports: true,
  notes: [
    'Which setup method applies depends on the DNS host: use the one that Brevo shows for the domain.',
    'Brevo asks for a DMARC record with a rua tag, and proposes rua@dmarc.brevo.com; any address of yours serves as well.',
    'SPF is not needed on shared addresses: bounces go to Brevo’s own domain, and DKIM carries DMARC.',
  ],
  modes: [
    {
      id: 'cname',
      label: 'Two CNAMEs',
      spfTerms: [],
      spfName: '{domain}',
      fields: [
        brevoCode,
        {
          id: 'keyHost1',
          label: 'Value of brevo1._domainkey',
          help: 'The target that Brevo shows for the first CNAME.',
          example: 'b1.example-com.dkim.brevo.com',
          pattern: '[A-Za-z0-9._-]+\\.[A-Za-z]{2,}',
        },
        {
          id: 'keyHost2',
          label: 'Value of brevo2._domainkey',
          help: 'The target that Brevo shows for the second CNAME.',
          example: 'b2.example-com.dkim.brevo.com',
          pattern: '[A-Za-z0-9._-]+\\.[A-Za-z]{2,}',
        },
      ],
      records: [
        verification,
        {
          id: 'dkim:brevo1',
          purpose: 'dkim',
          type: 'CNAME',
          name: 'brevo1._domainkey.{domain}',
          value: '{keyHost1}',
          optional: false,
          why: 'Leads to the first key.',
        },
        {
          id: 'dkim:brevo2',
          purpose: 'dkim',
          type: 'CNAME',
          name: 'brevo2._domainkey.{domain}',
          value: '{keyHost2}',
          optional: false,
          why: 'Leads to the second key.',
        },
      ],
      selectors: ['brevo1', 'brevo2'],
      ownKeys: false,
    },
    {
      id: 'txt',
      label: 'Key as TXT',
      spfTerms: [],
      spfName: '{domain}',
      fields: [
        brevoCode,
        {
          id: 'dkimKey',
          label: 'Public key of mail._domainkey',
          help: 'The value after p= of the DKIM record that Brevo shows.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
      ],
      records: [
        verification,
        {
          id: 'dkim:mail',
          purpose: 'dkim',
          type: 'TXT',
          name: 'mail._domainkey.{domain}',
          value: 'k=rsa;p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of Brevo with this key.',
        },
      ],
      selectors: ['mail'],
      ownKeys: false,
    },
  ],
};
