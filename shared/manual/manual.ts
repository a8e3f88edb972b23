import { counted } from '../text/counted.ts';
import { serverLabel } from '../diagnosis/views.ts';
import { lintDkimKeySet, parseDkimKey } from '../dkim/key-record.ts';
import { relativeName } from '../dns/names.ts';
import { joinTxt, octetsToText } from '../dns/txt.ts';
import { fact } from '../facts/catalogue.ts';
import { factText, factsText } from '../facts/fact-text.ts';
import type { DescribedFinding } from '../findings/catalogue.ts';
import { describeFindings } from '../findings/catalogue.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from '../plan/findings.ts';
import type { LookupAtOnce } from '../dns/asking.ts';
import { buildPlan } from '../plan/build-plan.ts';
import type { EffectPart } from '../plan/effect-text.ts';
import { effectLine, effectParts } from '../plan/effect-text.ts';
import type { ServerView } from '../plan/judged-view.ts';
import { judgedView } from '../plan/judged-view.ts';
import { latestPerServer, publishedSet } from '../observed/observed.ts';
import { concerned, txtTexts } from '../plan/satisfies.ts';
import { observedLookup } from '../plan/observed-lookup.ts';
import type { Change, ChosenWeakening, Plan, WeakeningKind } from '../plan/types.ts';
import { failureText } from '../observed/failure-text.ts';
import type { Observation } from '../observed/observation.ts';
import type { EditedText, RequiredRecord } from '../required/record.ts';
import { PURPOSE_WORDS } from '../required/record-words.ts';
import type { Verdict } from '../verdict/types.ts';
import { domainVerdict } from '../verdict/verdict.ts';
import type { EarlierVerdicts } from '../verdict/verdict.ts';
import { fieldKey } from '../providers/field-keys.ts';
import { chosenProviders } from '../providers/fill.ts';
import type { DomainNeeds } from '../providers/required-records.ts';
import { requiredRecords, serviceDifferences } from '../providers/required-records.ts';
import type { TemplateField } from '../providers/template/template.ts';
import { modeOf } from '../providers/template/template.ts';
import { mergeChosen, noSpfChoice } from '../spf/choice.ts';
import { instantText } from '../text/instant.ts';
import type { DiffPart } from './diff.ts';
import { diffText } from './diff.ts';
import type { DmarcCard } from './dmarc-card.ts';
import { dmarcCard } from './dmarc-card.ts';
import type { LadderContext } from '../dmarc/ladder.ts';
import type { PolicyEvidence } from '../dmarc/policy-evidence.ts';
import { valueText } from '../dns/record-text.ts';
import type { SpfCard } from './spf-card.ts';
import { spfCard } from './spf-card.ts';

/** The plan made readable for one domain: plain data that the window, the CLI and the exporters share. */

export interface ManualObservation {
  readonly server: string;
  readonly kind: Observation['server']['kind'];
  /** Where it was asked; empty where there is no address to tell. */
  readonly address: string;
  /** Seconds that the answer may be kept; null when it was not told. */
  readonly ttl: number | null;
  readonly durationMs: number;
  readonly at: number;
  readonly view: ServerView;
  /** What the server said, one line a record, or its failure. */
  readonly answer: readonly string[];
}

/** A value that only a provider knows: which provider's, where a domain has several. */
export interface WaitingField extends TemplateField {
  /** Names the field among all of the domain's providers. */
  readonly key: string;
  readonly providerKey: string;
  readonly providerName: string;
}

