import { fact } from '../../../shared/facts/catalogue.ts';
import type { RotationPlan } from '../../../shared/dkim/rotation.ts';
import { rotationsOf } from '../../../shared/manual/rotation.ts';
import type { CoreContext } from '../context.ts';
import { record } from '../context.ts';
import { findDomain, observationsOf, refresh, viewDomain } from './service.ts';
import { fail } from '../errors.ts';

/** Changing DKIM keys: what is stored of it, and the plan that follows. */

export function rotations(context: CoreContext, workspaceId: number, domainId: number): readonly RotationPlan[] {
  const view = viewDomain(context, findDomain(context, workspaceId, domainId));
  return rotationsOf({
    domain: view.domain.name,
    required: view.required,
    keys: context.store.domains.dkimKeys(domainId),
    observations: observationsOf(context, view),
    now: context.clock.now(),
  });
}

interface Mark {
  readonly workspaceId: number;
  readonly domainId: number;
  readonly selector: string;
  readonly as: 'signing' | 'revoked' | 'live';
}

/** @throws CONFLICT when the last live key would be revoked; NOT_FOUND without a key at the selector. */
export function markDkimKey(context: CoreContext, { workspaceId, domainId, selector, as }: Mark) {
  const domain = findDomain(context, workspaceId, domainId);
  const keys = context.store.domains.dkimKeys(domainId);
  const key = keys.find((candidate) => candidate.selector === selector.toLowerCase());
  if (key === undefined) {
    throw fail('NOT_FOUND', `No key was made here at the selector ${selector}`, {
      field: 'selector',
      value: selector,
      remedy:
        keys.length === 0 ? 'Make a key pair first.' : `Name one of ${keys.map((each) => each.selector).join(', ')}.`,
    });
  }
  const others = keys.filter((each) => each !== key && each.revokedAt === null);
  if (as === 'revoked' && others.length === 0) {
    throw fail('CONFLICT', `${selector} is the only live key of ${domain.unicodeName}`, {
      field: 'selector',
      value: selector,
      remedy: 'Make and publish a new key first; then revoke this one.',
    });
  }
  const now = context.clock.now();
  const marks = {
    signing: { signingSince: key.signingSince ?? now, revokedAt: null },
    revoked: { signingSince: key.signingSince, revokedAt: key.revokedAt ?? now },
    live: { signingSince: null, revokedAt: null },
  } as const;
  context.store.domains.markDkimKey(domainId, { selector: key.selector, ...marks[as] });
  const told = fact('dkim.marked', { marked: as, selector: key.selector, domain: domain.unicodeName });
  record(context, workspaceId, 'domains', told);
  refresh(context, workspaceId, domainId);
  return rotations(context, workspaceId, domainId);
}

/**
 * Notes that mail was seen which is signed with a key and passes.
 *
 * @param since milliseconds since the epoch.
 */
export function noteSigning(
  context: CoreContext,
  workspaceId: number,
  domainId: number,
  selector: string,
  since: number,
): void {
  const domain = findDomain(context, workspaceId, domainId);
  context.store.domains.markDkimKey(domainId, { selector, signingSince: since, revokedAt: null });
  record(context, workspaceId, 'domains', fact('dkim.seen-signing', { selector, domain: domain.unicodeName }));
  refresh(context, workspaceId, domainId);
}
