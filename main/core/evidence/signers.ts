import type { CoreContext } from '../context.ts';
import { noteSigning } from '../domains/rotation.ts';

/** Keys that mail was seen to be signed with: a rotation that has begun is noted without a person’s word. */

/** When mail with a signature was seen that passes; milliseconds since the epoch. */
export interface SeenSigner {
  readonly from: number;
  readonly until: number;
}

/** Remembers a signature of a report. @param signer `example.com/s1`. @param period in seconds since the epoch. */
export function seeSigner(
  seen: Map<string, SeenSigner>,
  signer: string,
  { beginAt, endAt }: { readonly beginAt: number | null; readonly endAt: number | null },
): void {
  if (beginAt === null || endAt === null) return;
  const before = seen.get(signer);
  seen.set(signer, {
    from: Math.min(before?.from ?? Number.POSITIVE_INFINITY, beginAt * 1000),
    until: Math.max(before?.until ?? 0, endAt * 1000),
  });
}

/**
 * Notes of each key that was made here and not known to sign, that it does. Mail from before the key was made was signed with
 * another of that name.
 */
export function noteSigners(context: CoreContext, workspaceId: number, seen: ReadonlyMap<string, SeenSigner>): void {
  const { clock, store } = context;
  const { domains } = store;
  for (const [signer, { from, until }] of seen) {
    const [domain = '', selector = ''] = signer.toLowerCase().split('/');
    const domainId = domains.idOf(workspaceId, domain);
    const key =
      domainId === null ? undefined : domains.dkimKeys(domainId).find((candidate) => candidate.selector === selector);
    if (domainId === null || key === undefined) continue;
    const isNews = key.signingSince === null && key.revokedAt === null && until >= key.createdAt;
    if (isNews)
      noteSigning(context, workspaceId, domainId, selector, Math.min(Math.max(from, key.createdAt), clock.now()));
  }
}