export interface RecordCard {
  readonly id: string;
  readonly title: string;
  readonly purpose: RequiredRecord['purpose'];
  readonly optional: boolean;
  readonly action: Change['action'];
  /** What would be weaker, where the record is a conflict for that reason: the person may choose it. */
  readonly weakens: readonly WeakeningKind[];
  /** What to do, in one sentence. */
  readonly instruction: string;
  readonly why: string;
  readonly source: RequiredRecord['source'];
  readonly name: { readonly relative: string; readonly absolute: string };
  readonly type: RequiredRecord['type'];
  /** The value as a form takes it; empty while it waits. */
  readonly value: string;
  readonly ttl: number;
  /** Preference of an MX record, for forms that ask for it by itself. */
  readonly preference: number | null;
  /** What is published and goes away. */
  readonly before: readonly string[];
  readonly diff: readonly DiffPart[];
  readonly verdict: Verdict;
  readonly summary: string;
  readonly seenAt: number | null;
  readonly observations: readonly ManualObservation[];
  /** What lies behind different answers, or behind none. */
  readonly differences: readonly DescribedFinding[];
  /** A file that has to be served beside the record. */
  readonly file: { readonly url: string; readonly text: string } | null;
  readonly waitingFor: readonly WaitingField[];
  /** The record waits for a key pair to be made here. */
  readonly needsKeyPair: boolean;
  readonly spf: SpfCard | null;
  /**
   * The text of which somebody may choose what it was meant as, and the text that the findings speak of: the one published
   * DMARC record, a DKIM record that is asked for; null for other records.
   */
  readonly meaning: (EditedText & { readonly isChosen: boolean }) | null;
  readonly dmarc: DmarcCard | null;
  readonly findings: readonly DescribedFinding[];
}

export interface ManualStep {
  readonly title: string;
  readonly text: string;
  readonly cards: readonly RecordCard[];
}

export interface Manual {
  readonly domain: string;
  readonly unicodeName: string;
  readonly zone: string;
  readonly verdict: Verdict;
  /** Where the domain stands. */
  readonly sentence: string;
  readonly seenAt: number | null;
  readonly neverSends: boolean;
  /** Whose records it needs has not been chosen, and no service told: there are none until then. */
  readonly awaitsTemplate: boolean;
  readonly steps: readonly ManualStep[];
  readonly providers: readonly {
    readonly id: string;
    readonly name: string;
    readonly mode: string;
    readonly modeLabel: string;
    readonly notes: readonly string[];
    readonly fields: readonly (TemplateField & { readonly value: string })[];
    readonly source: { readonly label: string; readonly url: string; readonly date: string };
  }[];
  readonly findings: readonly DescribedFinding[];
  /** What the service says of the domain; null where it was not asked. */
  readonly service: ServiceWord | null;
  readonly plan: Plan;
  /** What the plan changes for receivers: one line, and its parts. */
  readonly effect: { readonly line: string; readonly parts: readonly EffectPart[] };
  /** What is not known of that. */
  readonly questions: readonly DescribedFinding[];
  /** What somebody has chosen to make weaker, whether it still makes a difference or not. */
  readonly chosen: readonly { readonly kind: WeakeningKind; readonly finding: DescribedFinding }[];
}

/** The service's own word on a domain, beside ours. */
export interface ServiceWord {
  /** When the service was asked; milliseconds since the epoch. */
  readonly seenAt: number;
  /** Whether the account lists the domain. */
  readonly isThere: boolean;
  /** Its verdict. */
  readonly isVerified: boolean;
  /** Why not, as it came; empty where it says nothing. */
  readonly error: string;
  /** Records that it generated stand in the plan. */
  readonly hasRecords: boolean;
  /** What it shows for copying and no record could be made of, as it came. */
  readonly unread: readonly { readonly category: string; readonly text: string }[];
  /** Where its records are others than the template's. */
  readonly differences: readonly DescribedFinding[];
}

export interface ManualInput {
  readonly needs: DomainNeeds;
  readonly unicodeName: string;
  /** The zone that the records go into. */
  readonly zone: string;
  /** From DNS and from a pasted zone. */
  readonly observations: readonly Observation[];
  /** What the service says its provider is, when that isn't the chosen template. */
  readonly told?: { readonly name: string; readonly templateId: string | null };
  readonly reportAddress?: string;
  /** What the service says of the domain; its records are among the needs. */
  readonly service?: Pick<ServiceWord, 'seenAt' | 'isThere' | 'isVerified' | 'error'> | null;
  /** What is known of DNS beyond the observations, such as the whole pasted zone. */
  readonly beyond?: LookupAtOnce | undefined;
  /** What the person has chosen to make weaker. */
  readonly chosen?: readonly ChosenWeakening[] | undefined;
  /** Verdicts of the last check by record. */
  readonly earlier?: EarlierVerdicts;
  /** What came back from mail, for the next step of the policy. */
  readonly evidence?: PolicyEvidence;
}

