import { withoutMailto } from '../dns/mail-address.ts';
import { allListed } from '../text/listed.ts';
import { remembering, rememberingLately, rememberingOf } from '../memo.ts';
import { dkimRecord } from '../dkim/generate.ts';
import { dkimName } from '../dkim/selector.ts';
import type { DomainUsers } from '../dmarc/ladder.ts';
import { externalReportRecords } from '../dmarc/reports.ts';
import type { DmarcPolicy, DmarcRecord } from '../dmarc/record.ts';
import { printDmarc } from '../dmarc/record.ts';
import { isSubdomain, nameFault, sameName } from '../dns/names.ts';
import { valueText } from '../dns/record-text.ts';
import { joinTxt, octetsToText, splitTxt, textToOctets } from '../dns/txt.ts';
import type { Finding } from '../findings/finding.ts';
import type { EditedText, RecordValue, RequiredRecord } from '../required/record.ts';
import type { DomainPolicies } from '../policy/extras.ts';
import { policyRecords } from '../policy/extras.ts';
import { neverSendsRecords } from '../policy/never-sends.ts';
import type { SpfChoice } from '../spf/choice.ts';
import { mergeChosen, noSpfChoice } from '../spf/choice.ts';
import type { Chosen, ChosenProvider } from './fill.ts';
import { fieldKey } from './field-keys.ts';
import { chosenProviders, fieldsIn, fill } from './fill.ts';
import type { TemplateRecord } from './template/template.ts';
import type { ServiceRecords, ServiceSpf } from './service-records.ts';
import {
  dmarcDifferences,
  isCoveredBy,
  recordDifferences,
  spfDifferences,
  TOLD_SOURCE,
  serviceRequirements,
  serviceSelectors,
} from './service-records.ts';

/** TTL of prepared records in seconds: what most providers ask for. */
const TTL = 3600;
/** Prepared records that are remembered: of SPF for each choice, of DMARC in all. */
const REMEMBERED = 64;
/** Choices and lists of providers that are remembered as they were made. */
const REMEMBERED_CHOICES = 16;

export interface DmarcChoice {
  readonly policy: DmarcPolicy;
  readonly subdomainPolicy: DmarcPolicy | null;
  readonly testing: boolean;
  /** An address without `mailto:`, or null. */
  readonly reportAddress: string | null;
  readonly alignment: { readonly dkim: 'relaxed' | 'strict'; readonly spf: 'relaxed' | 'strict' };
}

export interface DomainNeeds {
  /** A-labels. */
  readonly domain: string;
  readonly providers: readonly ChosenProvider[];
  /** Whose records are to be published has not been chosen: none are prepared until then. */
  readonly awaitsTemplate?: boolean;
  /** Key pairs made here. */
  readonly dkimKeys: readonly {
    readonly selector: string;
    readonly algorithm: 'rsa' | 'ed25519';
    readonly publicKey: string;
    /** Receivers shall treat its signatures as void. */
    readonly revokedAt?: number | null;
  }[];
  readonly dmarc: DmarcChoice;
  /** What the published DMARC record was meant as, where somebody has chosen. */
  readonly dmarcEdited?: EditedText | null | undefined;
  /** What DKIM records that are asked for were meant as, where somebody has chosen. */
  readonly dkimEdited?: readonly EditedText[] | undefined;
  readonly neverSends: boolean;
  /** Who writes from the domain; absent: nobody has said. */
  readonly users?: DomainUsers | undefined;
  /** Decisions about the SPF record at the domain itself. */
  readonly spf?: SpfChoice;
  readonly policies?: DomainPolicies | undefined;
  /** What the service generated for this very domain; absent where it was not asked, or does not know the domain. */
  readonly told?: ServiceRecords | undefined;
  /** The template of the provider that the service names; null where it names none that is known. */
  readonly toldBy?: string | null | undefined;
  readonly extras: readonly { readonly name: string; readonly type: 'TXT' | 'CNAME'; readonly value: string }[];
}

