import { createPublicKey, createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkKeyPair, generateDkimKey } from '../../../shared/dkim/generate.ts';
import type { DkimKey } from '../../../shared/dkim/key-record.ts';
import {
  lintDkimAnswer,
  lintDkimKeySet,
  parseDkimKey,
  pastedDkimKey,
  printDkimKey,
  sameDkimKey,
} from '../../../shared/dkim/key-record.ts';
import { decodeBase64 } from '../../../shared/dkim/public-key.ts';
import { isSelector } from '../../../shared/dkim/selector.ts';
import { applyFixes } from '../../../shared/findings/apply-fix.ts';

const codes = (text: string) => parseDkimKey(text).findings.map((finding) => finding.code);

/** RFC 6376 appendix C: the example's public key. */
const RFC_KEY =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB';

/** The Ed25519 key of RFC 8463 appendix A.2 as a SubjectPublicKeyInfo. */
const ED25519_INFO = 'MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

describe('DKIM key records', () => {
  it('reads the key of RFC 6376 appendix C', () => {
    const { key, findings } = parseDkimKey(`v=DKIM1; p=${RFC_KEY}`);
    expect(key).toMatchObject({ type: 'rsa', bits: 1024, hasVersion: true });
    expect(findings.map((finding) => finding.code)).toEqual(['dkim.short']);
  });

  it('reads the Ed25519 key of RFC 8463 appendix A.2', () => {
    const { key } = parseDkimKey('v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=');
    expect(key).toMatchObject({ type: 'ed25519', bits: 256 });
  });

  it('takes tags in any order, white space in the key, and unknown tags', () => {
    const { key } = parseDkimKey(`k=rsa; t=s; x=1; p=${RFC_KEY.slice(0, 60)} \t${RFC_KEY.slice(60)}`);
    expect(key).toMatchObject({ publicKey: RFC_KEY, flags: ['s'], others: [['x', '1']], hasVersion: false });
  });

  it('puts right what some receivers fail at, and leaves what all read', () => {
    const text = `v=DKIM1; g=news; h=sha1 : sha256; t = y : s; p=${RFC_KEY}`;
    const fixes = parseDkimKey(text).findings.flatMap(({ fix }) => fix ?? []);
    expect(applyFixes(text, fixes)).toBe(`v=DKIM1; h=sha1:sha256; t = y:s; p=${RFC_KEY}`);
    expect(codes(`v=DKIM1; g=*; h=sha256; p=${RFC_KEY}`)).toEqual(['dkim.short']);
  });

  it.each([
    ['p=', 'dkim.revoked'],
    ['k=rsa', 'dkim.not-a-key'],
    [`p=${RFC_KEY}; v=DKIM1`, 'dkim.version'],
    [`v=DKIM2; p=${RFC_KEY}`, 'dkim.version'],
    [`v=DKIM1; p=${RFC_KEY.slice(0, 120)}`, 'dkim.cut-off'],
    [`v=DKIM1; p=${RFC_KEY.slice(0, 100)}" "${RFC_KEY.slice(100)}`, 'dkim.bad-base64'],
    ['v=DKIM1; p=Zm9v', 'dkim.not-a-public-key'],
    [`v=DKIM1; h=sha1; p=${RFC_KEY}`, 'dkim.hash-forbidden'],
    [`v=DKIM1; s=other; p=${RFC_KEY}`, 'dkim.service'],
    [`v=DKIM1; t=y; p=${RFC_KEY}`, 'dkim.testing'],
    [`v=DKIM1; g=; p=${RFC_KEY}`, 'dkim.granularity'],
    [`v=DKIM1; g=news*; p=${RFC_KEY}`, 'dkim.granularity'],
    [`v=DKIM1; h=sha1 : sha256; p=${RFC_KEY}`, 'dkim.blank-in-list'],
    [`v=DKIM1; s=email : other; p=${RFC_KEY}`, 'dkim.blank-in-list'],
    [`v=DKIM1; k=dsa; p=${RFC_KEY}`, 'dkim.unknown-type'],
    [`v=DKIM1; rubbish; p=${RFC_KEY}`, 'dkim.broken-tag'],
    [`v=DKIM1; k=rsa; k=rsa; p=${RFC_KEY}`, 'dkim.repeated-tag'],
    [`v=DKIM1;; p=${RFC_KEY}`, 'dkim.empty-tag'],
    [`v=DKIM1; K=rsa; p=${RFC_KEY}`, 'dkim.tag-case'],
    [`v=DKIM1; P=${RFC_KEY}`, 'dkim.tag-case'],
    [`v=DKIM1; k=RSA; p=${RFC_KEY}`, 'dkim.type-case'],
    [`v=DKIM1; k=ed25519; p=${ED25519_INFO}`, 'dkim.wrapped-ed25519'],
    ['v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMl', 'dkim.cut-off'],
    [`v=DKIM1; p=${RFC_KEY.slice(0, 117)}`, 'dkim.cut-off'],
    ['v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'dkim.padding'],
    [`v=DKIM1; p=${RFC_KEY}=`, 'dkim.padding'],
  ])('%s → %s', (text, code) => {
    expect(codes(text)).toContain(code);
  });

  it.each([
    `v=DKIM1; p=${RFC_KEY}; `,
    `v=DKIM1 ; k = rsa ; p = ${RFC_KEY} ;`,
    `k=rsa; h=sha1:sha256; s=other:email; t=s:unknown; p=${RFC_KEY}`,
    `v=DKIM1; g=*; n=a note; p=${RFC_KEY}`,
  ])('finds nothing but the length in %s', (text) => {
    expect(codes(text)).toEqual(['dkim.short']);
  });

  it('takes a finding’s span from the text that it speaks of', () => {
    const text = `k=rsa; h=sha1; p=${RFC_KEY}; v=DKIM1`;
    const stretches = parseDkimKey(text).findings.map(({ code, span }) => [code, text.slice(span?.start, span?.end)]);
    expect(stretches).toEqual([
      ['dkim.version', 'v=DKIM1'],
      ['dkim.hash-forbidden', 'h=sha1'],
      ['dkim.short', RFC_KEY],
    ]);
  });

  it.each([
    [`p=${RFC_KEY}; v=DKIM1`, `v=DKIM1; p=${RFC_KEY}`],
    [`v=DKIM1; p=${RFC_KEY.slice(0, 99)}" "${RFC_KEY.slice(99)}`, `v=DKIM1; p=${RFC_KEY}`],
    [`v=DKIM1;; h=sha1; K=rsa; p=${RFC_KEY}`, `v=DKIM1; k=rsa; p=${RFC_KEY}`],
    [`v=DKIM1; k=rsa; p=${RFC_KEY}; k=rsa`, `v=DKIM1; k=rsa; p=${RFC_KEY}`],
    [`v=DKIM1; k=RSA; s=e-mail; p=${RFC_KEY}==`, `v=DKIM1; k=rsa; s=email; p=${RFC_KEY}`],
    [`v=DKIM1; k=ed25519; p=${ED25519_INFO}`, 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='],
  ])('puts %s right', (text, expected) => {
    const fixes = parseDkimKey(text).findings.flatMap((finding) => finding.fix ?? []);
    expect(applyFixes(text, fixes)).toBe(expected);
    expect(parseDkimKey(expected).key).not.toBeNull();
  });

  it('refuses what is no RSA public key: another algorithm, a private key, a bare or a short one', () => {
    const der = (key: Buffer) => `v=DKIM1; p=${key.toString('base64')}`;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const short = generateKeyPairSync('rsa', { modulusLength: 1023 }).publicKey;
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey;
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const spki = { format: 'der', type: 'spki' } as const;
    expect(codes(der(rsa.publicKey.export(spki)))).toEqual([]);
    expect(codes(der(rsa.publicKey.export({ format: 'der', type: 'pkcs1' })))).toEqual(['dkim.bare-key']);
    expect(codes(der(rsa.privateKey.export({ format: 'der', type: 'pkcs8' })))).toEqual(['dkim.private-key']);
    expect(codes(der(rsa.privateKey.export({ format: 'der', type: 'pkcs1' })))).toEqual(['dkim.private-key']);
    expect(codes(der(pss.export(spki)))).toEqual(['dkim.not-a-public-key']);
    expect(codes(der(curve.export(spki)))).toEqual(['dkim.not-a-public-key']);
    expect(codes(der(short.export(spki)))).toEqual(['dkim.too-short']);
    const curvePair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(codes(der(curvePair.privateKey.export({ format: 'der', type: 'sec1' })))).toEqual(['dkim.private-key']);
  });

  it.each([
    ['a bit string that is incomplete octets', 22, 1],
    ['an inner sequence that is longer than the key', 25, 0x8a],
    ['a modulus that is longer than the key', 28, 0xff],
    ['a negative modulus', 29, 0x80],
    ['an inner element that is no sequence', 23, 0x31],
  ])('refuses %s', (_what, at, octet) => {
    const octets = Buffer.from(RFC_KEY, 'base64');
    expect([...octets.subarray(18, 30)]).toEqual([
      0x03, 0x81, 0x8d, 0x00, 0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00, 0xf0,
    ]);
    octets[at - 1] = octet;
    expect(codes(`p=${octets.toString('base64')}`)).toEqual(['dkim.not-a-public-key']);
  });

  it('decodes base64 with spaces and without padding, and nothing else', () => {
    expect(decodeBase64('QU JD\nRA')).toEqual(Uint8Array.from([65, 66, 67, 68]));
    expect(['QUJDR', 'QU=JD', 'QUJD===', 'QU-D', 'é'].map(decodeBase64)).toEqual(Array(5).fill(null));
  });

  it('compares by meaning', () => {
    const left = parseDkimKey(`v=DKIM1; k=rsa; p=${RFC_KEY}`).key;
    const right = parseDkimKey(`p=${RFC_KEY}`).key;
    expect(left !== null && right !== null && sameDkimKey(left, right)).toBe(true);
  });

  it('compares octets, not their writing', () => {
    const { key } = parseDkimKey(`p=${RFC_KEY}`);
    const { key: other } = parseDkimKey('k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=');
    const { key: unpadded } = parseDkimKey('k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp');
    expect(key !== null && other !== null && sameDkimKey(key, other)).toBe(false);
    expect(other !== null && unpadded !== null && sameDkimKey(other, unpadded)).toBe(true);
    const revoked = parseDkimKey('p=').key;
    expect(key !== null && revoked !== null && sameDkimKey(key, revoked)).toBe(false);
    const revokedToo = parseDkimKey('k=ed25519; p=').key;
    expect(revoked !== null && revokedToo !== null && sameDkimKey(revoked, revokedToo)).toBe(true);
  });

  it('holds what is published against what is required', () => {
    const required = `v=DKIM1; k=rsa; p=${RFC_KEY}`;
    const found = (...texts: string[]) => lintDkimAnswer(texts, required).map((finding) => finding.code);
    expect(found(required)).toEqual(['dkim.short']);
    expect(found(`p=${RFC_KEY}; s=*`)).toEqual(['dkim.short']);
    expect(found(`t=s; p=${RFC_KEY}`)).toEqual(['dkim.short', 'dkim.flags-differ']);
    expect(found('k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=')).toEqual(['dkim.other-key']);
    expect(found(required, required)).toEqual(['dkim.several-keys', 'dkim.short', 'dkim.short']);
    expect(found('p=')).toEqual(['dkim.revoked']);
  });

  it('wants an RSA key beside an Ed25519 key (RFC 8463 §3)', () => {
    expect(lintDkimKeySet(['ed25519']).map((finding) => finding.code)).toEqual(['dkim.ed25519-alone']);
    expect(lintDkimKeySet(['ed25519', 'rsa'])).toEqual([]);
    expect(lintDkimKeySet([])).toEqual([]);
  });

  it('reads what it prints', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const words = fc.uniqueArray(word, { maxLength: 3 });
    const keys: fc.Arbitrary<DkimKey> = fc
      .record({
        hasVersion: fc.boolean(),
        flags: words,
        hashes: fc.option(words.map((more) => ['sha256', ...more.filter((each) => each !== 'sha256')])),
        services: fc.option(words.map((more) => [...more, 'email'])),
        notes: fc.option(fc.stringMatching(/^[!-:<-~]([ -:<-~]{0,20}[!-:<-~])?$/)),
        others: fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{2,4}$/), word), { selector: ([name]) => name }),
        ed25519: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 })),
      })
      .map(({ hashes, services, notes, ed25519, ...rest }) => ({
        ...rest,
        ...(ed25519 === null
          ? { type: 'rsa' as const, publicKey: RFC_KEY, bits: 1024 }
          : { type: 'ed25519' as const, publicKey: Buffer.from(ed25519).toString('base64'), bits: 256 }),
        ...(hashes === null ? {} : { hashes }),
        ...(services === null ? {} : { services }),
        ...(notes === null ? {} : { notes }),
      }));
    fc.assert(
      fc.property(keys, (key) => {
        expect(parseDkimKey(printDkimKey(key)).key).toEqual(key);
      }),
    );
  });

  it('prints what it reads', () => {
    const { key } = parseDkimKey(`v=DKIM1; k=rsa; t=s; p=${RFC_KEY}`);
    expect(key === null ? '' : printDkimKey(key)).toBe(`v=DKIM1; k=rsa; t=s; p=${RFC_KEY}`);
  });

  it.each([1024, 2048, 3072, 4096] as const)('makes RSA keys of %d bits that OpenSSL agrees with', async (bits) => {
    const key = await generateDkimKey({ algorithm: 'rsa', bits });
    expect(parseDkimKey(key.record).key?.bits).toBe(bits);
    const published = createPublicKey({ key: Buffer.from(key.publicKey, 'base64'), format: 'der', type: 'spki' });
    expect(published.asymmetricKeyDetails?.modulusLength).toBe(bits);
    const signature = createSign('sha256').update('mail').sign(key.privateKeyPem);
    expect(createVerify('sha256').update('mail').verify(published, signature)).toBe(true);
    expect(await checkKeyPair(key.privateKeyPem, key.record)).toBe('match');
  });

  it('tells a foreign pair apart', async () => {
    const [one, other, rsa] = await Promise.all([
      generateDkimKey({ algorithm: 'ed25519' }),
      generateDkimKey({ algorithm: 'ed25519' }),
      generateDkimKey({ algorithm: 'rsa', bits: 1024 }),
    ]);
    expect(await checkKeyPair(one.privateKeyPem, one.record)).toBe('match');
    expect(await checkKeyPair(one.privateKeyPem, other.record)).toBe('mismatch');
    expect(await checkKeyPair(one.privateKeyPem, rsa.record)).toBe('mismatch');
    expect(await checkKeyPair(rsa.privateKeyPem, one.record)).toBe('mismatch');
    expect(await checkKeyPair('no key at all', one.record)).toBe('unreadable');
    const cutOff = one.privateKeyPem.replace(/.{12}\n-----END/, '\n-----END');
    expect(await checkKeyPair(cutOff, one.record)).toBe('unreadable');
    expect(await checkKeyPair(one.privateKeyPem, 'v=DKIM1; p=')).toBe('no-key');
  });

  it('reads the older form of a private key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const older = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();
    const record = `p=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`;
    expect(await checkKeyPair(older, record)).toBe('match');
  });

  it.each([
    RFC_KEY,
    `  ${RFC_KEY.slice(0, 70)}\n${RFC_KEY.slice(70)} `,
    `v=DKIM1; k=rsa; p=${RFC_KEY}; t=s`,
    `"v=DKIM1; p=${RFC_KEY.slice(0, 50)}" "${RFC_KEY.slice(50)}"`,
    `s1._domainkey 3600 IN TXT ( "v=DKIM1\\; k=rsa\\; " "p=${RFC_KEY.slice(0, 80)}" "${RFC_KEY.slice(80)}" )`,
  ])('finds the key in %s', (text) => {
    expect(pastedDkimKey(text)).toBe(RFC_KEY);
  });

  it('knows selectors', () => {
    expect(['s1', 'a.b', 'mail-2026'].every(isSelector)).toBe(true);
    expect(['', '-a', 'a_b', 'a..b', 'ä'].some(isSelector)).toBe(false);
  });
});
