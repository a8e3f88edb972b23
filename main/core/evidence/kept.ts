import { createHash } from 'node:crypto';
import { addressDomain } from '../../../shared/evidence/mail/addresses.ts';
import { allParts, decodedBody, fieldValue, readFields, readMail } from '../../../shared/evidence/mail/mail.ts';
import { binaryText } from '../../../shared/evidence/mail/octets.ts';
import type { RememberedMail } from '../../../shared/evidence/kept/kept-mail.ts';
import { limits } from '../../../shared/evidence/limits.ts';
import type { CoreContext } from '../context.ts';
import { retentionInForce } from '../managed/service.ts';

/** Mails that came back, kept as what they tell. */

/** The domain in From of the message that a bounce gives back; null where it gives none back. */
export function returnedFrom(octets: Uint8Array): string | null {
  for (const part of allParts(readMail(octets))) {
    if (part.type !== 'message/rfc822' && part.type !== 'text/rfc822-headers') continue;
    const fields = part.parts[0]?.fields ?? readFields(binaryText(decodedBody(part).subarray(0, limits.headerOctets)));
    const domain = addressDomain(fieldValue(fields, 'from') ?? '');
    if (domain !== null) return domain;
  }
  return null;
}

/** Keeps a mail’s verdict, and of the mail itself what the workspace asks to keep. @returns whether it is new. */
export function keepMail(
  context: CoreContext,
  workspaceId: number,
  octets: Uint8Array,
  { fact, person }: RememberedMail,
): boolean {
  const { store, clock } = context;
  const { mailDays, personalDays } = retentionInForce(context, workspaceId);
  if (mailDays === 0) return false;
  const content = createHash('sha256').update(octets).digest('base64url');
  const kept = { fact, person: personalDays === 0 ? null : person };
  return store.evidenceMails.add(workspaceId, content, clock.now(), kept);
}