/** The mechanisms that one name's SPF record has to hold. */
interface SpfNeed {
  readonly name: string;
  readonly terms: string[];
  /** Those that a new record begins with. */
  readonly first: string[];
  /** Fields without a value. */
  readonly waiting: string[];
  readonly providers: Chosen[];
  /** The service itself asks for them. */
  isTold: boolean;
}

function txt(text: string): RecordValue {
  return { type: 'TXT', strings: splitTxt(textToOctets(text)) };
}

function known(text: string): Extract<RequiredRecord['value'], { readonly state: 'known' }> {
  return { state: 'known', data: txt(text) };
}

function recordValue(record: TemplateRecord, text: string): RecordValue {
  const host = text.replace(/\.$/, '');
  if (record.type === 'CNAME') return { type: 'CNAME', target: host };
  if (record.type === 'NS') return { type: 'NS', target: host };
  if (record.type === 'MX') return { type: 'MX', preference: record.preference ?? 10, exchange: host };
  return txt(text);
}

/** @param missing keys of fields, more than once or not. */
function waitingFor(missing: readonly string[], providers: readonly Chosen[]): RequiredRecord['value'] {
  const fields = [...new Set(missing)];
  const named = fields.map((key) => {
    const chosen = providers.find((provider) => key.startsWith(`${provider.key}.`));
    const field = chosen?.mode.fields.find(({ id }) => fieldKey(chosen.key, id) === key);
    return chosen === undefined || field === undefined
      ? 'a value from the provider'
      : `${field.label} (${chosen.template.name})`;
  });
  return { state: 'waiting', fields, named };
}

function fromTemplate(domain: string, chosen: Chosen, record: TemplateRecord): RequiredRecord {
  const { template } = chosen;
  const missing: string[] = [];
  const name = fill(record.name, domain, chosen, missing);
  const value = fill(record.value, domain, chosen, missing);
  const isWrong =
    missing.length === 0 &&
    (nameFault(name, true) !== null || (record.type !== 'TXT' && nameFault(value.replace(/\.$/, '')) !== null));
  // Names too long for DNS wait for other values; where no value makes them so, each hand-over leaves them out.
  if (isWrong) missing.push(...fieldsIn(record.name + record.value).map((id) => fieldKey(chosen.key, id)));
  return {
    id: `${chosen.key}/${record.id}`,
    purpose: record.purpose,
    name,
    type: record.type,
    ttl: TTL,
    value: missing.length > 0 ? waitingFor(missing, [chosen]) : { state: 'known', data: recordValue(record, value) },
    match: record.purpose === 'dkim' && record.type === 'TXT' ? { kind: 'dkim-key' } : { kind: 'same-data' },
    why: record.why,
    source: {
      kind: 'provider-catalogue',
      ...(record.source ?? template.source),
    },
    optional: record.optional,
  };
}

function spfNeeds(
  domain: string,
  providers: readonly Chosen[],
  choice: SpfChoice,
  told: readonly ServiceSpf[],
): readonly SpfNeed[] {
  const needs: SpfNeed[] = [];
  const needAt = (name: string): SpfNeed => {
    const found = needs.find((need) => need.name === name);
    if (found !== undefined) return found;
    const added = { name, terms: [], first: [], waiting: [], providers: [], isTold: false };
    needs.push(added);
    return added;
  };
  if (choice.remove.length > 0 || choice.edited !== null) needAt(domain);
  for (const { name, terms, first } of told) {
    const need = needAt(name);
    need.terms.push(...terms);
    need.first.push(...first);
    need.isTold = true;
  }
  for (const chosen of providers) {
    const { spfName, spfTerms, spfFirst = [] } = chosen.mode;
    if (spfTerms.length === 0) continue;
    const missing: string[] = [];
    const need = needAt(fill(spfName, domain, chosen, missing));
    const take = (patterns: readonly string[], into: string[]) => {
      for (const term of patterns) {
        const missingBefore = missing.length;
        const filled = fill(term, domain, chosen, missing);
        if (missing.length === missingBefore && !into.includes(filled)) into.push(filled);
      }
    };
    take(spfTerms, need.terms);
    take(spfFirst, need.first);
    need.waiting.push(...missing);
    need.providers.push(chosen);
  }
  return needs;
}

