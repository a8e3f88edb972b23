import type {
  DkimKeyPublic,
  DomainConfiguration,
  DomainListReport,
  DomainRow,
  SettingsFields,
} from '../../shared/contract/schemas.ts';
import { generateDkimKey } from '../../shared/dkim/generate.ts';
import { isSelector } from '../../shared/dkim/selector.ts';
import { likelyZone, parseDomainList } from '../../shared/dns/sender-domain.ts';
import { readZone } from '../../shared/dns/zone-file.ts';
import { describeFinding } from '../../shared/findings/catalogue.ts';
import { buildManual } from '../../shared/manual/manual.ts';
import type { Manual } from '../../shared/manual/manual.ts';
import { questionsFor } from '../../shared/plan/build-plan.ts';
import { pastedObservations } from '../../shared/plan/in-the-way.ts';
import type { DomainVerdict, Observation, RequiredRecord } from '../../shared/plan/types.ts';
import { domainVerdict, purposeVerdict } from '../../shared/plan/verdict.ts';
import type { DomainNeeds } from '../../shared/providers/required-records.ts';
import { requiredRecords } from '../../shared/providers/required-records.ts';
import type { ProviderTemplate } from '../../shared/providers/template.ts';
import type { StoredDomain, StoredVerdicts } from '../store/domains.ts';
import { checkConfiguration } from './configuration-check.ts';
import type { CoreContext } from './context.ts';
import { findWorkspace, record } from './context.ts';
import { fail } from './errors.ts';
import { announce, fieldsOf, toldProvider } from './settings.ts';
import { templatesOf } from './templates.ts';

/** Sender domains: listed for ever, configured, and each with its manual. */

type Domain = StoredDomain<DomainConfiguration>;

export const defaultConfiguration: DomainConfiguration = {
  providers: [],
  dmarc: {
    policy: 'none',
    subdomainPolicy: null,
    testing: false,
    reportAddress: null,
    alignment: { dkim: 'relaxed', spf: 'relaxed' },
  },
  neverSends: false,
  spf: { remove: [], without: [], edited: null },
  zone: null,
  extras: [],
};

export const dkimSecretId = (domainId: number, selector: string): string => `domain:${domainId}/dkim/${selector}`;

/** @throws NOT_FOUND when the workspace holds no such domain. */
export function findDomain({ store }: CoreContext, workspaceId: number, domainId: number): Domain {
  const domain = store.domains.find(workspaceId, domainId);
  if (domain !== null) return domain;
  throw fail('NOT_FOUND', `There is no domain ${domainId} in this workspace`, {
    field: 'domainId',
    value: String(domainId),
    remedy: 'Ask for the list of domains.',
  });
}

export function toRow(context: CoreContext, domain: Domain, defaultTemplate?: string): DomainRow {
  const templateId =
    domain.configuration?.providers[0]?.templateId ??
    defaultTemplate ??
    fieldsOf(context, domain.workspaceId).recordTemplate;
  const { id, name, unicodeName, inUse, addedAt, spf, dkim, dmarc, verdict, seenAt } = domain;
  return { id, name, unicodeName, inUse, addedAt, templateId, spf, dkim, dmarc, verdict, seenAt };
}

/** The rows of a workspace, or the first so many, in the order of their names. */
export function listDomains(context: CoreContext, workspaceId: number, first?: number): DomainRow[] {
  findWorkspace(context, workspaceId);
  const { recordTemplate } = fieldsOf(context, workspaceId);
  return context.store.domains.list(workspaceId, first).map((domain) => toRow(context, domain, recordTemplate));
}

function toReport(text: string, existing: ReadonlySet<string>): DomainListReport {
  const list = parseDomainList(text, existing);
  return {
    accepted: [...list.accepted],
    refused: list.refused.map(({ line, text: entry, finding }) => {
      const { code, title, explanation, remedy } = describeFinding(finding);
      return { line, text: entry, code, message: `${title}. ${explanation}`, remedy };
    }),
  };
}

export function previewDomains(context: CoreContext, workspaceId: number, text: string): DomainListReport {
  findWorkspace(context, workspaceId);
  return toReport(text, context.store.domains.names(workspaceId));
}

export function addDomains(context: CoreContext, workspaceId: number, text: string) {
  const report = previewDomains(context, workspaceId, text);
  const ids = context.store.domains.add(workspaceId, report.accepted, context.clock.now());
  const added = ids.map((id) => toRow(context, findDomain(context, workspaceId, id)));
  if (added.length > 0) {
    const names = added
      .slice(0, 20)
      .map((row) => row.name)
      .join(', ');
    record(context, workspaceId, 'domains', `${added.length} domain${added.length === 1 ? '' : 's'} added`, {
      detail: names,
    });
    context.changes.publish({ kind: 'domains', workspaceId, rows: added });
    announce(context, workspaceId);
  }
  return { ...report, added };
}

