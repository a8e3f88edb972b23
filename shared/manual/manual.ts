import { serverLabel } from '../diagnosis/views.ts';
import { lintDkimKeySet, parseDkimKey } from '../dkim/key-record.ts';
import { relativeName } from '../dns/names.ts';
import { joinTxt } from '../dns/txt.ts';
import type { DescribedFinding } from '../findings/catalogue.ts';
import { describeFindings } from '../findings/catalogue.ts';
import { planFinding } from '../findings/plan.ts';
import { buildPlan, plannedSpf } from '../plan/build-plan.ts';
import { latestPerServer, publishedSet } from '../plan/observed.ts';
import { concerned, txtTexts } from '../plan/satisfies.ts';
import type { Change, Observation, Plan, RequiredRecord, Verdict } from '../plan/types.ts';
import { domainVerdict, viewOf } from '../plan/verdict.ts';
import type { ServerView } from '../plan/verdict.ts';
import type { DomainNeeds } from '../providers/required-records.ts';
import { requiredRecords } from '../providers/required-records.ts';
import type { TemplateField } from '../providers/template.ts';
import { modeOf } from '../providers/template.ts';
import { noSpfChoice } from '../spf/choice.ts';
import type { DiffPart } from './diff.ts';
import { diffText } from './diff.ts';
import type { DmarcCard } from './dmarc-card.ts';
import { dmarcCard } from './dmarc-card.ts';
import { valueText } from './record-text.ts';
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

export interface RecordCard {
  readonly id: string;
  readonly title: string;
  readonly purpose: RequiredRecord['purpose'];
  readonly optional: boolean;
  readonly action: Change['action'];
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
  readonly waitingFor: readonly TemplateField[];
  /** The record waits for a key pair to be made here. */
  readonly needsKeyPair: boolean;
  readonly spf: SpfCard | null;
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
  readonly plan: Plan;
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
}

const TITLES: Readonly<Record<RequiredRecord['purpose'], string>> = {
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  verification: 'Domain verification',
  'return-path': 'Return path',
  tracking: 'Tracking',
  mx: 'MX',
  'report-authorisation': 'Report authorisation',
  'mta-sts': 'MTA-STS',
  'tls-rpt': 'TLS reporting',
  bimi: 'BIMI',
};

function instructionFor(required: RequiredRecord, change: Change): string {
  switch (change.action) {
    case 'keep':
      return 'Leave it as it is.';
    case 'add':
      return `Add this ${required.type} record.`;
    case 'replace':
      return change.before.length > 1
        ? `Replace the ${change.before.length} published records by this one.`
        : 'Replace the published record by this one.';
    case 'waiting':
      return required.value.state === 'waiting' && required.value.fields.includes('dkimKeyPair')
        ? 'Make a key pair first.'
        : 'Enter the value from the provider first.';
    case 'unknown':
      return required.purpose === 'spf'
        ? 'Add this TXT record; if there is an SPF record already, put the terms into that one.'
        : `Add this ${required.type} record.`;
    case 'conflict':
      return 'Clear what stands in the way first.';
  }
}

/** Answers of one server shown at the most; a hostile name can hold hundreds of records. */
const MAX_ANSWERS = 20;
const MAX_ANSWER_LENGTH = 2000;

function toManualObservation(required: RequiredRecord, observation: Observation): ManualObservation {
  const records = concerned(required, observation.records);
  const lines = records.slice(0, MAX_ANSWERS).map((record) => valueText(record).slice(0, MAX_ANSWER_LENGTH));
  const nothing = observation.outcome === 'nxdomain' ? 'The name does not exist' : 'No such record';
  const failure = observation.failure?.message ?? 'No answer';
  return {
    server: serverLabel(observation.server),
    kind: observation.server.kind,
    address: observation.server.address,
    ttl: observation.records[0]?.ttl ?? observation.negativeTtl ?? null,
    durationMs: observation.durationMs,
    at: observation.seenAt,
    view: viewOf(required, observation),
    answer: observation.outcome === 'failure' ? [failure] : lines.length === 0 ? [nothing] : lines,
  };
}

function waitingFields(required: RequiredRecord, needs: DomainNeeds): readonly TemplateField[] {
  if (required.value.state === 'known') return [];
  const { fields } = required.value;
  const all = needs.providers.flatMap((chosen) => modeOf(chosen.template, chosen.mode).fields);
  return all.filter((field) => fields.includes(field.id));
}

function spfCardFor(
  required: RequiredRecord,
  { terms, choice = noSpfChoice }: Extract<RequiredRecord['match'], { kind: 'spf-terms' }>,
  published: readonly string[],
  prepared: string,
): SpfCard {
  return spfCard(published, prepared, { edits: plannedSpf(required, published).edits, terms, choice });
}

function cardFor(
  required: RequiredRecord,
  change: Change,
  input: ManualInput,
  verdicts: ReturnType<typeof domainVerdict>,
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
  const findings = change.findings.filter((finding) => finding.code !== 'plan.not-observed');
  return {
    id: required.id,
    title: TITLES[required.purpose],
    purpose: required.purpose,
    optional: required.optional,
    action: change.action,
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
    summary: verdict?.summary ?? 'Not checked',
    seenAt: verdict?.seenAt ?? null,
    observations: latestPerServer(input.observations, required.name, required.type).map((observation) =>
      toManualObservation(required, observation),
    ),
    file: required.file ?? null,
    waitingFor: waitingFields(required, input.needs),
    needsKeyPair: required.value.state === 'waiting' && required.value.fields.includes('dkimKeyPair'),
    spf: required.match.kind === 'spf-terms' ? spfCardFor(required, required.match, texts, value) : null,
    dmarc:
      required.match.kind === 'dmarc-policy'
        ? dmarcCard(input.needs.domain, texts.length === 1 ? (texts[0] as string) : value, input.reportAddress)
        : null,
    differences: describeFindings(verdict?.findings ?? []),
    findings: describeFindings(findings),
  };
}

