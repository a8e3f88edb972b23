import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type {
  ConfigurationChange,
  DkimKeyPublic,
  DomainConfiguration,
  DomainListReport,
  DomainRow,
  ManualAsOf,
  ZoneLook,
} from '../../../shared/contract/domains.ts';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import { generateDkimKey } from '../../../shared/dkim/generate.ts';
import { dkimName, isSelector } from '../../../shared/dkim/selector.ts';
import { nameFault } from '../../../shared/dns/names.ts';
import { rememberingLately } from '../../../shared/memo.ts';
import { likelyZone } from '../../../shared/dns/sender-domain.ts';
import { isWeakeningCode } from '../../../shared/plan/effect.ts';
import { asZoneFile } from '../../../shared/lists/record-table.ts';
import { describeFinding, describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Manual } from '../../../shared/manual/manual.ts';
import { buildManual } from '../../../shared/manual/manual.ts';
import type { ListOptions } from '../../../shared/lists/domain-list.ts';
import { parseDomainList } from '../../../shared/lists/domain-list.ts';
import { questionsFor } from '../../../shared/plan/build-plan.ts';
import { pastedObservations } from '../../../shared/plan/in-the-way.ts';
import type { DomainVerdict } from '../../../shared/verdict/types.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { Plan, WeakeningKind } from '../../../shared/plan/types.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import { domainVerdict, purposeVerdict } from '../../../shared/verdict/verdict.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { sortServiceRecords } from '../../../shared/providers/service-records.ts';
import type { ProviderTemplate } from '../../../shared/providers/template/template.ts';
import type { StoredDomain, StoredVerdicts } from '../../store/domains.ts';
import type { SeenDomains } from '../service/account-domains.ts';
import { seenDomains, serviceWord } from '../service/account-domains.ts';
import { checkConfiguration } from './configuration-check.ts';
import type { CoreContext } from '../context.ts';
import { manualOnce } from './made-manuals.ts';
import {
  changesMade,
  inSlices,
  inTurn,
  keepPastedZone,
  pastedZoneOf,
  readPastedZone,
  readyPastedZone,
} from './pasted-zone.ts';
import { findWorkspace, listedDomains, record } from '../context.ts';
import { fail } from '../errors.ts';
import { evidenceForPolicy } from '../evidence/service.ts';
import { announceVault } from '../vault/service.ts';
import { announce, effectiveFields, fieldsOf, serviceTemplate } from '../settings/service.ts';
import { templatesOf } from '../templates/service.ts';

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

/** @param defaultTemplate the workspace's, where the caller has it; empty for none. */
export function toRow(context: CoreContext, domain: Domain, defaultTemplate?: string): DomainRow {
  const chosen =
    domain.configuration?.providers?.[0]?.templateId ??
    defaultTemplate ??
    effectiveFields(context, domain.workspaceId).recordTemplate;
  const templateId = chosen === '' ? null : chosen;
  const { id, name, unicodeName, inUse, addedAt, spf, dkim, dmarc, verdict, seenAt } = domain;
  const { tags = [] } = domain.configuration ?? {};
  return {
    id,
    name,
    unicodeName,
    inUse,
    addedAt,
    templateId,
    spf,
    dkim,
    dmarc,
    verdict,
    seenAt,
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
  };
}

/** The rows of a workspace, or the first so many, in the order of their names. */
export function listDomains(context: CoreContext, workspaceId: number, first?: number): DomainRow[] {
  findWorkspace(context, workspaceId);
  const { recordTemplate } = effectiveFields(context, workspaceId);
  return context.store.domains.list(workspaceId, first).map((domain) => toRow(context, domain, recordTemplate));
}

interface ListInput extends ListOptions {
  readonly workspaceId: number;
  readonly text: string;
}

/** What a list holds: what is new, known, refused, or offered. Nothing is stored. */
export function previewDomains(context: CoreContext, { workspaceId, text, ...options }: ListInput): DomainListReport {
  findWorkspace(context, workspaceId);
  const list = parseDomainList(text, context.store.domains.names(workspaceId), options);
  return {
    accepted: [...list.accepted],
    refused: list.refused.map(({ line, text: entry, finding }) => {
      const { code, title, explanation, remedy } = describeFinding(finding);
      return { line, text: entry, code, message: `${title}. ${explanation}`, remedy };
    }),
    known: [...list.known],
    offered: [...list.offered],
    question: list.question?.map((column) => ({ ...column, samples: [...column.samples] })) ?? null,
    column: list.column === null ? null : { ...list.column, samples: [...list.column.samples] },
    readAs: list.readAs,
    answerOf: list.answerOf,
  };
}