export function setInUse(
  context: CoreContext,
  workspaceId: number,
  domainIds: readonly number[],
  inUse: boolean,
): DomainRow[] {
  for (const id of domainIds) findDomain(context, workspaceId, id);
  context.store.domains.setInUse(workspaceId, domainIds, inUse);
  const rows = domainIds.map((id) => toRow(context, findDomain(context, workspaceId, id)));
  record(
    context,
    workspaceId,
    'domains',
    `${rows.length} domain${rows.length === 1 ? '' : 's'} marked ${inUse ? 'in use' : 'not in use'}`,
  );
  context.changes.publish({ kind: 'domains', workspaceId, rows });
  return rows;
}

export function configurationOf(
  domain: Domain,
  defaults: {
    readonly recordTemplate: string;
    readonly recordTemplateMode: string;
    readonly dmarcReportAddress: string;
  },
): DomainConfiguration {
  const configuration: DomainConfiguration = {
    ...defaultConfiguration,
    dmarc: {
      ...defaultConfiguration.dmarc,
      reportAddress: defaults.dmarcReportAddress === '' ? null : defaults.dmarcReportAddress,
    },
    // What an older version stored lacks the parts that came later.
    ...domain.configuration,
  };
  if (configuration.providers.length > 0) return configuration;
  return {
    ...configuration,
    providers: [{ templateId: defaults.recordTemplate, mode: defaults.recordTemplateMode, fields: {} }],
  };
}

/** Everything about a domain that its records follow from. */
export interface DomainView {
  readonly domain: Domain;
  readonly configuration: DomainConfiguration;
  readonly needs: DomainNeeds;
  readonly required: readonly RequiredRecord[];
  readonly zone: string;
}

/** @param known what the caller has read already, when it looks at many domains. */
export function viewDomain(
  context: CoreContext,
  domain: Domain,
  known?: {
    readonly templates: readonly ProviderTemplate[];
    readonly fields: SettingsFields;
    readonly dkimKeys: DomainNeeds['dkimKeys'];
  },
): DomainView {
  const templates = known?.templates ?? templatesOf(context, domain.workspaceId);
  const configuration = configurationOf(domain, known?.fields ?? fieldsOf(context, domain.workspaceId));
  const needs: DomainNeeds = {
    domain: domain.name,
    providers: configuration.providers.map(({ templateId, mode, fields }) => ({
      template: templates.find((template) => template.id === templateId) ?? (templates[0] as ProviderTemplate),
      mode,
      fields,
    })),
    dkimKeys: known?.dkimKeys ?? context.store.domains.dkimKeys(domain.id),
    dmarc: configuration.dmarc,
    neverSends: configuration.neverSends,
    spf: configuration.spf,
    extras: configuration.extras,
    policies: configuration.policies,
  };
  return {
    domain,
    configuration,
    needs,
    required: requiredRecords(needs),
    zone: configuration.zone ?? likelyZone(domain.name),
  };
}

/** What the last check saw in DNS, and what a pasted zone says. */
export function observationsOf(context: CoreContext, view: DomainView): readonly Observation[] {
  const stored = context.store.history.observations(view.domain.id, 1);
  const text = context.store.domains.pastedZone(view.domain.id);
  if (text === '') return stored;
  const { records } = readZone(text, { origin: view.zone });
  return [
    ...stored,
    ...pastedObservations(records, view.zone, view.required, questionsFor(view.required), view.domain.pastedAt ?? 0),
  ];
}

export function manualOf(context: CoreContext, workspaceId: number, domainId: number): Manual {
  const view = viewDomain(context, findDomain(context, workspaceId, domainId));
  const fields = fieldsOf(context, workspaceId);
  const told = toldProvider(context, workspaceId, fields);
  return buildManual({
    needs: view.needs,
    unicodeName: view.domain.unicodeName,
    zone: view.zone,
    observations: observationsOf(context, view),
    ...(told.name === null ? {} : { told: { name: told.name, templateId: told.templateId } }),
    ...(fields.dmarcReportAddress === '' ? {} : { reportAddress: `mailto:${fields.dmarcReportAddress}` }),
  });
}

/**
 * The verdicts of a domain from what is known of it now.
 *
 * @param known the domain's verdict, where the caller has it.
 */
export function verdictsOf(
  view: DomainView,
  observations: readonly Observation[],
  known: DomainVerdict | null = null,
): { verdicts: StoredVerdicts; detail: DomainVerdict } {
  const detail = known ?? domainVerdict(view.domain.name, view.required, observations, view.zone);
  const of = (purpose: 'spf' | 'dkim' | 'dmarc') => purposeVerdict(purpose, view.required, detail);
  return {
    detail,
    verdicts: {
      verdict: detail.verdict,
      spf: of('spf'),
      dkim: of('dkim'),
      dmarc: of('dmarc'),
      seenAt: detail.seenAt ?? null,
    },
  };
}