function instructionFor(required: RequiredRecord, change: Change): string {
  switch (change.action) {
    case 'keep':
      return 'Leave it unchanged.';
    case 'add':
      return `Add this ${required.type} record.`;
    case 'replace':
      return change.before.length > 1
        ? `Replace the ${change.before.length} published records with this one.`
        : 'Replace the published record with this one.';
    case 'waiting':
      return required.value.state === 'waiting' && required.value.fields.includes('dkimKeyPair')
        ? 'Make a key pair first.'
        : 'Enter the value from the provider first.';
    case 'unknown':
      return required.purpose === 'spf'
        ? 'Add this TXT record; if there is already an SPF record, add the terms to that one.'
        : `Add this ${required.type} record.`;
    case 'conflict':
      if (change.weakens !== undefined) return 'Decide first: it would make something weaker.';
      return change.findings[0]?.code === 'plan.key-of-no-use'
        ? 'Choose what the record was meant as first.'
        : 'Remove what is in the way first.';
  }
}

/** Answers of one server shown at the most; a hostile name can hold hundreds of records. */
const MAX_ANSWERS = 20;
const MAX_ANSWER_LENGTH = 2000;

function toManualObservation(required: RequiredRecord, observation: Observation, dns: LookupAtOnce): ManualObservation {
  const records = concerned(required, observation.records);
  const lines = records.slice(0, MAX_ANSWERS).map((record) => valueText(record).slice(0, MAX_ANSWER_LENGTH));
  const nothing = observation.outcome === 'nxdomain' ? 'The name does not exist' : 'No such record';
  const failure = observation.failure === undefined ? 'No answer' : failureText(observation.failure);
  return {
    server: serverLabel(observation.server),
    kind: observation.server.kind,
    address: observation.server.address,
    ttl: observation.records[0]?.ttl ?? observation.negativeTtl ?? null,
    durationMs: observation.durationMs,
    at: observation.seenAt,
    view: judgedView(required, observation, dns),
    answer: observation.outcome === 'failure' ? [failure] : lines.length === 0 ? [nothing] : lines,
  };
}

function waitingFields(required: RequiredRecord, needs: DomainNeeds): readonly WaitingField[] {
  if (required.value.state === 'known') return [];
  const { fields } = required.value;
  const all = chosenProviders(needs.providers).flatMap(({ key, template, mode }) =>
    mode.fields.map((field) => ({
      ...field,
      key: fieldKey(key, field.id),
      providerKey: key,
      providerName: template.name,
    })),
  );
  return all.filter((field) => fields.includes(field.key));
}

function spfCardFor(
  { edits }: Change,
  { terms, choice = noSpfChoice }: Extract<RequiredRecord['match'], { kind: 'spf-terms' }>,
  published: readonly string[],
  prepared: string,
): SpfCard {
  const kept = () => mergeChosen(published, terms, choice).edits;
  return spfCard(published, prepared, { edits: edits ?? kept(), terms, choice });
}

