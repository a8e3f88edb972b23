import { domainOfAddress } from '../../dns/mail-address.ts';

/** Addresses in the fields of mail (RFC 5322 §3.4), as far as their domains are wanted. */

/** Comments out, the innermost first; quoted strings stay. */
function withoutComments(text: string): string {
  let bare = '';
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string;
    if (character === '\\') {
      if (depth === 0) bare += character + (text[index + 1] ?? '');
      index += 1;
    } else if (character === '"' && depth === 0) {
      isQuoted = !isQuoted;
      bare += character;
    } else if (character === '(' && !isQuoted) depth += 1;
    else if (character === ')' && !isQuoted && depth > 0) depth -= 1;
    else if (depth === 0) bare += character;
  }
  return bare;
}

const MOST_LENGTH = 20_000;

/** The addresses of a field, without their names: `local@domain`, the domain in small letters. */
export function addressesIn(value: string): readonly string[] {
  // A name in quotes may hold anything, also what looks like an address.
  const text = withoutComments(value.slice(0, MOST_LENGTH)).replace(
    /"(?:[^"\\]|\\.){0,1000}"(?=\s{0,100}[^@\s])/gs,
    ' ',
  );
  const addresses: string[] = [];
  for (const [, local = '', domain = ''] of text.matchAll(
    /([^\s<>,;:@"]{1,256}|"(?:[^"\\]|\\.){0,256}")@([^\s<>,;:@"]{1,256})/gs,
  ))
    addresses.push(`${local}@${domain.toLowerCase().replace(/\.$/, '')}`);
  return addresses;
}

/** The domain of the first address of a field, in small letters; null where there is none. */
export function addressDomain(value: string): string | null {
  const [first] = addressesIn(value);
  return first === undefined ? null : domainOfAddress(first);
}
