import type { ProviderTemplate } from '../template/template.ts';

const TRACKING = {
  label: 'Records of SparkPost accounts in public repositories',
  url: '',
  date: '2026-11',
};

export const sparkpost: ProviderTemplate = {
  id: 'sparkpost',
  name: 'SparkPost',
  aliases: ['sparkpost', 'bird', 'messagebird'],
  source: {
    label: 'SparkPost documentation: sending domains',
    url: 'https://developers.sparkpost.com/api/sending-domains/',
    date: '2026-11',
  },
  notes: ['SPF passes through the bounce domain; nothing is merged into your own SPF record.'],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: [],
      spfName: '{bounce}.{domain}',
      fields: [
        {
          id: 'selector',
          label: 'DKIM selector',
          help: 'The name before ._domainkey in the DKIM record.',
          example: 'scph1125',
          pattern: 'scph[0-9]+',
        },
        {
          id: 'dkimKey',
          label: 'DKIM public key',
          help: 'The value after p= of the DKIM record.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
        {
          id: 'bounce',
          label: 'Bounce subdomain',
          help: 'The label that was chosen for the bounce domain.',
          example: 'bounces',
          pattern: '[A-Za-z0-9-]+',
          fallback: 'bounces',
        },
        {
          id: 'bounceHost',
          label: 'Bounce target',
          help: 'The value of the CNAME: sparkpostmail.com, eu.sparkpostmail.com in the EU, or the host of an enterprise account.',
          example: 'sparkpostmail.com',
          pattern: '(?:eu\\.)?sparkpostmail\\.com|[a-z0-9-]+\\.mail\\.e\\.sparkpost\\.com',
          fallback: 'sparkpostmail.com',
        },
        {
          id: 'trackingLabel',
          label: 'Tracking subdomain',
          help: 'The label of the tracking domain, where one was set up.',
          example: 'track',
          pattern: '[A-Za-z0-9-]+',
        },
        {
          id: 'trackingHost',
          label: 'Tracking target',
          help: 'The value of the CNAME of the tracking domain: spgo.io, or eu.spgo.io in the EU.',
          example: 'spgo.io',
          pattern: '(?:eu\\.)?spgo\\.io',
          fallback: 'spgo.io',
          source: TRACKING,
        },
      ],
      records: [
        {
          id: 'dkim:sparkpost',
          purpose: 'dkim',
          type: 'TXT',
          name: '{selector}._domainkey.{domain}',
          value: 'v=DKIM1; k=rsa; h=sha256; p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of SparkPost with this key.',
        },
        {
          id: 'return-path',
          purpose: 'return-path',
          type: 'CNAME',
          name: '{bounce}.{domain}',
          value: '{bounceHost}',
          optional: false,
          why: 'Bounces go to SparkPost, and SPF is checked there.',
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
      selectors: ['{selector}'],
      ownKeys: false,
    },
  ],
};
