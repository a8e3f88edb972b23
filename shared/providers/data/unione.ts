import type { ProviderTemplate } from '../template.ts';

export const unione: ProviderTemplate = {
  id: 'unione',
  name: 'UniOne',
  aliases: ['unione', 'uni one', 'unisender go'],
  source: {
    label: 'UniOne documentation: domain/get-dns-records',
    url: 'https://us1.unione.io/en/docs/page/domain_get-dns-records_v1',
    date: '2026-11',
  },
  notes: [
    'A domain belongs to one application of UniOne.',
    'UniOne strongly advises the SPF include; the verification value and the key are what it checks.',
  ],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: ['include:{spfHost}'],
      spfName: '{domain}',
      fields: [
        {
          id: 'spfHost',
          label: 'SPF include',
          help: 'The host after include: in the SPF record that UniOne shows.',
          example: 'spf.unione.io',
          pattern: '[A-Za-z0-9._-]+\\.[A-Za-z]{2,}',
          fallback: 'spf.unione.io',
        },
        {
          id: 'selector',
          label: 'DKIM selector',
          help: 'The name before ._domainkey in the DKIM record.',
          example: 'us',
          pattern: '[A-Za-z0-9-]+',
          fallback: 'us',
        },
        {
          id: 'dkimKey',
          label: 'DKIM public key',
          help: 'The value after p= of the DKIM record.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
        {
          id: 'verification',
          label: 'Verification value',
          help: 'The value of the verification TXT record, beginning with unione-validate-hash=.',
          example: 'unione-validate-hash=1f2e…',
          pattern: 'unione-validate-hash=[A-Za-z0-9]+',
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
          why: 'Shows UniOne that the domain is yours.',
        },
        {
          id: 'dkim:unione',
          purpose: 'dkim',
          type: 'TXT',
          name: '{selector}._domainkey.{domain}',
          value: 'k=rsa; p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of UniOne with this key.',
        },
      ],
      selectors: ['{selector}'],
      ownKeys: false,
    },
  ],
};
