import fc from 'fast-check';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { splitTxt } from '../../../shared/dns/txt.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { readMail } from '../../../shared/evidence/mail/mail.ts';
import { checkDkimSignature } from '../../../shared/evidence/message/signature.ts';
import { nodeResolver } from '../../support/node-resolver.ts';
import { seed } from '../../support/seed.ts';

/** Signatures by a program that is not ours, over messages as they are and changed on the way, judged by both. */

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ed25519 = generateKeyPairSync('ed25519');

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }) as Buffer;

const record = (selector: string, text: string): ResourceRecord => ({
  name: `${selector}._domainkey.example.com`,
  ttl: 60,
  type: 'TXT',
  strings: splitTxt(text),
});

const lookup = zoneLookup([
  record('r', `v=DKIM1; k=rsa; p=${spki(rsa.publicKey).toString('base64')}`),
  record('e', `v=DKIM1; k=ed25519; p=${spki(ed25519.publicKey).subarray(-32).toString('base64')}`),
]);

const KEYS = [
  { selector: 'r', privateKey: pem(rsa.privateKey) },
  { selector: 'e', privateKey: pem(ed25519.privateKey) },
] as const;

const line = fc.stringMatching(/^[ \ta-zA-Z=.-]{0,20}$/);
const messages = fc.record({
  subject: fc.stringMatching(/^[ \ta-zA-Z]{1,20}$/),
  folds: fc.boolean(),
  lines: fc.array(line, { maxLength: 8 }),
  emptyEnd: fc.nat({ max: 3 }),
  key: fc.constantFrom(...KEYS),
  canonicalization: fc.constantFrom('simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed'),
  change: fc.constantFrom(
    'none',
    'blank in subject',
    'word in subject',
    'blank in body',
    'word in body',
    'line at end',
  ),
});

type Message = typeof messages extends fc.Arbitrary<infer Value> ? Value : never;

function textOf({ subject, folds, lines, emptyEnd }: Message): string {
  return [
    'From: News <news@example.com>',
    'To: reader@receiver.example',
    `Subject: a${subject}${folds ? '\r\n\tfolded' : ''}`,
    'Message-ID: <1@example.com>',
    '',
    [...lines, ...Array<string>(emptyEnd).fill('')].join('\r\n'),
  ].join('\r\n');
}

function changed(text: string, change: Message['change']): string {
  switch (change) {
    case 'none':
      return text;
    case 'blank in subject':
      return text.replace('\r\nSubject: a', '\r\nSubject:  a ');
    case 'word in subject':
      return text.replace('\r\nSubject: a', '\r\nSubject: b');
    case 'blank in body':
      return `${text} \r\n`;
    case 'word in body':
      return `${text}x`;
    case 'line at end':
      return `${text}\r\n\r\n`;
  }
}

it('judges DKIM signatures as mailauth does', async () => {
  const seen = new Map<string, number>();
  const numRuns = Number(process.env.SENDWRIGHT_RUNS ?? 150);
  await fc.assert(
    fc.asyncProperty(messages, async (message) => {
      const text = textOf(message);
      const { signatures } = await dkimSign(text, {
        canonicalization: message.canonicalization,
        signatureData: [{ signingDomain: 'example.com', ...message.key }],
      } as never);
      const octets = Buffer.from(changed(`${signatures}${text}`, message.change), 'latin1');
      const mail = readMail(octets);
      const [field] = mail.fields;
      if (field === undefined) throw new Error('The signature is not the first field');
      const ours = await checkDkimSignature(field, { mail, lookup }, 0);
      const theirs = await dkimVerify(octets, { resolver: nodeResolver(lookup) } as never);
      const passes = theirs.results[0]?.status.result === 'pass';
      seen.set(`${message.change} ${passes}`, (seen.get(`${message.change} ${passes}`) ?? 0) + 1);
      expect(ours.result, JSON.stringify({ ...message, key: message.key.selector })).toBe(passes ? 'pass' : 'fail');
    }),
    { numRuns, seed },
  );
  // Each change leaves some signatures whole or breaks some, as its canonicalization has it.
  expect(seen.get('none true')).toBeGreaterThan(0);
  expect(seen.get('word in body false')).toBeGreaterThan(0);
  expect(seen.get('blank in subject true')).toBeGreaterThan(0);
  expect(seen.get('blank in subject false')).toBeGreaterThan(0);
});
