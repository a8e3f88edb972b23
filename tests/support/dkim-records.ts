import fc from 'fast-check';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';

/** Generated DKIM key records: sound ones in every writing, and ones with a fault, each tied to a private key. */

export interface RecordCase {
  readonly text: string;
  /** Strings that the TXT record is cut into, in octets. */
  readonly cut: number;
  /** Which key of the pool signs. */
  readonly signer: number;
}

export interface PoolKey {
  readonly algorithm: 'rsa' | 'ed25519';
  readonly privateKeyPem: string;
  /** `p=` as DKIM wants it. */
  readonly publicKey: string;
  /** The key in the other structure: bare for RSA, wrapped for Ed25519. */
  readonly restructured: string;
}

/** The character-strings of a case's TXT record. */
export function cutUp({ text, cut }: RecordCase): readonly string[] {
  return text.match(new RegExp(`[^]{1,${cut}}`, 'g')) ?? [''];
}

function rsaKey(bits: number): PoolKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return {
    algorithm: 'rsa',
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    restructured: publicKey.export({ format: 'der', type: 'pkcs1' }).toString('base64'),
  };
}

function ed25519Key(): PoolKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const wrapped = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    algorithm: 'ed25519',
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64'),
    restructured: wrapped.toString('base64'),
  };
}

/** Three RSA keys and two of Ed25519. */
export function keyPool(): readonly PoolKey[] {
  return [rsaKey(1024), rsaKey(1024), rsaKey(2048), ed25519Key(), ed25519Key()];
}

function once<Value>(outOf: number, value: fc.Arbitrary<Value>, usual: Value): fc.Arbitrary<Value> {
  return fc.oneof({ weight: outOf - 1, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: value });
}

const blank = once(4, fc.constantFrom(' ', '\t', '  '), '');

/** What happens to the key before it is published. */
function publishedKey(pool: readonly PoolKey[], signer: PoolKey): fc.Arbitrary<string> {
  const { publicKey, restructured, algorithm } = signer;
  const middle = fc.integer({ min: 1, max: publicKey.length - 1 });
  const others = pool.filter((key) => key !== signer && key.algorithm === algorithm);
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(publicKey) },
    { weight: 3, arbitrary: middle.map((at) => `${publicKey.slice(0, at)} ${publicKey.slice(at)}`) },
    { weight: 2, arbitrary: fc.constantFrom(...others.map((key) => key.publicKey)) },
    { weight: 1, arbitrary: middle.map((at) => publicKey.slice(0, at)) },
    { weight: 1, arbitrary: middle.map((at) => `${publicKey.slice(0, at)}" "${publicKey.slice(at)}`) },
    { weight: 1, arbitrary: fc.constantFrom('', restructured, 'bm8ga2V5', '!!!!', 'no=key') },
  );
}

function tagsOf(algorithm: PoolKey['algorithm']): fc.Arbitrary<string[]> {
  const type = algorithm === 'rsa' ? fc.constantFrom('', '', 'k=rsa', 'k = rsa') : fc.constant('k=ed25519');
  return fc
    .tuple(
      type,
      once(6, fc.constantFrom('h=sha256', 'h=sha1:sha256', 'h=sha1', 'h= sha256 : x'), ''),
      once(6, fc.constantFrom('s=email', 's=*', 's=other', 's=other:email'), ''),
      once(6, fc.constantFrom('t=s', 't=y', 't=y:s', 't=x'), ''),
      once(8, fc.constantFrom('n=a note', 'g=*', 'x=1', 'x_y=z', 'K=dsa'), ''),
      once(20, fc.constantFrom('rubbish', 'k=dsa', '=x', 't=s', '1a=b'), ''),
    )
    .map((tags) => tags.filter((tag) => tag !== ''));
}

/** A record of a key of the pool. */
export function recordCases(pool: readonly PoolKey[]): fc.Arbitrary<RecordCase> {
  return fc.nat({ max: pool.length - 1 }).chain((signer) => {
    const key = pool[signer] as PoolKey;
    return fc
      .record({
        version: fc.constantFrom('v=DKIM1', 'v=DKIM1', 'v=DKIM1', 'v = DKIM1', '', 'v=DKIM2', 'v=dkim1'),
        tags: tagsOf(key.algorithm).chain((tags) => fc.shuffledSubarray(tags, { minLength: tags.length })),
        published: publishedKey(pool, key),
        place: fc.nat({ max: 6 }),
        before: blank,
        after: blank,
        gap: once(30, fc.constant(';;'), ';'),
        end: fc.constantFrom('', ';', '; '),
        cut: fc.constantFrom(255, 255, 100, 37),
      })
      .map(({ version, tags, published, place, before, after, gap, end, cut }): RecordCase => {
        const all = [...tags.slice(0, place), `p=${published}`, ...tags.slice(place)];
        const text = [...(version === '' ? [] : [version]), ...all].join(`${before}${gap}${after}`);
        return { text: `${text}${end}`, cut, signer };
      });
  });
}
