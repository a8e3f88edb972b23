import type { ProviderTemplate } from '../template.ts';

export const brevo: ProviderTemplate = {
  id: 'brevo',
  name: 'Brevo',
  aliases: ['brevo', 'sendinblue'],
  source: {
    label: 'Brevo help: authenticate a domain',
    url: 'https://help.brevo.com/',
    date: '2026-11',
  },
  notes: ['Brevo’s older TXT key at mail._domainkey is replaced by two CNAMEs for newly added domains.'],
  modes: [
    {
      id: 'cname',
      label: 'Two CNAMEs',
      spfTerms: [],
      spfName: '{domain}',
      fields: [
        {
          id: 'brevoCode',
          label: 'Brevo code',
          help: 'The value of the TXT record that begins with brevo-code:.',
          example: 'brevo-code:1a2b3c…',
          pattern: 'brevo-code:[A-Za-z0-9]+',
        },
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
        {
          id: 'verification',
          purpose: 'verification',
          type: 'TXT',
          name: '{domain}',
          value: '{brevoCode}',
          optional: false,
          why: 'Shows Brevo that the domain is yours.',
        },
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
  ],
};
