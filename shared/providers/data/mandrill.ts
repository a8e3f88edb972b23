import type { ProviderTemplate } from '../template/template.ts';

export const mandrill: ProviderTemplate = {
  id: 'mandrill',
  name: 'Mandrill',
  aliases: ['mandrill', 'mailchimp transactional'],
  source: {
    label: 'Mailchimp Transactional documentation: authentication',
    url: 'https://mailchimp.com/developer/transactional/docs/authentication-delivery/',
    date: '2026-11',
  },
  notes: [
    'SPF is not required any more: mail is authenticated by DKIM, and bounces go to Mandrill’s own domain.',
    'Mandrill sends nothing from a domain without DKIM and a DMARC record.',
  ],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: [],
      spfName: '{domain}',
      fields: [
        {
          id: 'verification',
          label: 'Verification value',
          help: 'The value of the TXT record that begins with mandrill_verify.',
          example: 'mandrill_verify.AbC123dEf456',
          pattern: 'mandrill_verify\\.[A-Za-z0-9_-]+',
        },
      ],
      records: [
        {
          id: 'verification',
          purpose: 'verification',
          type: 'TXT',
          name: '{domain}',
          value: '{verification}',
          optional: false,
          why: 'Shows Mandrill that the domain is yours.',
        },
        {
          id: 'dkim:mte1',
          purpose: 'dkim',
          type: 'CNAME',
          name: 'mte1._domainkey.{domain}',
          value: 'dkim1.mandrillapp.com',
          optional: false,
          why: 'Leads to the first key.',
        },
        {
          id: 'dkim:mte2',
          purpose: 'dkim',
          type: 'CNAME',
          name: 'mte2._domainkey.{domain}',
          value: 'dkim2.mandrillapp.com',
          optional: false,
          why: 'Leads to the second key.',
        },
      ],
      selectors: ['mte1', 'mte2'],
      ownKeys: false,
    },
  ],
};
