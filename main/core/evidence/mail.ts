import { fact } from '../../../shared/facts/catalogue.ts';
import { describedBounce } from '../../../shared/evidence/bounce/bounce-words.ts';
import type { DescribedBounce } from '../../../shared/evidence/bounce/bounce-words.ts';
import { readBounce, returnedFrom } from '../../../shared/evidence/bounce/bounce.ts';
import type { RememberedMail } from '../../../shared/evidence/kept/kept-mail.ts';
import { rememberedBounce, rememberedMessage } from '../../../shared/evidence/kept/remembered.ts';
import type { DescribedMessage } from '../../../shared/evidence/message/message-words.ts';
import { evaluateMessage } from '../../../shared/evidence/message/message.ts';
import { rulesForMessage } from '../../../shared/evidence/message/receiver-rules.ts';
import type { Mending } from '../../../shared/manual/mending.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { serversFor } from '../domains/observing.ts';
import { keepMail } from './kept.ts';
import { mendingOf } from './mending.ts';
import { noteSigners } from './signers.ts';

/** One mail on the table: a bounce with its cause, or a message as a receiver judges it. */

function remember(context: CoreContext, workspaceId: number, octets: Uint8Array, mail: RememberedMail): void {
  if (!keepMail(context, workspaceId, octets, mail)) return;
  const { kind, domain } = mail.fact;
  const read =
    domain === null ? fact('evidence.read-of-unknown', { mail: kind }) : fact('evidence.read', { mail: kind, domain });
  record(context, workspaceId, 'domains', read);
}

/** A mail as what it is: what tells of a failed delivery is a bounce, everything else a message. */
export async function readOneMail(
  context: CoreContext,
  workspaceId: number,
  content: string,
): Promise<{ mail: DescribedBounce | DescribedMessage; domain: string | null; mending: Mending | null }> {
  findWorkspace(context, workspaceId);
  const octets = Buffer.from(content, 'base64');
  const receivers = context.rules.providers();
  const withMending = async (
    domain: string | null,
    records: readonly string[],
    signatures: Parameters<typeof mendingOf>[4] = [],
  ) => ({
    domain,
    mending: domain === null ? null : await mendingOf(context, workspaceId, domain, records, signatures),
  });
  const bounce = readBounce(octets, receivers);
  if (bounce.category !== 'not-a-bounce') {
    const mail = describedBounce(bounce);
    const domain = returnedFrom(octets);
    remember(context, workspaceId, octets, rememberedBounce(mail, domain));
    const asked = [bounce, ...bounce.others].flatMap(({ recordToChange }) => recordToChange);
    return { mail, ...(await withMending(domain, asked)) };
  }
  const lookup = context.dns.lookup(serversFor(context, workspaceId));
  const verdict = await evaluateMessage({ octets, envelope: {}, lookup, now: context.clock.now() });
  const rules = await rulesForMessage(verdict, lookup, receivers);
  const mail: DescribedMessage = { kind: 'message', ...verdict, receivers: rules };
  remember(context, workspaceId, octets, rememberedMessage(mail));
  const now = context.clock.now();
  const signers = verdict.dkim
    .filter(({ result }) => result === 'pass')
    .map(({ domain, selector }) => [`${domain}/${selector}`, { from: now, until: now }] as const);
  noteSigners(context, workspaceId, new Map(signers));
  const own = verdict.dkim.map(({ domain, selector, signedAt, result, bits }) => ({
    domain,
    selector,
    signedAt,
    hasKey: result === 'temperror' ? null : bits > 0,
  }));
  return { mail, ...(await withMending(verdict.from, verdict.record, own)) };
}