/** Findings that hold for all records alike. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set(['plan.not-observed', 'plan.not-answered', 'plan.free-domain']);

function cardFor(
  required: RequiredRecord,
  change: Change,
  input: ManualInput,
  verdicts: ReturnType<typeof domainVerdict>,
  dns: LookupAtOnce,
  ladder: Omit<LadderContext, 'domain'>,
): RecordCard {
  const verdict = verdicts.records.find((record) => record.recordId === required.id);
  const planned = change.after[0];
  const known = required.value.state === 'known' ? required.value.data : null;
  const shown = planned ?? (known === null ? undefined : { name: required.name, ttl: required.ttl, ...known });
  const value = shown === undefined ? '' : valueText(shown);
  const before = change.before.map(valueText);
  const isEdited = change.action === 'replace' && before.length > 0;
  const published = publishedSet(input.observations, required.name, required.type);
  const texts = txtTexts(published === null ? [] : concerned(required, published.records));
  // What holds for the whole manual is said once, at its head.
  const findings = change.findings.filter(({ code }) => !OF_THE_WHOLE.has(code));
  return {
    id: required.id,
    title: PURPOSE_WORDS[required.purpose],
    purpose: required.purpose,
    optional: required.optional,
    action: change.action,
    weakens: change.weakens ?? [],
    instruction: instructionFor(required, change),
    why: required.why,
    source: required.source,
    name: { relative: relativeName(required.name, input.zone), absolute: required.name },
    type: required.type,
    value: shown?.type === 'MX' ? (shown.exchange === '' ? '.' : shown.exchange) : value,
    ttl: required.ttl,
    preference: shown?.type === 'MX' ? shown.preference : null,
    before,
    diff: isEdited ? diffText(before.join(' '), value) : [],
    verdict: verdict?.verdict ?? 'unknown',
    summary: factText(verdict?.fact ?? fact('verdict.not-checked')),
    seenAt: verdict?.seenAt ?? null,
    observations: latestPerServer(input.observations, required.name, required.type).map((observation) =>
      toManualObservation(required, observation, dns),
    ),
    file: required.file ?? null,
    waitingFor: waitingFields(required, input.needs),
    needsKeyPair: required.value.state === 'waiting' && required.value.fields.includes('dkimKeyPair'),
    meaning: meaningFor(required, texts),
    spf: required.match.kind === 'spf-terms' ? spfCardFor(change, required.match, texts, value) : null,
    dmarc:
      required.match.kind === 'dmarc-policy'
        ? dmarcCard(input.needs.domain, texts.length === 1 ? (texts[0] as string) : value, ladder)
        : null,
    differences: describeFindings(verdict?.findings ?? []),
    findings: describeFindings(findings),
  };
}

/** @param published the texts at the name that the record is about. */
function meaningFor({ match, value }: RequiredRecord, published: readonly string[]): RecordCard['meaning'] {
  if (match.kind === 'dmarc-policy')
    return published.length === 1 ? meaningOf(published[0] as string, match.edited) : null;
  if (match.kind !== 'dkim-key' || value.state === 'waiting' || value.data.type !== 'TXT') return null;
  const text = octetsToText(joinTxt(value.data.strings));
  return { from: match.edited?.from ?? text, to: text, isChosen: match.edited !== undefined };
}

function meaningOf(published: string, edited: EditedText | undefined): NonNullable<RecordCard['meaning']> {
  const isChosen = edited?.from === published;
  return { from: published, to: isChosen ? edited.to : published, isChosen };
}

function needsText(name: string, changes: number, titles: string): string {
  return counted(changes, {
    one: `${name} needs {count} change in DNS: ${titles}.`,
    other: `${name} needs {count} changes in DNS: ${titles}.`,
  });
}

