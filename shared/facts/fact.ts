/**
 * A fact is what happened or was found: a code and the values it speaks of. Facts are stored; their sentences are made
 * where they are shown (`fact-text.ts`), so that a text can change, or be in another language, and what is stored stays.
 */

export type FactValue = string | number | readonly string[] | Fact | readonly Fact[];

export interface Fact<Code extends string = string> {
  readonly code: Code;
  readonly values: Readonly<Record<string, FactValue>>;
}

/** What a placeholder of each kind is stored as. */
interface Kinds {
  /** How many of what the text names: it chooses the form of the word, and is written in groups of three. */
  readonly count: number;
  /** A number that is written as it is. */
  readonly figure: number;
  /** Milliseconds since the epoch. */
  readonly instant: number;
  /** A length of time. */
  readonly seconds: number;
  /** A domain name, host name or server; `names` are several. */
  readonly name: string;
  readonly names: readonly string[];
  /** What a workspace or a person is called. */
  readonly called: string;
  /** A file or folder of this machine. */
  readonly path: string;
  readonly files: readonly string[];
  readonly url: string;
  /** A text from outside, in words that are not ours. */
  readonly outside: string;
  /** Several such texts. */
  readonly outsiders: readonly string[];
  /** The system's code of an error, such as `ECONNREFUSED`; what is none is shown as it is. */
  readonly system: string;
  /** The id of a required record. */
  readonly record: string;
  /** Fields of the settings and keys, by their names in the contract. */
  readonly settings: readonly string[];
  /** The id of a hand-over format, of a practice fault. */
  readonly format: string;
  readonly fault: string;
  /** The category of a bounce. */
  readonly bounce: string;
  /** A whole sentence of its own; `facts` are items of a list. */
  readonly fact: Fact;
  readonly facts: readonly Fact[];
  /** A finding of the catalogue, shown by its title; stored like a fact. */
  readonly finding: Fact;
}

export type Kind = keyof Kinds;

/** One of a few: it chooses a text, and is no part of one. */
interface Choice {
  readonly oneOf: readonly string[];
}

const oneOf = <const Of extends readonly string[]>(...of: Of) => ({ oneOf: of });

/** Every placeholder that a text may hold. Its name says what kind of value it stands for, in whatever text. */
export const placeholders = {
  count: 'count',
  total: 'count',
  others: 'count',
  figure: 'figure',
  madeAt: 'instant',
  seconds: 'seconds',
  domain: 'name',
  domains: 'names',
  server: 'name',
  workspace: 'called',
  person: 'called',
  path: 'path',
  files: 'files',
  url: 'url',
  outside: 'outside',
  fields: 'outsiders',
  selector: 'outside',
  algorithm: 'outside',
  address: 'outside',
  addresses: 'outsiders',
  four: 'figure',
  six: 'figure',
  port: 'figure',
  status: 'figure',
  scheme: 'outside',
  method: 'outside',
  tlsVersion: 'outside',
  cipher: 'outside',
  systemCode: 'system',
  rcode: 'outside',
  protocol: oneOf('UDP', 'TCP', 'HTTPS'),
  origin: 'outside',
  template: 'outside',
  record: 'record',
  settings: 'settings',
  format: 'format',
  fault: 'fault',
  bounce: 'bounce',
  what: 'fact',
  parts: 'facts',
  finding: 'finding',
  verdict: oneOf('verified', 'change-prepared', 'to-do', 'pending', 'failing', 'unknown'),
  content: oneOf('changes', 'way-back', 'complete'),
  marked: oneOf('signing', 'revoked', 'live'),
  use: oneOf('in-use', 'not-in-use'),
  weakening: oneOf('policy', 'reports', 'senders', 'keys', 'permerrors'),
  mail: oneOf('bounce', 'message', 'failure-report'),
  trouble: oneOf('missing', 'not-permitted', 'disk'),
  storeFault: oneOf('newer', 'damaged', 'not-ours', 'read-only', 'full', 'unreadable', 'in-use'),
  /** Of the data file. */
  table: oneOf(
    'activity',
    'checks',
    'dkim_keys',
    'domains',
    'drafts',
    'evidence_folder_files',
    'evidence_folders',
    'evidence_mails',
    'evidence_names',
    'evidence_reports',
    'evidence_retention',
    'evidence_revisions',
    'evidence_rows',
    'jobs',
    'pasted_parts',
    'pasted_zones',
    'schedules',
    'service_accounts',
    'settings',
    'template_overrides',
    'timeline',
    'traces',
    'vault_generations',
    'vault_idle_lock',
    'vault_keepers',
    'vault_secrets',
    'workspaces',
    'message',
    'remedy',
  ),
  probe: oneOf('connection', 'responses', 'monitoring'),
  outcome: oneOf('passed', 'failed', 'unknown'),
  keys: oneOf(
    'wrong-api-key',
    'wrong-auth-key',
    'domain-of-another-account',
    'response-domain-unreachable',
    'unavailable',
    'not-checkable',
  ),
  unit: oneOf('minute', 'hour', 'day'),
  state: oneOf('active', 'error', 'inactive', 'unknown'),
  keeper: oneOf('passphrase', 'os-keychain'),
  lockedBy: oneOf('idle', 'sleep', 'another-program'),
  servers: oneOf('name-servers', 'servers'),
  resolver: oneOf('system', 'named'),
  purpose: oneOf('spf', 'dkim', 'dmarc', 'other'),
  failure: oneOf(
    'timeout',
    'servfail',
    'refused',
    'formerr',
    'notimp',
    'no-edns',
    'network',
    'bogus',
    'lame',
    'truncated',
    'mismatched',
    'alias-loop',
    'malformed',
    'offline',
    'not-known',
  ),
} as const satisfies Readonly<Record<string, Kind | Choice>>;

