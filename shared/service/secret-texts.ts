import { escapePattern } from '../text/escape-pattern.ts';

/** What in a text reads as a secret, whoever wrote it: for the support bundle and the log. */

export const HIDDEN = '[hidden]';

const SECRET_WORDS =
  '(?:proxy-)?authorization|(?:set-)?cookie|(?:x[-_])?(?:api|auth|access|private|secret)[-_ ]?key|pass(?:word|wd|phrase)|secret|token|credentials?|(?:[\\w-]{0,40}[-_])?session(?:[-_ ]?key)?';
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;
/** Within JSON or code a break is written out, and a header ends there. */
const NO_BREAK = '(?!\\\\[rn])';
const NAMED_SECRET = new RegExp(
  `\\b(${SECRET_WORDS})(["']?\\s{0,3}[:=]\\s{0,3})(?:"[^"]*"|'[^']*'|(?:Basic|Bearer|Digest|Negotiate|NTLM)\\s+(?:${NO_BREAK}\\S)+|(?:${NO_BREAK}[^\\s,;])+)`,
  'gi',
);
const SCHEME_SECRET = /\b(Bearer|Basic|Negotiate|NTLM)\s+[A-Za-z0-9+/=._~-]{4,}/gi;
const USER_INFO = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@]*@/gi;
/** The same without a scheme, as proxies are written. */
const USER_AND_PASSWORD = /[^\s:/@"'<>]{1,100}:[^\s:/@"'<>]{1,200}@(?=[\p{L}\p{N}[])/gu;
const QUERY_VALUE = /([?&#;][^\s=&#?;"'<>]{1,100}=)[^\s&#"'<>]*/g;
const BARE_FRAGMENT = /(:\/\/[^\s#"'<>]{1,500}#)[^\s"'<>]+/g;
/** A run that could be a key in base64, base64url or hexadecimal. */
const OPAQUE = /[A-Za-z0-9+/_-]{32,}={0,2}/g;
const CIPHER_NAME = /^TLS_[A-Z0-9_]+$/;

function isOpaque(run: string): boolean {
  return !CIPHER_NAME.test(run) && /\d/.test(run) && /[A-Za-z]/.test(run);
}

const HEXADECIMAL_KEY = /(?<![A-Za-z0-9])[0-9a-f]{8}(?:-?[0-9a-f]{4}){4,}/i;
/** A part without a break that holds letters and digits; names of folders and files are made of words. */
const UNBROKEN_KEY = /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}/;
const KINDS = [/[a-z]/, /[A-Z]/, /\d/];

/** How often the kind of character changes from one to the next: in random ones twice in three times, in words seldom. */
function unrest(run: string): number {
  const kinds = Array.from(run).map((character) => KINDS.findIndex((kind) => kind.test(character)));
  return kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length / (run.length - 1);
}

/** The same for texts that hold paths of files, such as a stack: only what is made of no words is taken for a key. */
export function isOpaqueBesidePaths(run: string): boolean {
  if (!isOpaque(run)) return false;
  const parts = run.split('/').filter((part) => part.length >= 24);
  return (
    HEXADECIMAL_KEY.test(run) ||
    UNBROKEN_KEY.test(run) ||
    unrest(run.replaceAll('/', '')) >= 0.5 ||
    parts.some((part) => unrest(part) >= 0.42)
  );
}

/**
 * Takes out what reads as a secret: private keys, credentials in addresses and headers, values of queries, and runs that
 * could be keys.
 *
 * @param looksLikeKey of a run of 32 or more characters of base64, base64url or hexadecimal.
 */
export function hideSecrets(text: string, looksLikeKey: (run: string) => boolean = isOpaque): string {
  return text
    .replace(PRIVATE_KEY, HIDDEN)
    .replace(USER_INFO, `$1${HIDDEN}@`)
    .replace(USER_AND_PASSWORD, `${HIDDEN}@`)
    .replace(NAMED_SECRET, `$1$2${HIDDEN}`)
    .replace(SCHEME_SECRET, `$1 ${HIDDEN}`)
    .replace(QUERY_VALUE, `$1${HIDDEN}`)
    .replace(BARE_FRAGMENT, `$1${HIDDEN}`)
    .replace(OPAQUE, (run) => (looksLikeKey(run) ? HIDDEN : run));
}

/** The spellings in which a known text may lie in another one. */
function spellingsOf(text: string): readonly string[] {
  const composed = [text, text.normalize('NFC'), text.normalize('NFD')];
  const escape = (unescaped: string) => JSON.stringify(unescaped).slice(1, -1);
  // JSON is often given back as a text within JSON.
  return [
    ...composed,
    escape(text),
    escape(escape(text)),
    ...composed.map((each) => encodeURIComponent(each.toWellFormed())),
  ];
}

/** A secret of fewer characters may be any word of a text. */
const LEAST_HIDDEN = 8;

/**
 * Takes known texts out of one that may be long, in every spelling in which somebody may have given them back.
 *
 * @param secrets those of fewer than 8 characters are left: they may be any word.
 */
export function hideKnown(text: string, secrets: readonly string[]): string {
  const spellings = new Set(secrets.filter((secret) => secret.length >= LEAST_HIDDEN).flatMap(spellingsOf));
  return [...spellings].reduce(
    (left, spelling) => (left.includes(spelling) ? left.replaceAll(spelling, HIDDEN) : left),
    text,
  );
}

/** What may stand in a key and breaks off where an address or a sentence goes on. */
const RUN = /[\p{L}\p{N}._~+=-]+/gu;

/**
 * Takes out runs of 8 characters or more that end as a secret does whose value is not known.
 *
 * @param ends the last characters of each.
 */
export function hideByEnd(text: string, ends: readonly string[]): string {
  if (!ends.some((end) => text.includes(end))) return text;
  return text.replace(RUN, (run) => {
    let length = run.length;
    // A full stop behind it belongs to the sentence.
    while (length > 0 && run[length - 1] === '.') length -= 1;
    const isOne = length >= LEAST_HIDDEN && ends.some((end) => run.endsWith(end, length));
    return isOne ? `${HIDDEN}${run.slice(length)}` : run;
  });
}

/** A pattern for any of the texts, the longest first; null for none. */
export function anyOf(texts: readonly string[]): RegExp | null {
  const spellings = [...new Set(texts.filter((text) => text.trim() !== '').flatMap(spellingsOf))];
  if (spellings.length === 0) return null;
  spellings.sort((left, right) => right.length - left.length);
  const patterns = spellings.map((spelling) => {
    const pattern = escapePattern(spelling);
    // A name of a letter or two would else be found within every word.
    return spelling.length < 4 ? `(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])` : pattern;
  });
  return new RegExp(patterns.join('|'), 'giu');
}
