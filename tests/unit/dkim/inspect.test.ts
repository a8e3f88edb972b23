import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectDkim } from '../../../shared/dkim/inspect.ts';
import { applyFix } from '../../../shared/findings/apply-fix.ts';
import { parseDkimKey } from '../../../shared/dkim/key-record.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const spki = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
const key = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const bare = pair.publicKey.export({ format: 'pem', type: 'pkcs1' }).toString();
const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ format: 'der', type: 'spki' })
  .toString('base64');
const record = `v=DKIM1; k=rsa; p=${key}`;
const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString();

describe('a key record out of whatever it was pasted in', () => {
  it.each([
    ['quotes', `"${record}"`, record],
    ['one quote', `"${record}`, record],
    ['strings', `"v=DKIM1; k=rsa; " "p=${key.slice(0, 200)}" "${key.slice(200)}"`, record],
    ['escaped semicolons', record.replaceAll(';', '\\;'), record],
    ['a zone line', `s1._domainkey 300 IN TXT ( "v=DKIM1; k=rsa; "\n\t"p=${key}" ) ; ours`, record],
    ['a provider’s JSON', JSON.stringify({ type: 'TXT', name: 's1._domainkey', value: record }), record],
    ['a public key file', spki, record],
    ['a bare public key file', bare, record],
    ['a public key alone', key, record],
    ['a public key file inside p=', `v=DKIM1; k=rsa; p=${spki}`, record],
    ['the same on one line', `v=DKIM1; k=rsa; p=${spki.replaceAll('\n', '')}`, record],
    ['blanks for semicolons', record.replaceAll(';', ''), record],
    ['commas for semicolons', record.replaceAll(';', ','), record],
    ['colons for equals signs', `v:DKIM1; k:rsa; p:${key}`, record],
    [
      'what opendkim-genkey writes of a note',
      `s._domainkey\tIN\tTXT\t( "v=DKIM1; n=\\"old; rotate soon\\"; k=rsa; "\n\t  "p=${key}" )  ; ----- DKIM key s for example.com`,
      `v=DKIM1; n=old=3B rotate soon; k=rsa; p=${key}`,
    ],
    ['semicolons within the key', `v=DKIM1; p=${key.slice(0, 200)}; ${key.slice(200)};`, `v=DKIM1; p=${key};`],
    ['a service that is e-mail', `v=DKIM1; s=mail; p=${key}`, `v=DKIM1; s=email; p=${key}`],
    ['one key twice', `v=DKIM1; p=${key}; p=${key}`, `v=DKIM1; p=${key}`],
    ['a note in marks', `v=DKIM1; n="old; rotate soon"; p=${key}`, `v=DKIM1; n=old=3B rotate soon; p=${key}`],
  ])('%s', (_what, text, fixed) => {
    expect(inspectDkim(text).fixed).toBe(fixed);
    expect(parseDkimKey(fixed).key).toMatchObject({ publicKey: key, bits: 2048 });
  });

  it('takes an Ed25519 key out of its file', () => {
    expect(parseDkimKey(inspectDkim(ed25519).fixed ?? '').key).toMatchObject({ type: 'ed25519', bits: 256 });
  });

  it.each([
    ['v=DMARC1; p=none', 'pasted.other-standard'],
    ['v=spf1 -all', 'pasted.other-standard'],
    ['s1._domainkey CNAME s1.u1.example.net.', 'pasted.alias'],
    [pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'pasted.private-key'],
    ['k=rsa; p=hello', 'dkim.cut-off'],
    [`v=DKIM1; rubbish; p=${key}`, 'dkim.broken-tag'],
    [`v=DKIM1; p=${key.slice(0, 200)}`, 'dkim.cut-off'],
    ['v=DKIM1; p=-----BEGIN PUBLIC KEY-----hello', 'dkim.bad-base64'],
  ])('says what %s is, and offers no fix that gives no key', (text, code) => {
    const { findings, fixed } = inspectDkim(text);
    expect(findings.map((finding) => finding.code)).toContain(code);
    expect(findings.filter((finding) => finding.fix !== undefined)).toEqual([]);
    expect(fixed).toBeNull();
  });

  /** What a record was meant to say may be known to its owner alone. */
  it.each([
    [
      'two keys',
      `v=DKIM1; p=${key}; p=${otherKey}`,
      'dkim.repeated-tag',
      [`v=DKIM1; p=${key}`, `v=DKIM1; p=${otherKey}`],
    ],
    [
      'a key for reports (RFC 8460 §3)',
      `v=DKIM1; s=tlsrpt; p=${key}`,
      'dkim.service',
      [`v=DKIM1; s=email:tlsrpt; p=${key}`, `v=DKIM1; p=${key}`],
    ],
    ['another version', `v=DKIM2; p=${key}`, 'dkim.version', [`v=DKIM1; p=${key}`]],
    ['an RSA key of another type', `v=DKIM1; k=ed25519; p=${key}`, 'dkim.not-a-public-key', [record]],
  ])('asks what was meant by %s', (_what, text, code, meanings) => {
    const { findings, fixed } = inspectDkim(text);
    expect(fixed).toBeNull();
    const readings = findings.find((finding) => finding.code === code)?.readings ?? [];
    expect(readings.map((reading) => applyFix(text, reading))).toEqual(meanings);
    for (const meaning of meanings) expect(inspectDkim(meaning)).toMatchObject({ fixed: meaning, key: { bits: 2048 } });
  });
});