/**
 * What a name that publishes nothing has to publish, and how what is there is held against it; by the choice, and by the
 * terms as JSON. Remembered: domains of one provider require the same.
 */
const preparedSpf = rememberingOf((choice: SpfChoice) =>
  remembering(REMEMBERED, (text) => {
    const { terms, first } = JSON.parse(text) as Pick<SpfNeed, 'terms' | 'first'>;
    return {
      value: known(mergeChosen([], [...first, ...terms], choice).record),
      match: { kind: 'spf-terms', terms, first, choice },
    } as const;
  }),
);

function isNoChoice({ remove, without, edited }: SpfChoice): boolean {
  return remove.length === 0 && without.length === 0 && edited === null;
}

function spfRecord(domain: string, need: SpfNeed, decided: SpfChoice): RequiredRecord {
  const templates = need.providers.map(({ template }) => template);
  const [first] = templates;
  const choice = need.name === domain ? decided : noSpfChoice;
  const { value, match } = preparedSpf(choice)(JSON.stringify({ terms: need.terms, first: need.first }));
  return {
    id: need.name === domain ? 'spf' : `spf:${need.name}`,
    purpose: 'spf',
    name: need.name,
    type: 'TXT',
    ttl: TTL,
    value: need.waiting.length > 0 ? waitingFor(need.waiting, need.providers) : value,
    match,
    why:
      first === undefined
        ? need.isTold
          ? `Lets receivers know that the service may send for ${need.name}.`
          : `Says who may send for ${need.name}.`
        : `Lets receivers know that ${allListed(templates.map(({ name }) => name))} may send for ${need.name}.`,
    source:
      first === undefined
        ? need.isTold
          ? TOLD_SOURCE
          : { kind: 'sendwright', label: 'Decided here' }
        : { kind: 'provider-catalogue', label: first.source.label, url: first.source.url, date: first.source.date },
    optional: false,
  };
}

/** The DMARC record that a choice stands for. */
export function dmarcRecord(choice: DmarcChoice): DmarcRecord {
  return {
    policy: choice.policy,
    policyTakenAsNone: false,
    ...(choice.subdomainPolicy === null ? {} : { subdomainPolicy: choice.subdomainPolicy }),
    dkimAlignment: choice.alignment.dkim,
    spfAlignment: choice.alignment.spf,
    publicSuffix: 'u',
    testing: choice.testing,
    aggregateReports:
      choice.reportAddress === null || choice.reportAddress === ''
        ? []
        : [`mailto:${withoutMailto(choice.reportAddress)}`],
    failureReports: [],
    failureOptions: ['0'],
    others: [],
  };
}

/** By the choice as JSON. Remembered: thousands of domains share one. */
const preparedDmarc = remembering(REMEMBERED, (text) => {
  const record = dmarcRecord(JSON.parse(text) as DmarcChoice);
  return { record, value: known(printDmarc(record)) };
});

/** The same by the choice itself, which domains that were configured together share. */
const preparedOf = rememberingLately(REMEMBERED_CHOICES, (choice: DmarcChoice) =>
  preparedDmarc(JSON.stringify(choice)),
);

const DMARC_SOURCE = { kind: 'sendwright', label: 'RFC 9989 §4.7, RFC 9990 §4' } as const;

