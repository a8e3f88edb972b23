import { createPublicKey, createVerify, createSign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateDkimKey, keyPairMatches } from '../../../shared/dkim/generate.ts';
import { parseDkimKey, printDkimKey, sameDkimKey } from '../../../shared/dkim/key-record.ts';
import { isSelector } from '../../../shared/dkim/selector.ts';

const codes = (text: string) => parseDkimKey(text).findings.map((finding) => finding.code);

/** RFC 6376 appendix C: the example's public key. */
const RFC_KEY =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB';

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
    [`v=DKIM1; k=dsa; p=${RFC_KEY}`, 'dkim.unknown-type'],
    [`v=DKIM1; rubbish; p=${RFC_KEY}`, 'dkim.broken-tag'],
    [`v=DKIM1; k=rsa; k=rsa; p=${RFC_KEY}`, 'dkim.repeated-tag'],
  ])('%s → %s', (text, code) => {
    expect(codes(text)).toContain(code);
  });

  it('compares by meaning', () => {
    const left = parseDkimKey(`v=DKIM1; k=rsa; p=${RFC_KEY}`).key;
    const right = parseDkimKey(`p=${RFC_KEY}`).key;
    expect(left !== null && right !== null && sameDkimKey(left, right)).toBe(true);
  });

  it('prints what it reads', () => {
    const { key } = parseDkimKey(`v=DKIM1; k=rsa; t=s; p=${RFC_KEY}`);
    expect(key === null ? '' : printDkimKey(key)).toBe(`v=DKIM1; k=rsa; t=s; p=${RFC_KEY}`);
  });

  it.each([1024, 2048, 3072] as const)('makes RSA keys of %d bits that OpenSSL agrees with', async (bits) => {
    const key = await generateDkimKey({ algorithm: 'rsa', bits });
    expect(parseDkimKey(key.record).key?.bits).toBe(bits);
    const published = createPublicKey({ key: Buffer.from(key.publicKey, 'base64'), format: 'der', type: 'spki' });
    expect(published.asymmetricKeyDetails?.modulusLength).toBe(bits);
    const signature = createSign('sha256').update('mail').sign(key.privateKeyPem);
    expect(createVerify('sha256').update('mail').verify(published, signature)).toBe(true);
    expect(await keyPairMatches(key.privateKeyPem, key.record)).toBe(true);
  });

  it('tells a foreign pair apart', async () => {
    const [one, other] = await Promise.all([
      generateDkimKey({ algorithm: 'ed25519' }),
      generateDkimKey({ algorithm: 'ed25519' }),
    ]);
    expect(await keyPairMatches(one.privateKeyPem, one.record)).toBe(true);
    expect(await keyPairMatches(one.privateKeyPem, other.record)).toBe(false);
  });

  it('knows selectors', () => {
    expect(['s1', 'a.b', 'mail-2026'].every(isSelector)).toBe(true);
    expect(['', '-a', 'a_b', 'a..b', 'ä'].some(isSelector)).toBe(false);
  });
});
