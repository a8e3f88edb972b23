import type { ProviderTemplate, TemplateField, TemplateRecord } from '../template/template.ts';

const PLACES = [1, 2, 3] as const;

const tokens = PLACES.map(
  (place): TemplateField => ({
    id: `token${place}`,
    label: `DKIM token ${place}`,
    help: `In Amazon SES, open Verified identities, the domain, Publish DNS records: the first label of CNAME ${place}.`,
    example: `abcdefghijklmnop1234567890abcde${place}`,
    pattern: '[a-z0-9]{16,64}',
  }),
);

const REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'af-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-5',
  'ca-central-1',
  'ca-west-1',
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'sa-east-1',
  'us-gov-east-1',
  'us-gov-west-1',
];

/** Regions whose keys lie in a zone of their own. */
const OWN_ZONES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'af-south-1',
    'ap-northeast-3',
    'ap-south-2',
    'ap-southeast-3',
    'ap-southeast-5',
    'ca-west-1',
    'eu-central-2',
    'eu-south-1',
    'il-central-1',
    'me-central-1',
    'us-gov-east-1',
  ].map((region) => [region, `dkim.${region}.amazonses.com`]),
);

const COMMON_ZONE = 'dkim.amazonses.com';
/** What a region that is not listed has is not known: the account names it. */
const ZONES: Readonly<Record<string, string>> = Object.fromEntries(
  REGIONS.map((region) => [region, OWN_ZONES[region] ?? COMMON_ZONE]),
);

const regionsSource = {
  label: 'AWS General Reference: Amazon SES endpoints; SES API v2, DkimAttributes',
  url: 'https://docs.aws.amazon.com/general/latest/gr/ses.html',
  date: '2026-11',
};

/** What a key's alias leads into: the account names it, and the region tells it. */
const signingZone: TemplateField = {
  id: 'signingZone',
  label: 'Zone of the DKIM keys',
  help: 'What follows the token in the value of the CNAMEs; the API names it SigningHostedZone. Newer regions have one of their own.',
  example: COMMON_ZONE,
  pattern: 'dkim(?:\\.[a-z]{2}(?:-[a-z]+)+-[0-9])?\\.amazonses\\.com',
  choices: [COMMON_ZONE, ...Object.values(OWN_ZONES)],
  follows: { field: 'region', values: ZONES },
  source: regionsSource,
};

const region: TemplateField = {
  id: 'region',
  label: 'AWS region',
  help: 'The region of the SES account.',
  example: 'eu-west-1',
  pattern: '[a-z]{2}(?:-[a-z]+)+-\\d',
  choices: REGIONS,
  source: regionsSource,
};

const keys = PLACES.map(
  (place): TemplateRecord => ({
    id: `dkim:${place}`,
    purpose: 'dkim',
    type: 'CNAME',
    name: `{token${place}}._domainkey.{domain}`,
    value: `{token${place}}.{signingZone}`,
    optional: false,
    why: `Leads to key ${place} of 3; Amazon rotates them.`,
  }),
);

const selectors = PLACES.map((place) => `{token${place}}`);

export const amazonSes: ProviderTemplate = {
  id: 'amazon-ses',
  name: 'Amazon SES',
  aliases: ['amazon ses', 'ses', 'aws ses', 'amazon'],
  source: {
    label: 'Amazon SES Developer Guide: Easy DKIM, custom MAIL FROM',
    url: 'https://docs.aws.amazon.com/ses/latest/dg/mail-from.html',
    date: '2026-11',
  },
  notes: [
    'Without a custom MAIL FROM domain SPF passes for amazonses.com, which is not aligned; DKIM still is.',
    'The MAIL FROM subdomain must not be used for anything else, and has this one MX record.',
  ],
  modes: [
    {
      id: 'mail-from',
      label: 'Easy DKIM with a MAIL FROM subdomain',
      spfTerms: ['include:amazonses.com'],
      spfName: '{mailFrom}.{domain}',
      fields: [
        ...tokens,
        signingZone,
        {
          id: 'mailFrom',
          label: 'MAIL FROM subdomain',
          help: 'The label that was chosen for the custom MAIL FROM domain.',
          example: 'bounce',
          pattern: '[A-Za-z0-9-]+',
        },
        region,
      ],
      records: [
        ...keys,
        {
          id: 'mx',
          purpose: 'mx',
          type: 'MX',
          name: '{mailFrom}.{domain}',
          value: 'feedback-smtp.{region}.amazonses.com',
          preference: 10,
          optional: false,
          why: 'Bounces go to Amazon SES.',
        },
      ],
      selectors,
      ownKeys: false,
    },
    {
      id: 'dkim-only',
      label: 'Easy DKIM alone',
      spfTerms: [],
      spfName: '{domain}',
      fields: [...tokens, region, signingZone],
      records: keys,
      selectors,
      ownKeys: false,
    },
  ],
};
