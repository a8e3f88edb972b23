import type { ProviderTemplate } from '../template/template.ts';

export const custom: ProviderTemplate = {
  id: 'custom',
  name: 'Custom',
  aliases: ['custom', 'own server'],
  source: {
    label: 'Your own settings',
    url: '',
    date: '2026-11',
  },
  notes: ['Enter what the service names. The DKIM key pair is made here; give the private key to whoever signs.'],
  modes: [
    {
      id: 'own-key',
      label: 'Own SPF mechanism and DKIM key',
      spfTerms: ['{spfMechanism}'],
      spfName: '{domain}',
      fields: [
        {
          id: 'spfMechanism',
          label: 'SPF mechanism',
          help: 'The mechanism that names the sending servers: include:, ip4:, ip6:, a: or mx:.',
          example: 'include:_spf.example.net',
          pattern:
            '(?:include|exists):[A-Za-z0-9_.%{}-]+|(?:a|mx)(?::[A-Za-z0-9_.%{}-]+)?(?:/[0-9]{1,2})?(?://[0-9]{1,3})?|ip4:[0-9.]+(?:/[0-9]{1,2})?|ip6:[0-9a-fA-F:.]+(?:/[0-9]{1,3})?',
        },
      ],
      records: [],
      selectors: [],
      ownKeys: true,
    },
  ],
};