function dmarcRecords(domain: string, choice: DmarcChoice, edited: EditedText | null = null): RequiredRecord[] {
  const { record, value } = preparedOf(choice);
  const own: RequiredRecord = {
    id: 'dmarc',
    purpose: 'dmarc',
    name: `_dmarc.${domain}`,
    type: 'TXT',
    ttl: TTL,
    value,
    match: { kind: 'dmarc-policy', ...(edited === null ? {} : { edited }) },
    why: 'Tells receivers what to do with mail that fails, and where to report it. Mailbox providers demand it of bulk senders.',
    source: DMARC_SOURCE,
    optional: false,
  };
  if (record.aggregateReports.length === 0) return [own];
  const authorisations = externalReportRecords(domain, record, domain).map(
    (authorisation): RequiredRecord => ({
      id: `report:${authorisation.destination}`,
      purpose: 'report-authorisation',
      name: authorisation.name,
      type: 'TXT',
      ttl: TTL,
      value: known(authorisation.value),
      match: { kind: 'report-authorisation' },
      why: isSubdomain(domain, authorisation.destination)
        ? `Needed only while ${authorisation.destination} has no DMARC record of its own: receivers then take it for another organization.`
        : `Goes into the zone of ${authorisation.destination}: without it no reports are sent there.`,
      source: DMARC_SOURCE,
      optional: true,
    }),
  );
  return [own, ...authorisations];
}

/** A revoked key says no more than that (RFC 6376 §3.6.1). */
const REVOKED_RECORD = 'v=DKIM1; p=';

function isRevoked(key: DomainNeeds['dkimKeys'][number]): boolean {
  return (key.revokedAt ?? null) !== null;
}

const OWN_KEY_SOURCE = { kind: 'local-key', label: 'Key pair made here' } as const;

function ownKeyRecords(needs: DomainNeeds): RequiredRecord[] {
  return needs.dkimKeys.map((key): RequiredRecord => {
    const text = isRevoked(key) ? REVOKED_RECORD : dkimRecord(key.algorithm, key.publicKey);
    return {
      id: `dkim:${key.selector}`,
      purpose: 'dkim',
      name: dkimName(key.selector, needs.domain),
      type: 'TXT',
      ttl: TTL,
      // A tag list in base64 has no octet beyond ASCII.
      value: { state: 'known', data: { type: 'TXT', strings: splitTxt(text) } },
      match: { kind: 'dkim-key' },
      why: isRevoked(key)
        ? 'The key is revoked: an empty p= makes its signatures void. The record may go once nothing signed with it is under way.'
        : 'Receivers verify signatures with this key. Its private half is sealed in this console.',
      source: OWN_KEY_SOURCE,
      optional: isRevoked(key),
    };
  });
}

function waitingForOwnKey(domain: string): RequiredRecord {
  return {
    id: 'dkim',
    purpose: 'dkim',
    name: dkimName('{selector}', domain),
    type: 'TXT',
    ttl: TTL,
    value: { state: 'waiting', fields: ['dkimKeyPair'], named: ['a DKIM key pair made here'] },
    match: { kind: 'dkim-key' },
    why: 'Receivers verify signatures with this key. Make a key pair for it.',
    source: OWN_KEY_SOURCE,
    optional: false,
  };
}

const NEVER_SENDS_MATCH: Readonly<Partial<Record<RequiredRecord['purpose'], RequiredRecord['match']>>> = {
  dkim: { kind: 'dkim-key' },
  spf: { kind: 'no-senders' },
};

const chosenOf = rememberingLately(REMEMBERED_CHOICES, chosenProviders);

interface ProviderRecords {
  /** Every provider of the domain. */
  readonly own: readonly Chosen[];
  /** The one that the service's word is about. */
  readonly speaker: Chosen | undefined;
  /** Those whose SPF terms come from their template. */
  readonly providers: readonly Chosen[];
  readonly told: ServiceRecords | null;
  /** DKIM and all the rest but SPF and DMARC, the service's before a template's. */
  readonly templated: readonly RequiredRecord[];
  /** Where the service and its provider's template part. */
  readonly differences: readonly Finding[];
}

