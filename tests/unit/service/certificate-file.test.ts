import { X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  certificateFault,
  readCertificateFile,
  readCertificateText,
} from '../../../shared/service/certificate-file.ts';
import { describeWith } from '../../support/tools.ts';

describeWith(['openssl'], 'certificates', () => {
  let folder: string;
  const file = (name: string) => readFileSync(path.join(folder, name));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const subjects = (octets: Uint8Array) => {
    const read = readCertificateFile(octets);
    if (read.kind !== 'certificates') return read.kind;
    const blocks = read.pem.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((block) => new X509Certificate(block).subject);
  };

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-certificates-'));
    for (const name of ['one', 'two']) {
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
      openssl('req', '-x509', ...key, '-subj', `/CN=${name}`, '-days', '30', '-out', `${name}.pem`);
      openssl('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.cer`);
    }
    const both = ['crl2pkcs7', '-nocrl', '-certfile', 'one.pem', '-certfile', 'two.pem'];
    openssl(...both, '-out', 'both.p7b');
    openssl(...both, '-outform', 'DER', '-out', 'both-der.p7b');
    openssl('pkcs12', '-export', '-in', 'one.pem', '-inkey', 'one.key', '-passout', 'pass:x', '-out', 'one.pfx');
    openssl('pkey', '-in', 'one.key', '-outform', 'DER', '-out', 'one-key.der');
    openssl('ec', '-in', 'one.key', '-outform', 'DER', '-out', 'one-sec1.der');
    openssl('pkcs8', '-topk8', '-in', 'one.key', '-passout', 'pass:x', '-outform', 'DER', '-out', 'one-sealed.der');
    openssl('pkcs8', '-topk8', '-in', 'one.key', '-passout', 'pass:x', '-out', 'one-sealed.key');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are read from PEM, DER, and PKCS #7 in either', () => {
    expect(subjects(file('one.pem'))).toEqual(['CN=one']);
    expect(subjects(file('two.cer'))).toEqual(['CN=two']);
    expect(subjects(file('both.p7b'))).toEqual(['CN=one', 'CN=two']);
    expect(subjects(file('both-der.p7b'))).toEqual(['CN=one', 'CN=two']);
  });

  it('are read from text of Windows and with notes around them, of which nothing is kept', () => {
    const text = `\uFEFFBag Attributes\r\n    friendlyName: ours\r\n${file('one.pem').toString().replaceAll('\n', '\r\n')}end`;
    expect(subjects(Buffer.from(text, 'utf16le'))).toEqual(['CN=one']);
    expect(readCertificateText(text)).toMatchObject({ pem: expect.not.stringContaining('friendlyName') });
  });

  it.each(['one.key', 'one-key.der', 'one-sec1.der', 'one-sealed.der', 'one-sealed.key'])(
    'a private key is told apart: %s',
    (name) => expect(subjects(file(name))).toBe('private-key'),
  );

  it('a private key beside a certificate is seen on either side of it, and nothing of the file is given back', () => {
    const [key, pem] = [file('one.key').toString(), file('one.pem').toString()];
    expect(readCertificateText(pem + key)).toEqual({ kind: 'private-key' });
    expect(readCertificateText(`${key}\n${pem}`)).toEqual({ kind: 'private-key' });
  });

  it('a PKCS #12 file is named as what it is', () => {
    expect(subjects(file('one.pfx'))).toBe('key-store');
    expect(certificateFault(readCertificateFile(file('one.pfx')))?.message).toContain('PKCS #12');
  });

  it('what is cut off anywhere holds none, and is no fault of ours', () => {
    const der = file('both-der.p7b');
    for (let length = 0; length < der.length; length += 1)
      expect(readCertificateFile(der.subarray(0, length)).kind).toBe('none');
    expect(readCertificateText('hello')).toEqual({ kind: 'none' });
  });
});
