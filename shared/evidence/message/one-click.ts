import type { MailPart } from '../mail/mail.ts';
import { fieldValue } from '../mail/mail.ts';
import type { Signature } from './signature.ts';

/** Unsubscribing by one click (RFC 8058). */

export interface OneClick {
  /** Whether there is a List-Unsubscribe field. */
  readonly header: boolean;
  /** Whether List-Unsubscribe-Post has the one value that it may have. */
  readonly post: boolean;
  readonly https: boolean;
  /** Whether a DKIM signature that passes covers both fields. */
  readonly signed: boolean;
  readonly ok: boolean;
}

const FIELDS = ['list-unsubscribe', 'list-unsubscribe-post'] as const;

/** Whether a signature covers both fields, as far as they are there, whatever comes of it. */
export function coversUnsubscribe({ fields }: MailPart, { signed }: Signature): boolean {
  return FIELDS.every((name) => signed.includes(name) || fieldValue(fields, name) === null);
}

/** @param signatures those of the message, checked. */
export function readOneClick(mail: MailPart, signatures: readonly Signature[]): OneClick {
  const list = fieldValue(mail.fields, 'list-unsubscribe');
  const addresses = [...(list ?? '').matchAll(/<([^<>]*)>/g)].map(([, address = '']) => address.replace(/\s+/g, ''));
  const header = list !== null;
  const post = (fieldValue(mail.fields, 'list-unsubscribe-post') ?? '').trim() === 'List-Unsubscribe=One-Click';
  const https = addresses.some((address) => /^https:\/\/./i.test(address));
  const signed = header && signatures.some((each) => each.result === 'pass' && coversUnsubscribe(mail, each));
  return { header, post, https, signed, ok: header && post && https && signed };
}
