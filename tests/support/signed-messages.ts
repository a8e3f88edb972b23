import { dkimSign } from 'mailauth/lib/dkim/sign.js';

/** A message signed by a program that is not ours. */
export async function signedMessage(input: {
  readonly from: string;
  readonly signatures: readonly {
    readonly domain: string;
    readonly selector: string;
    readonly privateKeyPem: string;
  }[];
}): Promise<string> {
  const message = [
    `From: News <news@${input.from}>`,
    'To: Reader <reader@receiver.example>',
    'Subject: A letter',
    'Date: Tue, 24 Nov 2026 12:00:00 +0000',
    `Message-ID: <1@${input.from}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Good morning.',
    '',
  ].join('\r\n');
  const { signatures, errors } = await dkimSign(message, {
    canonicalization: 'relaxed/relaxed',
    signatureData: input.signatures.map(({ domain, selector, privateKeyPem }) => ({
      signingDomain: domain,
      selector,
      privateKey: privateKeyPem,
    })),
  } as never);
  if (errors.length > 0) throw new Error(`The message could not be signed: ${JSON.stringify(errors)}`);
  return `${signatures}${message}`;
}
