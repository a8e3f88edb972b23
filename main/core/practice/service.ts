import { fact } from '../../../shared/facts/catalogue.ts';
import type { PracticeState } from '../../../shared/contract/practice.ts';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import type { WorkspaceSummary } from '../../../shared/contract/workspaces.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { findDomain, listDomains, manualOf } from '../domains/service.ts';
import { fail } from '../errors.ts';
import type { PracticePort, PracticeEnvironment } from '../ports.ts';
import { announce, defaultFields, fieldsOf, summarise } from '../settings/service.ts';

/** The practice workspace: the whole job against an embedded service and DNS zone. */

const NAME = 'Practice';
/** The first domain that a newcomer finds in the list. */
const FIRST_DOMAIN = { name: 'news.example.com', unicodeName: 'news.example.com' };

/** The provider behind the practice service. */
const FIRST_FIELDS: SettingsFields = {
  ...defaultFields,
  recordTemplate: 'elastic-email',
  recordTemplateMode: 'standard',
  // Without it no receiver would report on a practice mailing.
  dmarcReportAddress: 'dmarc@news.example.com',
};

function portOf({ practice }: CoreContext): PracticePort {
  if (practice !== null) return practice;
  throw fail('UNAVAILABLE', 'The practice service is not part of this host', {
    remedy: 'Open the console in a window.',
  });
}

function requirePractice(context: CoreContext, workspaceId: number): void {
  const { practice, name } = findWorkspace(context, workspaceId);
  if (practice) return;
  throw fail('NOT_ALLOWED', `“${name}” is not a practice workspace`, {
    field: 'workspaceId',
    value: String(workspaceId),
    remedy: 'Hand the records over to whoever edits DNS; only the practice zone can be published from here.',
  });
}

/** @throws UNAVAILABLE while the practice service does not run; whoever else answers would be the internet. */
export function requireRunning(context: CoreContext): PracticeEnvironment {
  const environment = context.environment();
  if (environment !== null) return environment;
  throw fail('UNAVAILABLE', 'The practice service is not running', {
    remedy: 'Start it again in the console’s window: in the practice workspace, under General settings.',
  });
}

