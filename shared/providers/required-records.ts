import { remembering, rememberingOf } from '../memo.ts';
import { dkimRecord } from '../dkim/generate.ts';
import { pastedDkimKey } from '../dkim/key-record.ts';
import { dkimName } from '../dkim/selector.ts';
import { externalReportRecords } from '../dmarc/reports.ts';
import type { DmarcPolicy, DmarcRecord } from '../dmarc/record.ts';
import { printDmarc } from '../dmarc/record.ts';
import { isSubdomain } from '../dns/names.ts';
import { splitTxt, textToOctets } from '../dns/txt.ts';
import type { RecordValue, RequiredRecord } from '../plan/types.ts';
import type { DomainPolicies } from '../policy/extras.ts';
import { policyRecords } from '../policy/extras.ts';
import { neverSendsRecords } from '../policy/never-sends.ts';
import type { SpfChoice } from '../spf/choice.ts';
import { mergeChosen, noSpfChoice } from '../spf/choice.ts';
import type { ProviderTemplate, TemplateMode, TemplateRecord } from './template.ts';
import { modeOf } from './template.ts';

/** TTL of prepared records in seconds: what most providers ask for. */
const TTL = 3600;
/** Prepared records that are remembered: of SPF for each choice, of DMARC in all. */
const REMEMBERED = 64;

export interface ChosenProvider {
  readonly template: ProviderTemplate;
  readonly mode: string;
  /** Values by field id; only the provider knows them. */
  readonly fields: Readonly<Record<string, string>>;
}

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
  /** Key pairs made here. */
  readonly dkimKeys: readonly {
    readonly selector: string;
    readonly algorithm: 'rsa' | 'ed25519';
    readonly publicKey: string;
    /** Receivers shall treat its signatures as void. */
    readonly revokedAt?: number | null;
  }[];
  readonly dmarc: DmarcChoice;
  readonly neverSends: boolean;
  /** Decisions about the SPF record at the domain itself. */
  readonly spf?: SpfChoice;
  readonly policies?: DomainPolicies | undefined;
  readonly extras: readonly { readonly name: string; readonly type: 'TXT' | 'CNAME'; readonly value: string }[];
}

/** The mechanisms that one name's SPF record has to hold. */
interface SpfNeed {
  readonly name: string;
  readonly terms: string[];
  /** Fields without a value. */
  readonly waiting: string[];
  readonly providers: ProviderTemplate[];
}

const PLACEHOLDER = /\{([a-zA-Z0-9]+)\}/g;

/** A provider as it was chosen, the mode found. */
interface Chosen {
  readonly template: ProviderTemplate;
  readonly mode: TemplateMode;
  readonly fields: ChosenProvider['fields'];
}

function withMode({ template, mode, fields }: ChosenProvider): Chosen {
  return { template, mode: modeOf(template, mode), fields };
}

/** @param missing takes the ids of the fields that have no value yet. */
function fill(pattern: string, domain: string, { mode, fields }: Chosen, missing: string[]): string {
  if (!pattern.includes('{')) return pattern;
  if (pattern === '{domain}') return domain;
  return pattern.replace(PLACEHOLDER, (_whole, id: string) => {
    if (id === 'domain') return domain;
    const value = fields[id]?.trim() || mode.fields.find((field) => field.id === id)?.fallback;
    if (value === undefined || value === '') {
      missing.push(id);
      return `{${id}}`;
    }
    return id === 'dkimKey' ? pastedDkimKey(value) : value;
  });
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
  if (record.type === 'MX') return { type: 'MX', preference: record.preference ?? 10, exchange: host };
  return txt(text);
}

function fromTemplate(domain: string, chosen: Chosen, record: TemplateRecord): RequiredRecord {
  const { template } = chosen;
  const missing: string[] = [];
  const name = fill(record.name, domain, chosen, missing);
  const value = fill(record.value, domain, chosen, missing);
  return {
    id: `${template.id}/${record.id}`,
    purpose: record.purpose,
    name,
    type: record.type,
    ttl: TTL,
    value:
      missing.length > 0
        ? { state: 'waiting', fields: [...new Set(missing)] }
        : { state: 'known', data: recordValue(record, value) },
    match: record.purpose === 'dkim' && record.type === 'TXT' ? { kind: 'dkim-key' } : { kind: 'same-data' },
    why: record.why,
    source: {
      kind: 'provider-catalogue',
      label: template.source.label,
      url: template.source.url,
      date: template.source.date,
    },
    optional: record.optional,
  };
}

function spfNeeds(domain: string, providers: readonly Chosen[], choice: SpfChoice): readonly SpfNeed[] {
  const needs: SpfNeed[] = [];
  const needAt = (name: string): SpfNeed => {
    const found = needs.find((need) => need.name === name);
    if (found !== undefined) return found;
    const added = { name, terms: [], waiting: [], providers: [] };
    needs.push(added);
    return added;
  };
  if (choice.remove.length > 0 || choice.edited !== null) needAt(domain);
  for (const chosen of providers) {
    const { spfName, spfTerms } = chosen.mode;
    if (spfTerms.length === 0) continue;
    const missing: string[] = [];
    const need = needAt(fill(spfName, domain, chosen, missing));
    for (const term of spfTerms) {
      const missingBefore = missing.length;
      const filled = fill(term, domain, chosen, missing);
      if (missing.length === missingBefore) need.terms.push(filled);
    }
    need.waiting.push(...missing);
    need.providers.push(chosen.template);
  }
  return needs;
}

