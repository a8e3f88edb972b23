import { createHash } from 'node:crypto';
import type { RememberedMail } from '../../../shared/evidence/kept/kept-mail.ts';
import type { CoreContext } from '../context.ts';
import { retentionInForce } from '../managed/service.ts';

/** Mails that came back, kept as what they tell. */

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