export function addDomains(context: CoreContext, input: ListInput) {
  const { workspaceId } = input;
  const report = previewDomains(context, input);
  const ids = context.store.domains.add(workspaceId, report.accepted, context.clock.now());
  const added = ids.map((id) => toRow(context, findDomain(context, workspaceId, id)));
  if (added.length > 0) {
    record(context, workspaceId, 'domains', fact('domains.added', { count: added.length }), {
      details: [listedDomains(added, ({ name }) => name)],
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
  const use = inUse ? 'in-use' : 'not-in-use';
  record(context, workspaceId, 'domains', fact('domains.marked', { use, count: rows.length }));
  context.changes.publish({ kind: 'domains', workspaceId, rows });
  return rows;
}

/** What a workspace's domains have where they themselves decide nothing. */
type Defaults = Pick<SettingsFields, 'recordTemplate' | 'recordTemplateMode' | 'dmarcReportAddress'>;

/** Configurations, providers and workspaces that are remembered: thousands of domains share an object of each. */
const CONFIGURATIONS = 16;
const WORKSPACES = 4;

/** What was decided for a domain, the rest as in its workspace. */
export function configurationOf(domain: Domain, defaults: Defaults): DomainConfiguration {
  return configurationsOf(defaults)(domain.configuration ?? NOTHING_DECIDED);
}

const NOTHING_DECIDED: Partial<DomainConfiguration> = {};

const configurationsOf = rememberingLately(WORKSPACES, (defaults: Defaults) =>
  rememberingLately(CONFIGURATIONS, (decided: Partial<DomainConfiguration>) => completed(decided, defaults)),
);

function completed(decided: Partial<DomainConfiguration>, defaults: Defaults): DomainConfiguration {
  const configuration: DomainConfiguration = {
    ...defaultConfiguration,
    dmarc: {
      ...defaultConfiguration.dmarc,
      reportAddress: defaults.dmarcReportAddress === '' ? null : defaults.dmarcReportAddress,
    },
    // What an older version stored lacks the parts that came later.
    ...decided,
  };
  if (configuration.providers.length > 0 || defaults.recordTemplate === '') return configuration;
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

/** Those of the providers whose templates are there. */
const providersAmong = rememberingLately(WORKSPACES, (templates: readonly ProviderTemplate[]) =>
  rememberingLately(CONFIGURATIONS, (providers: DomainConfiguration['providers']) =>
    providers.flatMap(({ templateId, mode, fields }) => {
      const template = templates.find(({ id }) => id === templateId);
      return template === undefined ? [] : [{ template, mode, fields }];
    }),
  ),
);

function needsOf(
  domain: string,
  { providers, dmarc, dmarcEdited, dkimEdited, neverSends, users, spf, extras, policies }: DomainConfiguration,
  templates: readonly ProviderTemplate[],
  dkimKeys: DomainNeeds['dkimKeys'],
): DomainNeeds {
  const chosen = providersAmong(templates)(providers);
  // The records of some of the providers alone would leave the others' mail failing.
  const awaitsTemplate = !neverSends && (chosen.length === 0 || chosen.length < providers.length);
  return {
    domain,
    providers: chosen,
    awaitsTemplate,
    dkimKeys,
    dmarc,
    dmarcEdited,
    dkimEdited,
    neverSends,
    users,
    spf,
    extras,
    policies,
  };
}

/** What the service generated for a domain goes before what its record template asks for, and needs none. */
function withTold(needs: DomainNeeds, configuration: DomainConfiguration, seen: SeenDomains | null): DomainNeeds {
  const texts = seen?.records(needs.domain) ?? null;
  if (seen === null || texts === null) return needs;
  const told = sortServiceRecords(texts);
  const isEnough = configuration.providers.length === 0 && told.spf.length + told.others.length > 0;
  const awaitsTemplate = needs.awaitsTemplate === true && !isEnough;
  return { ...needs, told, toldBy: seen.templateId, awaitsTemplate };
}

/** What the needs of a domain follow from beside its own configuration. */
interface KnownNeeds {
  readonly templates: readonly ProviderTemplate[];
  readonly fields: SettingsFields;
  readonly dkimKeys: DomainNeeds['dkimKeys'];
  readonly told: SeenDomains | null;
}

/** @param known what the caller has read already, when it looks at many domains. */
export function viewDomain(context: CoreContext, domain: Domain, known?: KnownNeeds): DomainView {
  const templates = known?.templates ?? templatesOf(context, domain.workspaceId);
  const configuration = configurationOf(domain, known?.fields ?? effectiveFields(context, domain.workspaceId));
  const keys = known?.dkimKeys ?? context.store.domains.dkimKeys(domain.id);
  const seen = known === undefined ? seenDomains(context, domain.workspaceId) : known.told;
  const needs = withTold(needsOf(domain.name, configuration, templates, keys), configuration, seen);
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
  const pasted = pastedZoneOf(context, view.domain.id, view.zone);
  if (pasted === null) return stored;
  const at = view.domain.pastedAt ?? 0;
  return [...stored, ...pastedObservations(pasted, view.zone, view.required, questionsFor(view.required), at)];
}

/** The manual of a domain from what is known of it now. */
export function manualOf(context: CoreContext, workspaceId: number, domainId: number): ManualAsOf {
  const manual = manualOnce(context, workspaceId, domainId, () => makeManual(context, workspaceId, domainId));
  return { ...manual, asOf: context.changes.sequence() };
}

function makeManual(context: CoreContext, workspaceId: number, domainId: number): Manual {
  const view = viewDomain(context, findDomain(context, workspaceId, domainId));
  const fields = fieldsOf(context, workspaceId);
  const told = serviceTemplate(context, workspaceId, fields);
  const evidence = evidenceForPolicy(context, workspaceId, view.domain.name);
  return buildManual({
    needs: view.needs,
    unicodeName: view.domain.unicodeName,
    zone: view.zone,
    observations: observationsOf(context, view),
    beyond: pastedZoneOf(context, view.domain.id, view.zone) ?? undefined,
    chosen: view.configuration.weaker,
    earlier: view.domain.recordVerdicts,
    service: serviceWord(seenDomains(context, workspaceId), view.domain.name),
    ...(evidence === undefined ? {} : { evidence }),
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
  const { domain, required, zone } = view;
  if (view.needs.awaitsTemplate === true) {
    const verdicts = { verdict: 'to-do', spf: 'to-do', dkim: 'to-do', dmarc: 'to-do', seenAt: null } as const;
    return { detail: { domain: domain.name, verdict: 'to-do', records: [] }, verdicts };
  }
  const detail = known ?? domainVerdict(domain.name, required, observations, zone, domain.recordVerdicts);
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

/** Judges a domain anew by what is known of it, and keeps the verdicts. @param known see `viewDomain`. */
export function judge(context: CoreContext, domain: Domain, known?: KnownNeeds): void {
  const view = viewDomain(context, domain, known);
  context.store.domains.setVerdicts(domain.id, verdictsOf(view, observationsOf(context, view)).verdicts);
}

/** Judges a domain anew after its needs have changed, and tells the windows. */
export function refresh(context: CoreContext, workspaceId: number, domainId: number): void {
  judge(context, findDomain(context, workspaceId, domainId));
  context.changes.publish({
    kind: 'domains',
    workspaceId,
    rows: [toRow(context, findDomain(context, workspaceId, domainId))],
  });
  announce(context, workspaceId);
}

/** @throws BAD_INPUT where records of this configuration could not be published. */
export function checkDomainConfiguration(
  name: string,
  configuration: DomainConfiguration,
  templates: readonly ProviderTemplate[],
  dkimKeys: DomainNeeds['dkimKeys'],
): void {
  checkConfiguration(needsOf(name, configuration, templates, dkimKeys), configuration, templates);
}

/** @throws CONFLICT: nothing was changed. */
export function changedElsewhere(revision: number): never {
  throw fail('CONFLICT', 'The domain was changed elsewhere while you were editing', {
    field: 'revision',
    value: String(revision),
    remedy: 'Review what is saved now, then make your change again.',
  });
}

/**
 * Changes parts of a domain's configuration, and the zone that was pasted for it: all of it or nothing, after every change
 * of the domain that was asked for before.
 *
 * @throws BAD_INPUT with the field; CONFLICT where the domain has another revision by now.
 */
export function configureDomain(context: CoreContext, input: ConfigureInput): Promise<ManualAsOf> {
  const { workspaceId, domainId, revision, pastedZone } = input;
  return inTurn(context, domainId, async () => {
    const domain = findDomain(context, workspaceId, domainId);
    if (domain.revision !== revision) changedElsewhere(revision);
    const changed: Partial<DomainConfiguration> = {
      ...domain.configuration,
      ...Object.fromEntries(Object.entries(input.configuration).filter(([, value]) => value !== undefined)),
    };
    const configuration = configurationOf({ ...domain, configuration: changed }, effectiveFields(context, workspaceId));
    const templates = templatesOf(context, workspaceId);
    checkDomainConfiguration(domain.name, configuration, templates, context.store.domains.dkimKeys(domain.id));
    const zone = configuration.zone ?? likelyZone(domain.name);
    const written = pastedZone === undefined ? null : await writeZone(context, zone, asZoneFile(pastedZone));
    context.store.atomically(() => {
      if (!context.store.domains.configure(domain, changed)) changedElsewhere(revision);
      written?.assign(domainId);
    });
    written?.keep(domainId);
    record(context, workspaceId, 'save', fact('domain.configured', { domain: domain.unicodeName }));
    await readyPastedZone(context, domainId, zone);
    refresh(context, workspaceId, domainId);
    return manualOf(context, workspaceId, domainId);
  });
}

/** What a choice would make weaker: as the plan explains it, or as the record that is asked for says. */
function explained(plan: Plan, kind: WeakeningKind, configuration: DomainConfiguration): readonly Fact[] {
  const findings = plan.changes
    .filter((change) => change.weakens?.includes(kind) === true)
    .flatMap((change) => describeFindings(change.findings))
    .filter(({ code }) => isWeakeningCode(code));
  const told = new Map(findings.map(({ title, code, values }) => [title, { code, values }]));
  if (told.size > 0) return [...told.values()].map((finding) => fact('finding.found', { finding }));
  if (kind !== 'policy') return [fact('weaker.kind', { weakening: kind })];
  const { policy, subdomainPolicy, testing } = configuration.dmarc;
  const tags = [
    `p=${policy}`,
    ...(subdomainPolicy === null ? [] : [`sp=${subdomainPolicy}`]),
    ...(testing ? ['t=y'] : []),
  ];
  return [fact('weaker.policy', { outside: tags.join('; ') })];
}

/** Chooses something weaker on purpose, or takes the choice back; who, when and what are kept. */
export function chooseWeaker(
  context: CoreContext,
  input: {
    readonly workspaceId: number;
    readonly domainId: number;
    readonly kind: WeakeningKind;
    readonly chosen: boolean;
  },
): ManualAsOf {
  const { workspaceId, domainId, kind, chosen } = input;
  const view = viewDomain(context, findDomain(context, workspaceId, domainId));
  const { configuration, domain } = view;
  const others = (configuration.weaker ?? []).filter((each) => each.kind !== kind);
  const what = explained(manualOf(context, workspaceId, domainId).plan, kind, configuration).slice(0, MOST_WHAT);
  const added = chosen ? [{ kind, by: context.person, at: context.clock.now(), what }] : [];
  const weaker = [...others, ...added];
  if (!context.store.domains.configure(domain, { ...domain.configuration, weaker })) changedElsewhere(domain.revision);
  const of = { weakening: kind, domain: domain.unicodeName, person: context.person };
  record(context, workspaceId, 'save', chosen ? fact('weaker.accepted', of) : fact('weaker.taken-back', of), {
    details: what,
    severity: chosen ? 'warning' : 'info',
  });
  refresh(context, workspaceId, domainId);
  return manualOf(context, workspaceId, domainId);
}

/** Facts of an explanation that are kept. */
const MOST_WHAT = 50;

export interface OfDomain {
  readonly workspaceId: number;
  readonly domainId: number;
}

interface ConfigureInput extends OfDomain {
  readonly revision: number;
  readonly configuration: ConfigurationChange;
  readonly pastedZone?: string | undefined;
}

/** Reads and indexes what was pasted for a domain, so that what follows from it is there at once. */
export async function readyZone(context: CoreContext, { workspaceId, domainId }: OfDomain): Promise<void> {
  const { name, configuration } = findDomain(context, workspaceId, domainId);
  await readyPastedZone(context, domainId, configuration?.zone ?? likelyZone(name));
}

/** Waits for every change of a domain that was asked for before, then reads what was pasted for it. */
export async function readyDomain(context: CoreContext, of: OfDomain): Promise<void> {
  await changesMade(context, of.domainId);
  await readyZone(context, of);
}

/** Makes what is asked of a domain follow from every change of it that was asked for before. */
export function afterChanges<Input extends OfDomain, Result>(context: CoreContext, work: (input: Input) => Result) {
  return async ({ input }: { readonly input: Input }): Promise<Awaited<Result>> => {
    await readyDomain(context, input);
    return await work(input);
  };
}

/** Makes a change of a domain wait for those that were asked for before, and those that come later for this one. */
export function change<Input extends OfDomain, Result>(context: CoreContext, work: (input: Input) => Result) {
  return ({ input }: { readonly input: Input }): Promise<Awaited<Result>> =>
    inTurn(context, input.domainId, async (): Promise<Awaited<Result>> => {
      await readyZone(context, input);
      return await work(input);
    });
}

/** A zone's text on its way to a domain. */
interface WrittenZone {
  /** Makes it the domain's. */
  readonly assign: (domainId: number) => void;
  /** Keeps what was read of it, once it is the domain's. */
  readonly keep: (domainId: number) => void;
}

/**
 * Reads and writes a zone's text that is no domain's yet; an empty one forgets the zone.
 *
 * @throws BAD_INPUT where it can't be read.
 */
async function writeZone(context: CoreContext, zone: string, text: string): Promise<WrittenZone> {
  const { domains } = context.store;
  if (text.trim() === '') return { assign: domains.forgetPastedZone, keep: () => undefined };
  const packed = await readPastedZone(text, zone);
  if (packed.count === 0) {
    const [first] = packed.findings;
    const problem = first === undefined ? 'It contains no record' : describeFinding(first).title;
    throw fail('BAD_INPUT', `The zone can’t be read. ${problem}`, {
      field: 'text',
      value: text.slice(0, 200),
      remedy: 'Paste the zone as a zone file, as the DNS host exports it.',
    });
  }
  const now = context.clock.now();
  const zoneId = await inSlices(domains.writeZoneInSteps(text, now));
  return {
    assign: (domainId) => domains.assignPastedZone(domainId, zoneId, now),
    keep: (domainId) => keepPastedZone(context, domainId, zone, { text, packed }),
  };
}

/** Remarks about a zone that are told one by one. */
const REMARKS = 40;

/** What a zone's text holds, before anything is done with it. */
export async function lookAtZone(text: string, zone: string): Promise<ZoneLook> {
  const { count, findings } = await readPastedZone(asZoneFile(text), zone);
  const remarks = describeFindings(findings);
  return { records: count, remarks: remarks.slice(0, REMARKS), more: Math.max(0, remarks.length - REMARKS) };
}

export function pasteZone(
  context: CoreContext,
  workspaceId: number,
  domainId: number,
  text: string,
): Promise<ManualAsOf> {
  return inTurn(context, domainId, async () => {
    const { domain, zone } = viewDomain(context, findDomain(context, workspaceId, domainId));
    const written = await writeZone(context, zone, asZoneFile(text));
    written.assign(domainId);
    written.keep(domainId);
    const of = { domain: domain.unicodeName };
    record(context, workspaceId, 'domains', text.trim() === '' ? fact('zone.forgotten', of) : fact('zone.pasted', of));
    refresh(context, workspaceId, domainId);
    return manualOf(context, workspaceId, domainId);
  });
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
  const inName = nameFault(dkimName(selector, domain.name));
  if (inName !== null) {
    throw fail('BAD_INPUT', `${dkimName(selector, domain.name)} ${inName}`, {
      field: 'selector',
      value: selector,
      remedy: 'Choose a shorter selector.',
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
  const { selector: made, algorithm: kind, bits: figure } = stored;
  record(context, workspaceId, 'domains', fact('dkim.made', { selector: made, domain: domain.unicodeName }), {
    details: [fact('dkim.made-as', { algorithm: kind, figure })],
  });
  announceVault(context);
  refresh(context, workspaceId, domainId);
  return { ...stored, state: context.vault.view(dkimSecretId(domainId, stored.selector)).state };
}

export function domainConfiguration(context: CoreContext, workspaceId: number, domainId: number) {
  const { configuration, domain } = viewDomain(context, findDomain(context, workspaceId, domainId));
  return {
    revision: domain.revision,
    configuration,
    dkimKeys: context.store.domains
      .dkimKeys(domainId)
      .map((key) => ({ ...key, state: context.vault.view(dkimSecretId(domainId, key.selector)).state })),
    pastedZone: context.store.domains.pastedZone(domainId),
  };
}