/** Where the domain stands, in a sentence or two. */
function sentenceFor(
  name: string,
  { verdict, seenAt }: Pick<ReturnType<typeof domainVerdict>, 'verdict' | 'seenAt'>,
  cards: readonly RecordCard[],
  hasZone: boolean,
): string {
  const needed = cards.filter((card) => !card.optional);
  const titles = (wanted: readonly RecordCard[]) => [...new Set(wanted.map((card) => card.title))].join(', ');
  const waiting = needed.filter((card) => card.action === 'waiting');
  const toMake = needed.filter((card) => card.action === 'add' || card.action === 'replace');
  const conflicts = needed.filter((card) => card.action === 'conflict');
  const decisions = conflicts.filter((card) => card.weakens.length > 0);
  const inTheWay =
    decisions.length > 0
      ? `${name}: ${titles(decisions)} is waiting for a decision, because something would be weaker.`
      : `${name}: something stands in the way of ${titles(conflicts)}.`;
  if (verdict === 'verified') return `${name} is ready: every required record is published and correct.`;
  if (verdict === 'change-prepared')
    return conflicts.length > 0
      ? inTheWay
      : counted(toMake.length, {
          one: `${name} works as it is; {count} change prepared: ${titles(toMake)}.`,
          other: `${name} works as it is; {count} changes prepared: ${titles(toMake)}.`,
        });
  if (verdict !== 'failing') {
    if (waiting.length > 0 && waiting.every((card) => card.needsKeyPair)) return `${name} waits for a DKIM key pair.`;
    if (waiting.length > 0) return `${name} waits for values from the provider: ${titles(waiting)}.`;
  }
  if (verdict === 'pending') return `${name} is published, but not every name server answers with it yet.`;
  if (verdict === 'failing' || verdict === 'to-do') {
    if (conflicts.length > 0) return inTheWay;
    if (toMake.length > 0) return needsText(name, toMake.length, titles(toMake));
    return `${name} could not be verified: ${titles(needed.filter((card) => card.verdict === verdict))}.`;
  }
  if (hasZone && needed.every((card) => card.action !== 'unknown')) {
    const asked =
      seenAt === undefined
        ? 'That is by the pasted zone: DNS itself has not been asked.'
        : 'That is by the pasted zone: DNS itself gave no answer.';
    if (conflicts.length > 0) return `${inTheWay} ${asked}`;
    return toMake.length === 0
      ? `${name} is complete. ${asked}`
      : `${needsText(name, toMake.length, titles(toMake))} ${asked}`;
  }
  if (seenAt === undefined)
    return `${name} has not been checked. The records below are complete and can be handed over.`;
  const unknown = needed.filter((card) => card.verdict === 'unknown');
  return `${name} was checked, and this is not known: ${titles(unknown)}. ${unknown[0]?.summary ?? ''}.`;
}

/** The steps in their order, and the records that each has. */
const STEPS = {
  keys: {
    title: 'Publish the keys',
    text: 'Receivers verify signatures with these keys. They come first, because adding them can’t break anything.',
  },
  senders: {
    title: 'Allow the sending servers',
    text: 'One SPF record says who may send. It is merged with what is published; it is never a second record.',
  },
  policy: {
    title: 'State the policy',
    text: 'DMARC ties both to the address that people see, and provides reports.',
  },
  rest: {
    title: 'Complete the set-up',
    text: 'What else the provider asks for.',
  },
} as const;

/** The step that a record belongs to. */
const STEP_OF: Readonly<Record<RequiredRecord['purpose'], keyof typeof STEPS>> = {
  dkim: 'keys',
  spf: 'senders',
  'return-path': 'senders',
  mx: 'senders',
  dmarc: 'policy',
  'report-authorisation': 'policy',
  verification: 'rest',
  tracking: 'rest',
  delegation: 'rest',
  'mta-sts': 'rest',
  'tls-rpt': 'rest',
  bimi: 'rest',
};

/** The types of the keys that a domain signs with; a provider's alias is taken for RSA, as all of them are today. */
function keyTypes(required: readonly RequiredRecord[]): readonly ('rsa' | 'ed25519')[] {
  return required.flatMap(({ purpose, value, optional }) => {
    if (purpose !== 'dkim' || optional || value.state === 'waiting') return [];
    const key = value.data.type === 'TXT' ? parseDkimKey(joinTxt(value.data.strings)).key : null;
    return key?.publicKey === '' ? [] : [key?.type ?? 'rsa'];
  });
}

/** Providers that send nothing for a domain whose DMARC record has no report address, where none is chosen. */
function reportsWanted({ providers, dmarc, neverSends }: DomainNeeds): readonly Finding[] {
  if (neverSends || (dmarc.reportAddress ?? '') !== '') return [];
  return providers
    .filter(({ template }) => template.needsReports === true)
    .map(({ template }) => planFinding('plan.provider-needs-reports', { provider: template.name }));
}

