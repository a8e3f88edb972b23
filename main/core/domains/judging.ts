import { setImmediate } from 'node:timers/promises';
import type { DomainRow } from '../../../shared/contract/domains.ts';
import { comparableName } from '../../../shared/service/interface/compare-domains.ts';
import { seenDomains } from '../service/account-domains.ts';
import type { CoreContext } from '../context.ts';
import { observationsOf, toRow, verdictsOf, viewDomain } from './service.ts';
import { readyPastedZone } from './pasted-zone.ts';
import { announce, effectiveFields } from '../settings/service.ts';
import { templatesOf } from '../templates/service.ts';

/**
 * Judges listed domains anew from what was seen of DNS, when what they need has become another thing: a template was changed,
 * the service generated other records, the provider is another. Asks nobody, and lets everything else go on meanwhile.
 */

export interface Judging {
  /** @param names the domains that it is about, in the form of `comparableName`; null for all of the workspace. */
  readonly want: (workspaceId: number, names: ReadonlySet<string> | null) => void;
  readonly close: () => Promise<void>;
}

export interface JudgingParts {
  readonly judge: (workspaceId: number, names: ReadonlySet<string> | null, signal: AbortSignal) => Promise<void>;
  readonly onFault: (error: unknown, workspaceId: number) => void;
  /** Whether what is under way is ended when the core is closed, or brought to its end. */
  readonly endsEarly: boolean;
}

/** What is wanted while a workspace is being judged is judged after it, all together. */
export function createJudging({ judge, onFault, endsEarly }: JudgingParts): Judging {
  const wanted = new Map<number, ReadonlySet<string> | null>();
  const underWay = new Map<number, Promise<void>>();
  const stop = new AbortController();

  const run = async (workspaceId: number) => {
    // Whoever wants it goes on first: a save is answered before.
    await setImmediate();
    for (;;) {
      const names = wanted.get(workspaceId);
      if (names === undefined || stop.signal.aborted) return;
      wanted.delete(workspaceId);
      try {
        await judge(workspaceId, names, stop.signal);
      } catch (error) {
        onFault(error, workspaceId);
      }
    }
  };

  return {
    want(workspaceId, names) {
      const before = wanted.get(workspaceId);
      const all = before === null || names === null;
      wanted.set(workspaceId, all ? null : new Set([...(before ?? []), ...names]));
      if (underWay.has(workspaceId)) return;
      const own = run(workspaceId).finally(() => underWay.delete(workspaceId));
      underWay.set(workspaceId, own);
    },
    async close() {
      if (endsEarly) stop.abort();
      await Promise.all(underWay.values());
    },
  };
}

/** Domains that are read, judged and written at a stretch: nothing that they depend on changes in between. */
const TOGETHER = 10;
const TOLD_TOGETHER = 500;

export async function judgeAnew(
  context: CoreContext,
  workspaceId: number,
  names: ReadonlySet<string> | null,
  signal: AbortSignal,
): Promise<void> {
  const { domains } = context.store;
  const known = {
    templates: templatesOf(context, workspaceId),
    fields: effectiveFields(context, workspaceId),
    told: seenDomains(context, workspaceId),
  };
  const ids = domains
    .list(workspaceId)
    .filter(({ name }) => names === null || names.has(comparableName(name)))
    .map(({ id }) => id);
  let rows: DomainRow[] = [];
  const tell = () => {
    if (rows.length > 0) context.changes.publish({ kind: 'domains', workspaceId, rows });
    rows = [];
  };
  for (let from = 0; from < ids.length; from += TOGETHER) {
    await setImmediate();
    if (signal.aborted) break;
    const part = ids.slice(from, from + TOGETHER);
    for (const { domain, dkimKeys } of domains.findSeveral(workspaceId, part).values())
      if (domain.pastedAt !== null)
        await readyPastedZone(context, domain.id, viewDomain(context, domain, { ...known, dkimKeys }).zone);
    for (const { domain, dkimKeys } of domains.findSeveral(workspaceId, part).values()) {
      const view = viewDomain(context, domain, { ...known, dkimKeys });
      const { verdicts } = verdictsOf(view, observationsOf(context, view));
      if ((['verdict', 'spf', 'dkim', 'dmarc'] as const).every((name) => domain[name] === verdicts[name])) continue;
      domains.setVerdicts(domain.id, verdicts);
      rows.push(toRow(context, { ...domain, ...verdicts }, known.fields.recordTemplate));
    }
    if (rows.length >= TOLD_TOGETHER) tell();
  }
  if (rows.length > 0) tell();
  announce(context, workspaceId);
}