/** The records that come from the service and from templates; the service's word stands for its own provider alone. */
function providerRecords(needs: DomainNeeds): ProviderRecords {
  const { domain } = needs;
  const own = chosenOf(needs.providers);
  const of = (chosen: Chosen) => chosen.mode.records.map((record) => fromTemplate(domain, chosen, record));
  const told = needs.told ?? null;
  if (told === null || needs.neverSends)
    return { own, speaker: undefined, providers: own, told: null, templated: own.flatMap(of), differences: [] };
  // Where the service names a provider that the domain does not have, its records still are for the domain.
  const speaker = own.find(({ template }) => template.id === needs.toldBy) ?? (own.length === 1 ? own[0] : undefined);
  const standIn = speaker === undefined ? [] : of(speaker);
  const records = serviceRequirements(told, domain, standIn, TTL);
  const isCovered = (record: RequiredRecord) => isCoveredBy(records, record);
  const missing: string[] = [];
  const spf =
    speaker === undefined || told.spf.length === 0
      ? null
      : {
          name: fill(speaker.mode.spfName, domain, speaker, missing),
          terms: speaker.mode.spfTerms.map((term) => fill(term, domain, speaker, missing)),
        };
  return {
    own,
    speaker,
    providers: told.spf.length === 0 ? own : own.filter((chosen) => chosen !== speaker),
    told,
    templated: [
      ...records,
      ...standIn.filter((record) => !isCovered(record)),
      ...own.filter((chosen) => chosen !== speaker).flatMap(of),
    ],
    differences: [
      ...recordDifferences(records, standIn.filter(isCovered)),
      ...(spf === null || missing.length > 0 ? [] : spfDifferences(told.spf, spf)),
      ...dmarcDifferences(told.dmarc, preparedOf(needs.dmarc).record, domain),
    ],
  };
}

/** Where the service asks for other records than the template of its provider. */
export function serviceDifferences(needs: DomainNeeds): readonly Finding[] {
  return providerRecords(needs).differences;
}

/** Key records in the meaning that somebody has chosen for their text. */
function asMeant(records: readonly RequiredRecord[], choices: readonly EditedText[]): readonly RequiredRecord[] {
  return records.map((record) => {
    const { match, value } = record;
    if (match.kind !== 'dkim-key' || value.state === 'waiting' || value.data.type !== 'TXT') return record;
    const text = octetsToText(joinTxt(value.data.strings));
    const edited = choices.find(({ from }) => from === text);
    return edited === undefined ? record : { ...record, value: known(edited.to), match: { ...match, edited } };
  });
}

/** The servers of a name are one delegation: none but these belong there. */
function asDelegations(records: readonly RequiredRecord[]): readonly RequiredRecord[] {
  return records.map((record) => {
    if (record.type !== 'NS') return record;
    const servers = records.flatMap(({ name, value }) =>
      value.state === 'known' && value.data.type === 'NS' && sameName(name, record.name) ? [value.data.target] : [],
    );
    return { ...record, match: { kind: 'delegation', servers } };
  });
}

/** Records that several providers, the service or a person ask for alike are published once. */
function withoutTwins(records: readonly RequiredRecord[]): readonly RequiredRecord[] {
  const kept: RequiredRecord[] = [];
  for (const record of records) {
    const at = kept.findIndex((known) => isTwin(known, record));
    const twin = kept[at];
    if (twin === undefined) kept.push(record);
    else if (twin.optional && !record.optional) kept[at] = { ...twin, optional: false };
  }
  return kept;
}

function isTwin(left: RequiredRecord, right: RequiredRecord): boolean {
  if (left.type !== right.type || left.value.state === 'waiting' || right.value.state === 'waiting') return false;
  if (!sameName(left.name, right.name) || left.match.kind !== right.match.kind) return false;
  const textOf = (data: RecordValue) => valueText({ name: left.name, ttl: TTL, ...data });
  return textOf(left.value.data) === textOf(right.value.data);
}

