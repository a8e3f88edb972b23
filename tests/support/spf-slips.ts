import { textToOctets } from '../../shared/dns/txt.ts';

/** What people, forms and word processors do to SPF records: each takes a record, and gives it back with one slip in it. */

/** A whole number below its argument. */
export type Random = (below: number) => number;

/** @returns the text with the slip; the text itself where it has no place for it. */
export type SpfSlip = (text: string, random: Random) => string;

function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[random(values.length)] as Value;
}

/** Changes one of the words that fit; the version is none of them. */
function changeWord(fits: RegExp, change: (word: string, random: Random) => string): SpfSlip {
  return (text, random) => {
    const words = text.split(' ');
    const places = words.flatMap((word, index) => (index > 0 && fits.test(word) ? [index] : []));
    if (places.length === 0) return text;
    const place = pick(places, random);
    words[place] = change(words[place] as string, random);
    return words.join(' ');
  };
}

/** Puts one word in the place of a space and the two around it. */
function joinPair(
  fits: (left: string, right: string) => boolean,
  join: (left: string, right: string, random: Random) => string,
): SpfSlip {
  return (text, random) => {
    const words = text.split(' ');
    const places = words.flatMap((word, index) =>
      index > 0 && index + 1 < words.length && fits(word, words[index + 1] as string) ? [index] : [],
    );
    if (places.length === 0) return text;
    const place = pick(places, random);
    words.splice(place, 2, join(words[place] as string, words[place + 1] as string, random));
    return words.join(' ');
  };
}

function haveSameHead(left: string, right: string): boolean {
  const head = /^[+\-~?]?[a-z0-9]+:/i.exec(left)?.[0];
  return head !== undefined && head === /^[+\-~?]?[a-z0-9]+:/i.exec(right)?.[0];
}

const ADDRESS = /^[+\-~?]?(?:ip4:\d|ip6:[0-9a-f]*:)/i;
const HEAD = /^[+\-~?]?(?:include|exists|ip[46]|a|mx|ptr):/i;
const HOSTED = /^[+\-~?]?(?:include|a|mx|exists):/i;

const twice = changeWord(/^[+\-~?]?(?:(?:include|exists|ip[46]|a|mx):|all$)/i, (word) => `${word} ${word}`);