/**
 * What a name that publishes nothing has to publish, and how what is there is held against it; by the choice, and by the
 * terms as JSON. Remembered: domains of one provider require the same.
 */
const preparedSpf = rememberingOf((choice: SpfChoice) =>
  remembering(REMEMBERED, (text) => {
    const terms = JSON.parse(text) as readonly string[];
    return {
      value: known(mergeChosen([], terms, choice).record),
      match: { kind: 'spf-terms', terms, choice },
    } as const;
  }),
);

function isNoChoice({ remove, without, edited }: SpfChoice): boolean {
  return remove.length === 0 && without.length === 0 && edited === null;
}

function spfRecord(domain: string, need: SpfNeed, decided: SpfChoice): RequiredRecord {
  const [first] = need.providers;
  const choice = need.name === domain ? decided : noSpfChoice;
  const { value, match } = preparedSpf(choice)(JSON.stringify(need.terms));
  return {
    id: need.name === domain ? 'spf' : `spf:${need.name}`,
    purpose: 'spf',
    name: need.name,
    type: 'TXT',
    ttl: TTL,
    value: need.waiting.length > 0 ? { state: 'waiting', fields: [...new Set(need.waiting)] } : value,
    match,
    why:
      first === undefined
        ? `Says who may send for ${need.name}.`
        : `Lets receivers know that ${need.providers.map((provider) => provider.name).join(' and ')} may send for ${need.name}.`,
    source:
      first === undefined
        ? { kind: 'sendwright', label: 'Decided here' }
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
        : [`mailto:${choice.reportAddress.replace(/^mailto:/i, '')}`],
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

const DMARC_SOURCE = { kind: 'sendwright', label: 'RFC 9989 §4.7, RFC 9990 §4' } as const;

function dmarcRecords(domain: string, choice: DmarcChoice): RequiredRecord[] {
  const { record, value } = preparedDmarc(JSON.stringify(choice));
  const own: RequiredRecord = {
    id: 'dmarc',
    purpose: 'dmarc',
    name: `_dmarc.${domain}`,
    type: 'TXT',
    ttl: TTL,
    value,
    match: { kind: 'dmarc-policy' },
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
    value: { state: 'waiting', fields: ['dkimKeyPair'] },
    match: { kind: 'dkim-key' },
    why: 'Receivers verify signatures with this key. Make a key pair for it.',
    source: OWN_KEY_SOURCE,
    optional: false,
  };
}

/**
 * Every record a sender domain needs, in the order of the manual: DKIM, SPF, DMARC, then the rest. Several providers
 * share one SPF record.
 */
export function requiredRecords(needs: DomainNeeds): readonly RequiredRecord[] {
  const { domain } = needs;
  if (needs.neverSends) {
    const rest = neverSendsRecords(domain).map(
      (record): RequiredRecord => ({
        id: record.id,
        purpose: record.purpose,
        name: record.name,
        type: record.data.type,
        ttl: TTL,
        value: { state: 'known', data: record.data },
        match: record.purpose === 'dkim' ? { kind: 'dkim-key' } : { kind: 'same-data' },
        why: record.why,
        source: { kind: 'sendwright', label: record.source },
        optional: record.optional,
      }),
    );
    const refused: DmarcChoice = { ...needs.dmarc, policy: 'reject', subdomainPolicy: 'reject', testing: false };
    const nullMx = rest.filter((record) => record.purpose === 'mx');
    return [...rest.filter((record) => record.purpose !== 'mx'), ...dmarcRecords(domain, refused), ...nullMx];
  }
  const providers = needs.providers.map(withMode);
  const templated = providers.flatMap((chosen) =>
    chosen.mode.records.map((record) => fromTemplate(domain, chosen, record)),
  );
  const wantsOwnKey = providers.some(({ mode }) => mode.ownKeys);
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
  return [
    ...templated.filter(isDkim),
    ...ownKeyRecords(needs),
    ...(wantsOwnKey && needs.dkimKeys.every(isRevoked) ? [waitingForOwnKey(domain)] : []),
    ...spfNeeds(domain, providers, decided).map((need) => spfRecord(domain, need, decided)),
    ...dmarcRecords(domain, needs.dmarc),
    ...templated.filter((record) => !isDkim(record)),
    ...extras,
    ...policyRecords(domain, needs.policies),
  ];
}

/** Selectors that the receivers' evaluation looks at, filled as far as they are known. */
export function selectorsOf(needs: DomainNeeds): readonly string[] {
  const templated = needs.providers.map(withMode).flatMap((chosen) =>
    chosen.mode.selectors.flatMap((pattern) => {
      const missing: string[] = [];
      const selector = fill(pattern, needs.domain, chosen, missing);
      return missing.length === 0 ? [selector] : [];
    }),
  );
  return [...templated, ...needs.dkimKeys.filter((key) => !isRevoked(key)).map((key) => key.selector)];
}