/**
 * Every record a sender domain needs, in the order of the manual: DKIM, SPF, DMARC, then the rest. Several providers
 * share one SPF record.
 */
export function requiredRecords(needs: DomainNeeds): readonly RequiredRecord[] {
  const { domain } = needs;
  if (needs.awaitsTemplate === true) return [];
  if (needs.neverSends) {
    const rest = neverSendsRecords(domain).map(
      (record): RequiredRecord => ({
        id: record.id,
        purpose: record.purpose,
        name: record.name,
        type: record.data.type,
        ttl: TTL,
        value: { state: 'known', data: record.data },
        match: NEVER_SENDS_MATCH[record.purpose] ?? { kind: 'same-data' },
        why: record.why,
        source: { kind: 'sendwright', label: record.source },
        optional: record.optional,
      }),
    );
    const refused: DmarcChoice = { ...needs.dmarc, policy: 'reject', subdomainPolicy: 'reject', testing: false };
    const nullMx = rest.filter((record) => record.purpose === 'mx');
    return [
      ...rest.filter((record) => record.purpose !== 'mx'),
      ...dmarcRecords(domain, refused, needs.dmarcEdited ?? null),
      ...nullMx,
    ];
  }
  const { providers, own, told, templated } = providerRecords(needs);
  const wantsOwnKey = own.some(({ mode }) => mode.ownKeys);
  const extras = needs.extras.map(
    (extra, index): RequiredRecord => ({
      id: `extra:${index + 1}`,
      purpose: 'verification',
      name: extra.name === '' || extra.name === '@' ? domain : `${extra.name}.${domain}`,
      type: extra.type,
      ttl: TTL,
      value: {
        state: 'known',
        data: extra.type === 'CNAME' ? { type: 'CNAME', target: extra.value.replace(/\.$/, '') } : txt(extra.value),
      },
      match: { kind: 'same-data' },
      why: 'Added for this domain by hand.',
      source: { kind: 'sendwright', label: 'Entered here' },
      optional: false,
    }),
  );
  const decided = needs.spf === undefined || isNoChoice(needs.spf) ? noSpfChoice : needs.spf;
  const isDkim = (record: RequiredRecord) => record.purpose === 'dkim';
  const records = withoutTwins([
    ...templated.filter(isDkim),
    ...ownKeyRecords(needs),
    ...(wantsOwnKey && needs.dkimKeys.every(isRevoked) ? [waitingForOwnKey(domain)] : []),
    ...spfNeeds(domain, providers, decided, told?.spf ?? []).map((need) => spfRecord(domain, need, decided)),
    ...dmarcRecords(domain, needs.dmarc, needs.dmarcEdited ?? null),
    ...templated.filter((record) => !isDkim(record)),
    ...extras,
    ...policyRecords(domain, needs.policies),
  ]);
  const meant = (needs.dkimEdited ?? []).length === 0 ? records : asMeant(records, needs.dkimEdited ?? []);
  return meant.some(({ type }) => type === 'NS') ? asDelegations(meant) : meant;
}

/** Selectors that the receivers' evaluation looks at, filled as far as they are known. */
export function selectorsOf(needs: DomainNeeds): readonly string[] {
  const { own, speaker, told } = providerRecords(needs);
  const toldOnes = told === null ? [] : serviceSelectors(told);
  const standing = toldOnes.length === 0 ? own : own.filter((chosen) => chosen !== speaker);
  const templated = standing.flatMap((chosen) =>
    chosen.mode.selectors.flatMap((pattern) => {
      const missing: string[] = [];
      const selector = fill(pattern, needs.domain, chosen, missing);
      return missing.length === 0 ? [selector] : [];
    }),
  );
  return [
    ...new Set([...toldOnes, ...templated]),
    ...needs.dkimKeys.filter((key) => !isRevoked(key)).map((key) => key.selector),
  ];
}