/** Judges a domain anew after its needs have changed, and tells the windows. */
export function refresh(context: CoreContext, workspaceId: number, domainId: number): void {
  const view = viewDomain(context, findDomain(context, workspaceId, domainId));
  context.store.domains.setVerdicts(domainId, verdictsOf(view, observationsOf(context, view)).verdicts);
  context.changes.publish({
    kind: 'domains',
    workspaceId,
    rows: [toRow(context, findDomain(context, workspaceId, domainId))],
  });
  announce(context, workspaceId);
}

export function configureDomain(
  context: CoreContext,
  workspaceId: number,
  domainId: number,
  configuration: DomainConfiguration,
): Manual {
  const domain = findDomain(context, workspaceId, domainId);
  const templates = templatesOf(context, workspaceId);
  checkConfiguration(domain.name, configuration, templates);
  context.store.domains.configure(domain.id, configuration);
  record(context, workspaceId, 'save', `${domain.unicodeName} configured`);
  refresh(context, workspaceId, domainId);
  return manualOf(context, workspaceId, domainId);
}

export function pasteZone(context: CoreContext, workspaceId: number, domainId: number, text: string): Manual {
  const view = viewDomain(context, findDomain(context, workspaceId, domainId));
  if (text.trim() !== '') {
    const reading = readZone(text, { origin: view.zone });
    const [first] = reading.findings;
    if (reading.records.length === 0) {
      const problem = first === undefined ? 'It holds no record' : describeFinding(first).title;
      throw fail('BAD_INPUT', `The zone can’t be read. ${problem}`, {
        field: 'text',
        value: text.slice(0, 200),
        remedy: 'Paste the zone as a master file, as the DNS host exports it.',
      });
    }
  }
  context.store.domains.paste(domainId, text.trim() === '' ? '' : text, context.clock.now());
  record(
    context,
    workspaceId,
    'domains',
    `Zone of ${view.domain.unicodeName} ${text.trim() === '' ? 'forgotten' : 'pasted'}`,
  );
  refresh(context, workspaceId, domainId);
  return manualOf(context, workspaceId, domainId);
}

const KEY_KINDS = {
  'rsa-1024': { algorithm: 'rsa', bits: 1024 },
  'rsa-2048': { algorithm: 'rsa', bits: 2048 },
  'rsa-3072': { algorithm: 'rsa', bits: 3072 },
  'rsa-4096': { algorithm: 'rsa', bits: 4096 },
  ed25519: { algorithm: 'ed25519' },
} as const;

export async function makeDkimKey(
  context: CoreContext,
  {
    workspaceId,
    domainId,
    selector,
    algorithm,
  }: { workspaceId: number; domainId: number; selector: string; algorithm: keyof typeof KEY_KINDS },
): Promise<DkimKeyPublic> {
  const domain = findDomain(context, workspaceId, domainId);
  if (!isSelector(selector)) {
    throw fail('BAD_INPUT', `“${selector}” is not a selector`, {
      field: 'selector',
      value: selector,
      remedy: 'Use letters, digits and hyphens, such as sendwright1.',
    });
  }
  const taken = context.store.domains.dkimKeys(domainId).some((key) => key.selector === selector.toLowerCase());
  if (taken)
    throw fail('CONFLICT', `The selector ${selector} has a key already`, {
      field: 'selector',
      value: selector,
      remedy: 'Choose another selector; the old key stays valid beside it.',
    });
  const key = await generateDkimKey(KEY_KINDS[algorithm]);
  const stored = {
    selector: selector.toLowerCase(),
    algorithm: KEY_KINDS[algorithm].algorithm,
    bits: key.bits,
    publicKey: key.publicKey,
    createdAt: context.clock.now(),
    signingSince: null,
    revokedAt: null,
  };
  context.store.atomically(() => {
    context.vault.set(dkimSecretId(domainId, stored.selector), key.privateKeyPem);
    context.store.domains.addDkimKey(domainId, stored);
  });
  record(context, workspaceId, 'domains', `DKIM key ${stored.selector} made for ${domain.unicodeName}`, {
    detail: `${stored.algorithm}, ${stored.bits} bits`,
  });
  refresh(context, workspaceId, domainId);
  return { ...stored, state: context.vault.view(dkimSecretId(domainId, stored.selector)).state };
}

export function domainConfiguration(context: CoreContext, workspaceId: number, domainId: number) {
  const { configuration } = viewDomain(context, findDomain(context, workspaceId, domainId));
  return {
    configuration,
    dkimKeys: context.store.domains
      .dkimKeys(domainId)
      .map((key) => ({ ...key, state: context.vault.view(dkimSecretId(domainId, key.selector)).state })),
    pastedZone: context.store.domains.pastedZone(domainId),
  };
}
