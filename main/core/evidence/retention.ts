import { fact } from '../../../shared/facts/catalogue.ts';
import { managedRetention } from '../../../shared/managed/policy.ts';
import type { Retention } from '../../../shared/evidence/kept/kept-mail.ts';
import type { EvidenceCounts } from '../../store/evidence-mails.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { refuseLocked, retentionInForce } from '../managed/service.ts';
import { DAY_MS } from '../../../shared/time.ts';

/** How long what came back from mail is kept, and what is kept no longer taken away. */

/** Reports of a workspace that are taken away at once: the rows of one may be thousands. */
const REPORTS_A_STEP = 100;

export type EvidenceRetention = Retention & EvidenceCounts;

/** How long a workspace keeps evidence, and how much of it is there. */
export function keptEvidence(context: CoreContext, workspaceId: number): EvidenceRetention {
  findWorkspace(context, workspaceId);
  const { evidenceMails } = context.store;
  return { ...retentionInForce(context, workspaceId), ...evidenceMails.counts(workspaceId) };
}

/** Takes away what is kept no longer, but for reports beyond so many. @returns the reports that went. */
function step(context: CoreContext, workspaceId: number): number {
  const { store, clock } = context;
  const { reportDays, mailDays, personalDays } = retentionInForce(context, workspaceId);
  const before = (days: number) => clock.now() - days * DAY_MS;
  if (personalDays !== null) store.evidenceMails.forgetPersons(workspaceId, null, before(personalDays));
  if (mailDays !== null) store.evidenceMails.forget(workspaceId, null, before(mailDays));
  return reportDays === null ? 0 : store.evidence.prune(workspaceId, before(reportDays), REPORTS_A_STEP);
}

/** Takes away what no workspace keeps any longer; to be called now and then. */
export function pruneEvidence(context: CoreContext): void {
  for (const { id } of context.store.workspaces.list()) step(context, id);
}

/** Sets how long evidence is kept; what is older goes at once. */
export function setRetention(context: CoreContext, workspaceId: number, retention: Retention): EvidenceRetention {
  findWorkspace(context, workspaceId);
  refuseLocked<Retention>(context.managed, managedRetention(context.managed.locked), retention, '');
  context.store.evidenceMails.putRetention(workspaceId, retention);
  while (step(context, workspaceId) > 0);
  record(context, workspaceId, 'save', fact('evidence.retention'));
  return keptEvidence(context, workspaceId);
}