/** Where the domain stands, in one sentence. */
function sentenceFor(name: string, verdict: Verdict, cards: readonly RecordCard[], hasZone: boolean): string {
  const needed = cards.filter((card) => !card.optional);
  const titles = (wanted: readonly RecordCard[]) => [...new Set(wanted.map((card) => card.title))].join(', ');
  const waiting = needed.filter((card) => card.action === 'waiting');
  if (verdict === 'verified') return `${name} is ready: every required record is published and correct.`;
  if (waiting.length > 0 && waiting.every((card) => card.needsKeyPair)) return `${name} waits for a DKIM key pair.`;
  if (waiting.length > 0) return `${name} waits for values from the provider: ${titles(waiting)}.`;
  if (verdict === 'pending') return `${name} is published, but not every name server answers with it yet.`;
  const toMake = needed.filter((card) => card.action === 'add' || card.action === 'replace');
  const conflicts = needed.filter((card) => card.action === 'conflict');
  if (verdict === 'failing' && conflicts.length > 0)
    return `${name}: something stands in the way of ${titles(conflicts)}.`;
  if (verdict === 'failing' && toMake.length > 0) {
    return `${name} needs ${toMake.length} change${toMake.length === 1 ? '' : 's'} in DNS: ${titles(toMake)}.`;
  }
  if (verdict === 'failing')
    return `${name} could not be verified: ${titles(needed.filter((card) => card.verdict === 'failing'))}.`;
  if (hasZone && needed.every((card) => card.action !== 'unknown')) {
    return toMake.length === 0
      ? `${name} is complete in the pasted zone. DNS itself has not been asked.`
      : `Against the pasted zone, ${name} needs ${toMake.length} change${toMake.length === 1 ? '' : 's'}: ${titles(toMake)}. DNS itself has not been asked.`;
  }
  return `${name} has not been checked. The records below are complete and can be handed over.`;
}

const STEPS: readonly {
  readonly title: string;
  readonly text: string;
  readonly purposes: readonly RequiredRecord['purpose'][];
}[] = [
  {
    title: 'Publish the keys',
    text: 'Receivers verify signatures with these keys. They come first, because nothing depends on their absence.',
    purposes: ['dkim'],
  },
  {
    title: 'Allow the sending servers',
    text: 'One SPF record says who may send. It is merged with what is published; it is never a second record.',
    purposes: ['spf', 'return-path', 'mx'],
  },
  {
    title: 'State the policy',
    text: 'DMARC ties both to the address that people see, and brings reports.',
    purposes: ['dmarc', 'report-authorisation'],
  },
  {
    title: 'Complete the set-up',
    text: 'What the provider asks for besides.',
    purposes: ['verification', 'tracking', 'mta-sts', 'tls-rpt', 'bimi'],
  },
];

/** The types of the keys that a domain signs with; a provider's alias is taken for RSA, as all of them are today. */
function keyTypes(required: readonly RequiredRecord[]): readonly ('rsa' | 'ed25519')[] {
  return required.flatMap(({ purpose, value, optional }) => {
    if (purpose !== 'dkim' || optional || value.state === 'waiting') return [];
    const key = value.data.type === 'TXT' ? parseDkimKey(joinTxt(value.data.strings)).key : null;
    return key?.publicKey === '' ? [] : [key?.type ?? 'rsa'];
  });
}

/** Makes the manual of one domain from what it needs and what was observed. */
export function buildManual(input: ManualInput): Manual {
  const { needs, observations } = input;
  const required = requiredRecords(needs);
  const plan = buildPlan(needs.domain, required, observations, input.zone);
  const verdicts = domainVerdict(needs.domain, required, observations, input.zone);
  const changes = new Map(plan.changes.map((change) => [change.recordId, change]));
  const cards = required.map((record) => cardFor(record, changes.get(record.id) as Change, input, verdicts));
  const steps = STEPS.map(({ title, text, purposes }) => ({
    title,
    text,
    cards: cards.filter((card) => purposes.includes(card.purpose)),
  })).filter((step) => step.cards.length > 0);
  const [first] = needs.providers;
  const differs =
    input.told !== undefined &&
    first !== undefined &&
    !needs.providers.some(({ template }) => template.id === input.told?.templateId) &&
    !needs.neverSends
      ? [planFinding('plan.provider-differs', { told: input.told.name, template: first.template.name })]
      : [];
  const hasPastedZone = observations.some((observation) => observation.server.kind === 'pasted');
  const isUnobserved = plan.changes.some((change) => change.action === 'unknown');
  return {
    domain: needs.domain,
    unicodeName: input.unicodeName,
    zone: input.zone,
    verdict: verdicts.verdict,
    sentence: sentenceFor(input.unicodeName, verdicts.verdict, cards, hasPastedZone),
    seenAt: verdicts.seenAt ?? null,
    neverSends: needs.neverSends,
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
      ...lintDkimKeySet(keyTypes(required)),
      ...(isUnobserved ? [planFinding('plan.not-observed')] : []),
    ]),
    plan,
  };
}
