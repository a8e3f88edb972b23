import type { ProviderTemplate, TemplateField, TemplateRecord } from '../template.ts';

const PLACES = [1, 2, 3] as const;

const tokens = PLACES.map(
  (place): TemplateField => ({
    id: `token${place}`,
    label: `DKIM token ${place}`,
    help: `In Amazon SES, open Verified identities, the domain, Publish DNS records: the first label of CNAME ${place}.`,
    example: 'abcdefghijklmnop1234567890abcdef',
    pattern: '[a-z0-9]{16,64}',
  }),
);

const keys = PLACES.map(
  (place): TemplateRecord => ({
    id: `dkim:${place}`,
    purpose: 'dkim',
    type: 'CNAME',
    name: `{token${place}}._domainkey.{domain}`,
    value: `{token${place}}.dkim.amazonses.com`,
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
        {
          id: 'mailFrom',
          label: 'MAIL FROM subdomain',
          help: 'The label that was chosen for the custom MAIL FROM domain.',
          example: 'bounce',
          pattern: '[A-Za-z0-9-]+',
        },
        {
          id: 'region',
          label: 'AWS region',
          help: 'The region of the SES account.',
          example: 'eu-west-1',
          pattern: '[a-z]{2}(?:-[a-z]+)+-\\d',
        },
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
      fields: tokens,
      records: keys,
      selectors,
      ownKeys: false,
    },
  ],
};