/** Every slip by its name. */
export const spfSlips: Readonly<Record<string, SpfSlip>> = {
  'typographic dash': (text, random) => text.replace(/-(?=all\b)/i, pick(['–', '—', '−', '\u2010', '\uFF0D'], random)),
  'dash of a code page': (text) => text.replace(/-(?=all\b)/i, '\u0096'),
  'look-alike tilde': (text, random) => text.replace('~', pick(['\u02DC', '\u223C', '\uFF5E'], random)),
  'blank behind a sign': changeWord(/^[+\-~?][a-z]/i, (word) => `${word[0]} ${word.slice(1)}`),
  'sign twice': changeWord(/^[-~?]/, (word) => `${word[0]}${word}`),
  'two signs': changeWord(/^[-~?]/, (word, random) => `${pick(['-', '~', '?', '+'], random)}${word}`),
  'smart quotes': (text) => `“${text}”`,
  quotes: (text, random) =>
    pick([`"${text}"`, `"${text}`, `${text}"`, `'${text}'`, `\`${text}\``, `\\"${text}\\"`], random),
  'zone line': (text, random) => {
    const cut = random(text.length);
    return `${pick(['example.com.', '@', 'news'], random)} ${pick(['', '300 ', '1h '], random)}${pick(['IN ', ''], random)}TXT ${pick(
      [
        `"${text}"`,
        `( "${text.slice(0, cut)}" "${text.slice(cut)}" )`,
        `"${text}" ; note`,
        `( "${text.slice(0, cut)}"\n\t"${text.slice(cut)}" ) ; note`,
      ],
      random,
    )}`;
  },
  'zone line without quotes': (text) => `example.com. 300 IN TXT ${text}`,
  'strings that lose a blank': (text) => {
    const blank = text.lastIndexOf(' ');
    return blank === -1 ? text : `"${text.slice(0, blank)}" "${text.slice(blank + 1)}"`;
  },
  'form lines': (text) => `Type: TXT\nName: @\nValue: ${text}`,
  json: (text) => JSON.stringify({ type: 'TXT', name: 'example.com', content: text, ttl: 300 }),
  'JSON of Route 53': (text) =>
    JSON.stringify({ Name: 'example.com.', Type: 'TXT', TTL: 300, ResourceRecords: [{ Value: `"${text}"` }] }),
  'HTML entities': (text) => `&quot;${text.replaceAll(' ', '&nbsp;')}&quot;`,
  'version with another last character': (text, random) =>
    text.replace(/^v=spf1/i, pick(['v=spfl', 'v=spfI', 'v=spf|', 'v=spf'], random)),
  'version with another sign': (text, random) =>
    text.replace(
      /^v=spf1/i,
      pick(['v:spf1', 'v spf1', 'spf1', 'v=spf 1', 'v==spf1', 'v=spf1.0', 'v=spf1;', 'v = spf1'], random),
    ),
  'version twice': (text) => text.replace(/^(v=spf1)/i, '$1 $1'),
  'no space behind the version': (text) =>
    text.replace(/^v=spf1 (?=[+\-~?]?(?:include|exists|ip[46]|ptr|all|mx|a)\b)/i, 'v=spf1'),
  'blank around a colon': changeWord(HEAD, (word, random) => word.replace(':', pick([': ', ' :', ' : '], random))),
  'blank for a colon': changeWord(/^[+\-~?]?(?:include|exists|ip4|ip6):/i, (word) => word.replace(':', ' ')),
  'equals sign': changeWord(HEAD, (word) => word.replace(':', '=')),
  'colon in a modifier': changeWord(/^(?:redirect|exp)=/i, (word) => word.replace('=', ':')),
  'sign before a modifier': changeWord(
    /^(?:redirect|exp)=/i,
    (word, random) => pick(['-', '~', '?', '+'], random) + word,
  ),
  'colon twice': changeWord(HEAD, (word) => word.replace(':', '::')),
  'semicolon for a colon': changeWord(/^[+\-~?]?(?:include|exists|ip4|ip6):/i, (word) => word.replace(':', ';')),
  'mechanism twice': changeWord(HEAD, (word) => word.replace(/([a-z0-9]+:)/i, '$1$1')),
  'other name for an address': changeWord(ADDRESS, (word, random) =>
    word.replace(/ip[46]/i, pick(['ipv4', 'ipv6', 'ip', 'ip4', 'ip6'], random)),
  ),
  'address under another mechanism': changeWord(ADDRESS, (word, random) =>
    word.replace(/ip[46]/i, pick(['include', 'a', 'mx'], random)),
  ),
  'domain under ip4': changeWord(HOSTED, (word) => word.replace(/(?:include|a|mx|exists)(?=:)/i, 'ip4')),
  'bare argument': changeWord(HEAD, (word) => word.replace(/[a-z0-9]+:+/i, '')),
  'mistyped name': changeWord(/^[+\-~?]?(?:include|exists|redirect|ip4|ip6|all)\b/i, (word, random) => {
    const [, sign = '', name = ''] = /^([+\-~?]?)([a-z0-9]+)/i.exec(word) ?? [];
    const at = random(name.length);
    const changed = pick(
      [
        name.slice(0, at) + name.slice(at + 1),
        name.slice(0, at) + name[at] + name.slice(at),
        name.slice(0, at) + (name[at + 1] ?? '') + name[at] + name.slice(at + 2),
        `${name.slice(0, at)}q${name.slice(at + 1)}`,
      ],
      random,
    );
    return sign + changed + word.slice(sign.length + name.length);
  }),
  'comma behind a term': (text, random) => text.replace(/(?<!^v=spf1)(?<!:) /gi, random(2) === 0 ? ', ' : '; '),
  'commas for blanks': (text) => text.replace(/(?<!^v=spf1) (?![^ ]*%\{)/gi, ','),
  'one mechanism for two': joinPair(
    haveSameHead,
    (left, right, random) =>
      `${left}${pick([',', ';', ', ', ' , ', '|'], random)}${right.replace(/^[+\-~?]?[a-z0-9]+:/i, '')}`,
  ),
  'blank between two of one mechanism': joinPair(
    haveSameHead,
    (left, right) => `${left} ${right.replace(/^[+\-~?]?[a-z0-9]+:/i, '')}`,
  ),
  'missing blank': joinPair(
    (_left, right) => /^[+\-~?]?(?:include|ip4|ip6|exists):|^(?:redirect|exp)=|^[+\-~?]all$/i.test(right),
    (left, right) => left + right,
  ),
  'one slash for two': changeWord(/\/\d+\/\/\d+$/, (word) => word.replace('//', '/')),
  'two slashes for one': changeWord(/^[+\-~?]?ip[46]:[^/]+\/\d+$/i, (word) => word.replace('/', '//')),
  'prefix of IPv6 behind an IPv4 one': changeWord(/^[+\-~?]?ip4:[^/]+\/\d+$/i, (word) => `${word}//64`),
  'slash at the end': changeWord(/\/\d+$|^[+\-~?]?include:/i, (word) => `${word}/`),
  'blank before a prefix': changeWord(/\/\d+$/, (word, random) =>
    word.replace(/(\/+)(\d+)$/, pick([' $1$2', '$1 $2', ' $1 $2'], random)),
  ),
  'zeros before a prefix': changeWord(/\/\d+$/, (word) => word.replace(/(\d+)$/, '0$1')),
  'zeros in an address': changeWord(/ip4:/i, (word) =>
    word.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)/, (whole) =>
      whole
        .split('.')
        .map((part) => part.padStart(3, '0'))
        .join('.'),
    ),
  ),
  netmask: changeWord(/^[+\-~?]?ip4:.*\/(?:8|16|24)$/i, (word) =>
    word.replace('/24', '/255.255.255.0').replace('/16', '/255.255.0.0').replace(/\/8$/, '/255.0.0.0'),
  ),
  'brackets around an address': changeWord(ADDRESS, (word) => word.replace(/:([^/]+)/, ':[$1]')),
  port: changeWord(
    /^[+\-~?]?(?:a|mx|include):[a-z0-9.-]+$|^[+\-~?]?ip4:[0-9.]+$/i,
    (word, random) => `${word}:${pick(['25', '465', '587'], random)}`,
  ),
  'web address': changeWord(/^[+\-~?]?include:|^redirect=/i, (word, random) =>
    word.replace(/([:=])(.*)$/, pick(['$1https://$2', '$1http://$2/', '$1//$2', '$1https://$2/spf'], random)),
  ),
  'brackets around a term': changeWord(/[a-z]/i, (word, random) =>
    pick([`(${word})`, `<${word}>`, `[${word}]`, `{${word}}`], random),
  ),
  'dot behind all': (text, random) =>
    text.replace(/all$/i, `all${pick(['.', ',', ';', '...', '!', '/', '\\;'], random)}`),
  'control character': (text, random) => {
    const at = 7 + random(Math.max(1, text.length - 7));
    return text.slice(0, at) + pick(['\u0000', '\u0001', '\u0007', '\u001F', '\u007F'], random) + text.slice(at);
  },
  'invisible character': (text, random) => {
    const at = random(text.length + 1);
    return (
      text.slice(0, at) +
      pick(['\u200B', '\u200C', '\u200D', '\uFEFF', '\u00AD', '\u2060', '\u200E'], random) +
      text.slice(at)
    );
  },
  'special blank': (text, random) =>
    text.replace(/ (?=[^ ]*$)/, pick(['\u00A0', '\t', '\r\n', '\u2009', '\u3000', '  '], random)),
  'wide characters': (text) => text.replace(/^v=spf1/i, 'ｖ＝ｓｐｆ１'),
  capitals: (text) => text.toUpperCase().replaceAll(/%\{([A-Z])/g, (macro) => macro.toLowerCase()),
  octets: (text) => textToOctets(text),
  'term twice': (text, random) => (text.includes('"') ? text : twice(text, random)),
  'label before it': (text, random) => pick(['SPF: ', 'Value: ', 'TXT: ', 'SPF record = '], random) + text,
};
