import type { HeaderField, MailPart } from '../mail/mail.ts';
import { canonicalField, withoutSignature } from './canonical.ts';
import type { SignatureTags, SignedMail } from './signature.ts';
import { checkSignedMail, isSignedBy, keyFor, namesIn, readTags, tagFault } from './signature.ts';

/** The chain of authentication results of those who passed a message on (RFC 8617). */

export interface Arc {
  readonly result: 'none' | 'pass' | 'fail';
  readonly instances: number;
  /** Why the chain fails. */
  readonly reason: string | null;
  /** `d=` of the newest seal. */
  readonly sealer: string | null;
  /** What the oldest of the chain saw of DMARC. */
  readonly saidDmarc: string | null;
}

/** Instances that a chain may have (RFC 8617 §4.2.1). */
const MOST_INSTANCES = 50;

const KINDS = {
  'arc-authentication-results': 'results',
  'arc-message-signature': 'message',
  'arc-seal': 'seal',
} as const;
type Kind = (typeof KINDS)[keyof typeof KINDS];

interface Instance {
  readonly results: HeaderField;
  readonly message: HeaderField;
  readonly seal: HeaderField;
  readonly sealTags: SignatureTags;
}

function instanceOf(field: HeaderField, kind: Kind): number | null {
  const text = kind === 'results' ? /^\s*i\s*=\s*(\d{1,4})\s*(?:;|$)/.exec(field.value)?.[1] : readTags(field).get('i');
  return text !== undefined && text !== null && /^\d{1,4}$/.test(text.trim()) ? Number(text) : null;
}

/** The sets of the chain, the oldest first; a text says what is wrong with its structure (RFC 8617 §5.2 steps 1 to 3). */
function readSets(mail: MailPart): readonly Instance[] | string {
  const sets = new Map<number, Partial<Record<Kind, HeaderField>>>();
  for (const field of mail.fields) {
    const kind = KINDS[field.name.toLowerCase() as keyof typeof KINDS] as Kind | undefined;
    if (kind === undefined) continue;
    const instance = instanceOf(field, kind);
    if (instance === null || instance < 1 || instance > MOST_INSTANCES) return 'an instance has no number';
    const set = sets.get(instance) ?? {};
    if (set[kind] !== undefined) return `instance ${instance} has a field twice`;
    set[kind] = field;
    sets.set(instance, set);
  }
  const chain: Instance[] = [];
  for (let instance = 1; instance <= sets.size; instance += 1) {
    const { results, message, seal } = sets.get(instance) ?? {};
    if (results === undefined || message === undefined || seal === undefined)
      return `instance ${instance} is incomplete`;
    chain.push({ results, message, seal, sealTags: readTags(seal) });
  }
  return chain;
}

/** What a seal may say of the chain before it. */
function sealFault(chain: readonly Instance[]): string | null {
  for (const [index, { sealTags }] of chain.entries()) {
    const fault = tagFault(sealTags, ['a', 'b', 'cv', 'd', 's']);
    if (fault !== null) return `seal ${index + 1}: ${fault}`;
    if (sealTags.get('h') !== null) return `seal ${index + 1} has h=, which it must not`;
    const wanted = index === 0 ? 'none' : 'pass';
    if (sealTags.get('cv')?.toLowerCase() !== wanted) return `seal ${index + 1} says cv=${sealTags.get('cv')}`;
  }
  return null;
}

/** Where c= is missing, those who seal take it to be relaxed/relaxed, and so does ARC’s test suite; RFC 6376 would have it be simple. */
const withForm = (tags: SignatureTags): SignatureTags => ({
  ...tags,
  get: (name) => tags.get(name) ?? (name === 'c' ? 'relaxed/relaxed' : null),
});

async function messageFault({ message }: Instance, signed: SignedMail): Promise<string | null> {
  const tags = withForm(readTags(message));
  const signedNames = tags.get('h');
  // Unlike DKIM's, it need not cover From, nor any field at all.
  const fault = signedNames === null ? 'the signature has no h=' : tagFault(tags, ['a', 'b', 'bh', 'd', 's']);
  if (fault !== null) return `message signature: ${fault}`;
  if (namesIn(signedNames).includes('arc-seal')) return 'the message signature covers a seal, which it must not';
  const { result, reason } = await checkSignedMail(message, tags, signed);
  return result === 'pass' ? null : `message signature: ${reason}`;
}

/** A seal is made over every set up to its own (RFC 8617 §5.1.1). */
async function isSealed(chain: readonly Instance[], index: number, { lookup }: SignedMail): Promise<boolean> {
  const { seal, sealTags } = chain[index] as Instance;
  const before = chain.slice(0, index + 1).flatMap((set, at) => {
    const fields = at === index ? [set.results, set.message] : [set.results, set.message, set.seal];
    return fields.map(({ raw }) => `${canonicalField(raw, 'relaxed')}\r\n`);
  });
  const data = before.join('') + canonicalField(withoutSignature(seal.raw), 'relaxed');
  const { key } = await keyFor(sealTags.get('s') ?? '', sealTags.get('d') ?? '', lookup);
  if (key === null || !(sealTags.get('a') ?? '').toLowerCase().startsWith(key.type)) return false;
  return isSignedBy(key, (sealTags.get('b') ?? '').replace(/\s+/g, ''), data);
}

async function chainFault(chain: readonly Instance[], signed: SignedMail): Promise<string | null> {
  const fault = sealFault(chain) ?? (await messageFault(chain.at(-1) as Instance, signed));
  if (fault !== null) return fault;
  for (let index = chain.length - 1; index >= 0; index -= 1)
    if (!(await isSealed(chain, index, signed))) return `seal ${index + 1} does not verify`;
  return null;
}

/** Validates the chain of a message (RFC 8617 §5.2). */
export async function checkArc(signed: SignedMail): Promise<Arc> {
  const chain = readSets(signed.mail);
  if (typeof chain === 'string') {
    const instances = signed.mail.fields.filter(({ name }) => /^arc-seal$/i.test(name)).length;
    return { result: 'fail', instances, reason: chain, sealer: null, saidDmarc: null };
  }
  const [first] = chain;
  if (first === undefined) return { result: 'none', instances: 0, reason: null, sealer: null, saidDmarc: null };
  const reason = await chainFault(chain, signed);
  return {
    result: reason === null ? 'pass' : 'fail',
    instances: chain.length,
    reason,
    sealer: chain.at(-1)?.sealTags.get('d')?.toLowerCase() ?? null,
    saidDmarc: /;\s*dmarc\s*=\s*(\w+)/i.exec(first.results.value)?.[1]?.toLowerCase() ?? null,
  };
}
