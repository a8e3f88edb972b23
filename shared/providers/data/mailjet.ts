import type { ProviderTemplate } from '../template/template.ts';

const RETURN_PATH = {
  label: 'Records of Mailjet accounts in public repositories; no page of Mailjet says so',
  url: '',
  date: '2026-11',
};

export const mailjet: ProviderTemplate = {
  id: 'mailjet',
  name: 'Mailjet',
  aliases: ['mailjet', 'sinch mailjet'],
  source: {
    label: 'Mailjet documentation: authenticating domains with SPF and DKIM',
    url: 'https://documentation.mailjet.com/hc/en-us/articles/360042412734-Authenticating-Domains-with-SPF-DKIM',
    date: '2026-11',
  },
  notes: [
    'With a return path of your own SPF is aligned as well; without one bounces go to Mailjet’s own domain, and DKIM carries DMARC.',
    'Mailjet validates a domain by a TXT record or by a file on its web site: the record is needed only for the first way.',
  ],
  modes: [
    {
      id: 'standard',
      label: 'Standard',
      spfTerms: ['include:spf.mailjet.com'],
      spfName: '{domain}',
      fields: [
        {
          id: 'dkimKey',
          label: 'DKIM public key',
          help: 'In Mailjet, open Account, Sender domains, the domain: the value after p=.',
          example: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB…',
          pattern: '[A-Za-z0-9+/=\\s]{100,}',
        },
        {
          id: 'validationLabel',
          label: 'Validation name',
          help: 'The host of the validation record, beginning with mailjet._.',
          example: 'mailjet._1a2b3c4d',
          pattern: 'mailjet\\._[A-Za-z0-9]+',
        },
        {
          id: 'validationValue',
          label: 'Validation value',
          help: 'The value of the validation record.',
          example: '1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d',
          pattern: '[A-Za-z0-9]{8,}',
        },
        {
          id: 'returnPath',
          label: 'Return path',
          help: 'The label before your domain in the return path’s CNAME, where the account shows one.',
          example: 'bnc3',
          pattern: '[A-Za-z0-9-]+',
          source: RETURN_PATH,
        },
      ],
      records: [
        {
          id: 'dkim:mailjet',
          purpose: 'dkim',
          type: 'TXT',
          name: 'mailjet._domainkey.{domain}',
          value: 'k=rsa; p={dkimKey}',
          optional: false,
          why: 'Receivers verify the signatures of Mailjet with this key.',
        },
        {
          id: 'verification',
          purpose: 'verification',
          type: 'TXT',
          name: '{validationLabel}.{domain}',
          value: '{validationValue}',
          optional: true,
          why: 'Shows Mailjet that the domain is yours.',
        },
        {
          id: 'return-path',
          purpose: 'return-path',
          type: 'CNAME',
          name: '{returnPath}.{domain}',
          value: 'bnc3.mailjet.com',
          optional: true,
          why: 'Bounces go to Mailjet, and SPF is checked there.',
          source: RETURN_PATH,
        },
      ],
      selectors: ['mailjet'],
      ownKeys: false,
    },
  ],
};