export type Placeholder = keyof typeof placeholders;

type ValueOf<Name extends Placeholder> = (typeof placeholders)[Name] extends Kind
  ? Kinds[(typeof placeholders)[Name]]
  : (typeof placeholders)[Name] extends { readonly oneOf: readonly (infer Chosen)[] }
    ? Chosen
    : never;

/**
 * The text of a fact with its `{name}` placeholders, or one text for each of what the placeholder `by` may stand for: each
 * choice, or each plural form that the language has. Whole sentences throughout, so that another language can order its own.
 */
export type FactText = string | FactVariants;

export interface FactVariants {
  readonly by: Placeholder;
  readonly texts: Readonly<Record<string, FactText>>;
}

/** The plural forms of English (CLDR). */
type PluralForm = 'one' | 'other';

type FormOf<By extends Placeholder> = (typeof placeholders)[By] extends 'count'
  ? PluralForm
  : (typeof placeholders)[By] extends Choice
    ? ValueOf<By> & string
    : never;

type NamesInText<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesInText<Rest>
  : never;

type NamesIn<Text> = Text extends string
  ? NamesInText<Text>
  : Text extends { readonly by: infer By extends string; readonly texts: infer Texts }
    ? By | NamesIn<Texts[keyof Texts]>
    : never;

/** A text as it is where its placeholders are known and its variants are all there. */
type Checked<Text> = Text extends string
  ? NamesInText<Text> extends Placeholder
    ? Text
    : never
  : Text extends { readonly by: infer By extends Placeholder; readonly texts: infer Texts }
    ? {
        readonly by: By;
        readonly texts: {
          readonly [Form in FormOf<By> | keyof Texts]: Form extends FormOf<By>
            ? Form extends keyof Texts
              ? Checked<Texts[Form]>
              : FactText
            : never;
        };
      }
    : never;

/**
 * Declares an area's facts: the compiler sees to it that every placeholder is known and that no variant is missing.
 *
 * @param entries code → text; codes are `area.kebab-case`, for example `vault.unlocked`.
 */
export function declareFacts<const Entries extends Readonly<Record<string, FactText>>>(
  entries: Entries & { readonly [Code in keyof Entries]: Checked<Entries[Code]> },
): Entries {
  return entries;
}

/** The values that the texts of an entry speak of, by name. */
export type ValuesOf<Entry> = { readonly [Name in NamesIn<Entry> & Placeholder]: ValueOf<Name> };

/** The names of the placeholders in a text, in the order in which they stand there. */
export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\{([a-zA-Z]+)\}/g)].map((match) => match[1] as string);
}