/** The ports may have changed since last time; saved addresses follow them, everything else stays. */
function adopt(context: CoreContext, workspaceId: number, environment: PracticeEnvironment): void {
  const stored = context.store.workspaces.settings(workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const isOld = (url: string) =>
    url !== '' && /^https:\/\/localhost:\d+/.test(url) && !url.startsWith(environment.serviceUrl);
  if (!isOld(fields.serviceUrl) && !isOld(fields.responseDomain)) return;
  const moved = {
    ...fields,
    serviceUrl: isOld(fields.serviceUrl) ? environment.serviceUrl : fields.serviceUrl,
    responseDomain: isOld(fields.responseDomain) ? environment.responseDomain : fields.responseDomain,
  };
  context.store.workspaces.saveSettings(workspaceId, stored.revision, moved, context.clock.now());
}

/** Starts the environment again for a practice workspace of an earlier run. */
export async function resumePractice(context: CoreContext, start: () => Promise<PracticeEnvironment>): Promise<void> {
  const workspace = context.store.workspaces.list().find((candidate) => candidate.practice);
  if (workspace === undefined || context.practice === null || context.managed.locked.Practice === false) return;
  adopt(context, workspace.id, await start());
  announce(context, workspace.id);
  context.changes.publish({ kind: 'practice', workspaceId: workspace.id });
}

export async function openPractice(
  context: CoreContext,
  start: () => Promise<PracticeEnvironment>,
): Promise<WorkspaceSummary> {
  portOf(context);
  const environment = await start();
  const existing = context.store.workspaces.list().find((workspace) => workspace.practice);
  const id =
    existing?.id ??
    context.store.atomically(() => {
      const added = context.store.workspaces.add(NAME, true, context.clock.now());
      context.store.workspaces.saveSettings(added, 0, FIRST_FIELDS, context.clock.now());
      context.store.domains.add(added, [FIRST_DOMAIN], context.clock.now());
      return added;
    });
  adopt(context, id, environment);
  if (existing === undefined) record(context, id, 'workspace', fact('practice.made'));
  announce(context, id);
  context.changes.publish({ kind: 'practice', workspaceId: id });
  return summarise(context, findWorkspace(context, id));
}

export function practiceState(context: CoreContext, workspaceId: number): PracticeState {
  requirePractice(context, workspaceId);
  const environment = context.environment();
  return {
    running: environment !== null,
    serviceUrl: environment?.serviceUrl ?? null,
    responseDomain: environment?.responseDomain ?? null,
    dnsServer: environment?.dnsServer ?? null,
    fault: environment?.fault ?? 'none',
    faults: (context.practice?.faults ?? []).map((fault) => ({ ...fault })),
    apiKey: environment?.apiKey ?? null,
    authKey: environment?.authKey ?? null,
    providerValues: environment === null ? {} : { dkimKey: environment.dkimKey },
  };
}

export async function setFault(
  context: CoreContext,
  workspaceId: number,
  fault: string,
  remember: (environment: PracticeEnvironment) => void,
): Promise<PracticeState> {
  requirePractice(context, workspaceId);
  const port = portOf(context);
  if (!port.faults.some((known) => known.id === fault)) {
    throw fail('BAD_INPUT', `There is no fault ${fault}`, {
      field: 'fault',
      value: fault,
      remedy: `Choose one of ${port.faults.map((known) => known.id).join(', ')}.`,
    });
  }
  requireRunning(context);
  remember(await port.setFault(fault));
  record(context, workspaceId, 'practice', fact('practice.fault', { fault }));
  context.changes.publish({ kind: 'practice', workspaceId });
  return practiceState(context, workspaceId);
}

/**
 * Takes out of the practice service and zone all that was done there, and forgets what was seen of it; the workspace, its
 * settings and its domains stay.
 */
export async function resetPractice(
  context: CoreContext,
  workspaceId: number,
  remember: (environment: PracticeEnvironment) => void,
): Promise<PracticeState> {
  requirePractice(context, workspaceId);
  requireRunning(context);
  remember(await portOf(context).reset());
  context.store.history.forget(workspaceId);
  record(context, workspaceId, 'practice', fact('practice.reset'));
  context.changes.publish({ kind: 'practice', workspaceId });
  context.changes.publish({ kind: 'domains', workspaceId, rows: listDomains(context, workspaceId) });
  announce(context, workspaceId);
  return practiceState(context, workspaceId);
}

/** Publishes a domain's prepared records in the practice zone. */
export async function publishRecords(
  context: CoreContext,
  workspaceId: number,
  domainId: number,
): Promise<{ published: number }> {
  requirePractice(context, workspaceId);
  requireRunning(context);
  const domain = findDomain(context, workspaceId, domainId);
  const { plan } = manualOf(context, workspaceId, domainId);
  const changes = plan.changes.map((change) =>
    change.action === 'unknown' ? { ...change, action: 'add' as const } : change,
  );
  const published = await portOf(context).publish(domain.name, changes);
  const told = fact('practice.published', { count: published, domain: domain.unicodeName });
  record(context, workspaceId, 'practice', told);
  return { published };
}

/** Sends a mailing from a domain of the practice workspace, and gives back what receivers send for what is published. */
export async function sendPracticeMailing(context: CoreContext, workspaceId: number, domainId: number) {
  requirePractice(context, workspaceId);
  requireRunning(context);
  const { name, unicodeName } = findDomain(context, workspaceId, domainId);
  const { files, missing } = await portOf(context).mail(name);
  record(context, workspaceId, 'practice', fact('practice.mailing', { domain: unicodeName }));
  return { files: [...files], missing: [...missing] };
}
