/**
 * A finding is one checked statement: a code from the catalogue, the values its texts speak of, where it was seen and,
 * when it can be computed, the change that puts it right.
 */

/** `error`: mail or verification breaks. `warning`: will break, or breaks for some. `advice`: better. `info`: a fact. */
export type Severity = 'error' | 'warning' | 'advice' | 'info';

/** The fixed part of a finding, one per code. Texts may hold `{name}` placeholders, filled from the finding's values. */
export interface CatalogueEntry {
  readonly severity: Severity;
  /** One line, under 80 characters, without a full stop. */
  readonly title: string;
  /** Why a receiver, resolver or service cares. */
  readonly explanation: string;
  /** What to do, in the imperative. */
  readonly remedy: string;
  /** Where that is written: `RFC 7208 §4.6.4`, a provider's page with its date. */
  readonly source?: string;
}

/** Half-open range of offsets in UTF-16 code units of the text that was checked. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A change to the checked text that removes the cause: the characters of `span` become `text`. */
export interface TextFix {
  readonly label: string;
  /** What receivers answer otherwise once it is applied, in one sentence; absent where no answer changes. */
  readonly effect?: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** What was asked, of whom, what came, and when: shown word for word beside the finding. */
export interface Evidence {
  readonly asked: string;
  readonly of?: string;
  readonly answer: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
}

export interface Finding<Code extends string = string> {
  readonly code: Code;
  readonly severity: Severity;
  readonly values: Readonly<Record<string, string | number>>;
  readonly span?: Span;
  readonly evidence?: readonly Evidence[];
  readonly fix?: TextFix;
  /** What may have been meant, where one meaning can't be told from another: a person chooses, nothing is put right. */
  readonly readings?: readonly TextFix[];
}

/** The names of the `{name}` placeholders in a text; `%{i}` is a macro of SPF, and none. */
type PlaceholdersIn<Text extends string> = Text extends `${infer Before}{${infer Name}}${infer Rest}`
  ? (Before extends `${string}%` ? never : Name) | PlaceholdersIn<Rest>
  : never;

/** What the texts of an entry speak of. */
type PlaceholdersOf<Entry extends CatalogueEntry> = PlaceholdersIn<
  Entry['title'] | Entry['explanation'] | Entry['remedy']
>;

type Values<Names extends string> = Readonly<Record<Names, string | number>> &
  Readonly<Record<string, string | number>>;

type Extra = Partial<Pick<Finding, 'span' | 'evidence' | 'fix' | 'readings' | 'severity'>>;

/**
 * Declares a part of the catalogue and gives back the function that makes findings from it, so that a code, its
 * severity and its texts can never part.
 *
 * @param entries code → entry; codes are `area.kebab-case`, for example `spf.too-many-lookups`.
 * @returns `(code, values, extra?) => Finding`: the values are those that the entry's texts speak of, and may be left
 *   out where there are none; `extra` may carry span, evidence, fix, readings or a different severity. `ofChosenCode`
 *   takes code and values that were paired elsewhere, and checks the code alone.
 */
export function declareFindings<const Entries extends Readonly<Record<string, CatalogueEntry>>>(entries: Entries) {
  type Code = keyof Entries & string;
  const ofChosenCode = (code: Code, values: Values<never> = {}, extra: Extra = {}): Finding<Code> => ({
    code,
    severity: (entries[code] as CatalogueEntry).severity,
    values,
    ...extra,
  });
  const make = <Chosen extends Code>(
    code: Chosen,
    ...[values, extra]: [PlaceholdersOf<Entries[Chosen]>] extends [never]
      ? [values?: Values<never>, extra?: Extra]
      : [values: Values<PlaceholdersOf<Entries[Chosen]>>, extra?: Extra]
  ): Finding<Code> => ofChosenCode(code, values, extra);
  return Object.assign(make, { ofChosenCode });
}

/** Fills the `{name}` placeholders of a catalogue text. A placeholder without a value stays as it is. */
export function fillText(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}
