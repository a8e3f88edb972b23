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

/**
 * Declares a part of the catalogue and gives back the function that makes findings from it, so that a code, its
 * severity and its texts can never part.
 *
 * @param entries code → entry; codes are `area.kebab-case`, for example `spf.too-many-lookups`.
 * @returns `(code, values?, extra?) => Finding`; `extra` may carry span, evidence, fix, readings or a different severity.
 */
export function declareFindings<const Entries extends Readonly<Record<string, CatalogueEntry>>>(entries: Entries) {
  type Code = keyof Entries & string;
  const make = (
    code: Code,
    values: Readonly<Record<string, string | number>> = {},
    extra: Partial<Pick<Finding, 'span' | 'evidence' | 'fix' | 'readings' | 'severity'>> = {},
  ): Finding<Code> => ({ code, severity: (entries[code] as CatalogueEntry).severity, values, ...extra });
  return make;
}

/** Fills the `{name}` placeholders of a catalogue text. A placeholder without a value stays as it is. */
export function fillText(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}