/** Whether any key that the domain signs with can be used today. */
function keyOf(keys: Plan['effect']['before']['keys']): 'yes' | 'no' | 'unknown' {
  const states = keys.map(({ usable }) => usable);
  if (states.includes('yes')) return 'yes';
  return states.length === 0 || states.includes('unknown') ? 'unknown' : 'no';
}

function serviceWordOf({ service, needs }: ManualInput): ServiceWord | null {
  if (service === undefined || service === null) return null;
  const { told } = needs;
  return {
    ...service,
    hasRecords: told !== undefined && told.spf.length + told.others.length > 0,
    unread: told?.unread ?? [],
    differences: describeFindings(serviceDifferences(needs)),
  };
}

/** Makes the manual of one domain from what it needs and what was observed. */
export function buildManual(input: ManualInput): Manual {
  const { needs, observations } = input;
  const required = requiredRecords(needs);
  const { zone, beyond, chosen, earlier } = input;
  const plan = buildPlan(needs.domain, required, observations, zone, { beyond, chosen, mail: input.evidence?.mail });
  const verdicts = domainVerdict(needs.domain, required, observations, zone, earlier);
  const dns = observedLookup(observations, beyond);
  const changes = new Map(plan.changes.map((change) => [change.recordId, change]));
  const ladder = {
    users: needs.users,
    key: keyOf(plan.effect.before.keys),
    ...(input.reportAddress === undefined ? {} : { reportAddress: input.reportAddress }),
    ...(input.evidence === undefined ? {} : { evidence: input.evidence }),
  };
  const cards = required.map((record) =>
    cardFor(record, changes.get(record.id) as Change, input, verdicts, dns, ladder),
  );
  const steps = Object.entries(STEPS)
    .map(([id, texts]) => ({ ...texts, cards: cards.filter((card) => STEP_OF[card.purpose] === id) }))
    .filter((step) => step.cards.length > 0);
  const [first] = needs.providers;
  const differs =
    input.told !== undefined &&
    first !== undefined &&
    !needs.providers.some(({ template }) => template.id === input.told?.templateId) &&
    !needs.neverSends
      ? [planFinding('plan.provider-differs', { told: input.told.name, template: first.template.name })]
      : [];
  const awaitsTemplate = needs.awaitsTemplate === true;
  const hasPastedZone = observations.some((observation) => observation.server.kind === 'pasted');
  const ofTheWhole = plan.findings.filter(({ code }) => OF_THE_WHOLE.has(code));
  return {
    domain: needs.domain,
    unicodeName: input.unicodeName,
    zone: input.zone,
    verdict: awaitsTemplate ? 'to-do' : verdicts.verdict,
    sentence: awaitsTemplate
      ? `${input.unicodeName} waits for the choice of its provider: which records it needs depends on who sends for it.`
      : sentenceFor(input.unicodeName, verdicts, cards, hasPastedZone),
    seenAt: verdicts.seenAt ?? null,
    neverSends: needs.neverSends,
    awaitsTemplate,
    steps,
    providers: needs.providers.map((chosen) => {
      const mode = modeOf(chosen.template, chosen.mode);
      return {
        id: chosen.template.id,
        name: chosen.template.name,
        mode: mode.id,
        modeLabel: mode.label,
        notes: chosen.template.notes,
        fields: mode.fields.map((field) => ({ ...field, value: chosen.fields[field.id] ?? '' })),
        source: chosen.template.source,
      };
    }),
    findings: describeFindings([
      ...differs,
      ...reportsWanted(needs),
      ...lintDkimKeySet(keyTypes(required)),
      ...ofTheWhole,
    ]),
    service: serviceWordOf(input),
    plan,
    chosen: (chosen ?? []).flatMap(({ kind, what, by, at }) =>
      describeFindings([planFinding('plan.chosen-weaker', { what: factsText(what), by, at: instantText(at) })]).map(
        (finding) => ({
          kind,
          finding,
        }),
      ),
    ),
    effect: { line: effectLine(plan.effect), parts: effectParts(plan.effect) },
    questions: describeFindings(plan.questions),
  };
}
