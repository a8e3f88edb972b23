import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { isIPv4 } from 'node:net';
import { DAY_MS } from '../../shared/time.ts';

export interface ServerCertificate {
  /** PEM: the certificate, then its issuer where there is one. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface PracticeCertificates {
  /** PEM of the authority, to be trusted in the practice workspace alone. */
  readonly authority: string;
  readonly good: ServerCertificate;
  readonly expired: ServerCertificate;
  readonly wrongName: ServerCertificate;
  readonly selfSigned: ServerCertificate;
}

const ownNames = ['localhost', '127.0.0.1'];
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Makes a certificate authority and the practice service's certificates, good and faulty, for `localhost` and
 * `127.0.0.1`. The authority's key is dropped at once: nothing else can ever be signed with it.
 *
 * @param now milliseconds since the epoch; the good certificate is valid for 30 days from then.
 */
export async function makeCertificates(now: number): Promise<PracticeCertificates> {
  const { subtle } = crypto;
  const newKeys = () => subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const privatePem = async (keys: Awaited<ReturnType<typeof newKeys>>) =>
    PemConverter.encode(await subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  const validity = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 30 * DAY_MS) };
  const issuer = 'CN=Sendwright practice authority';

  const authorityKeys = await newKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: issuer,
    ...validity,
    signingAlgorithm: algorithm,
    keys: authorityKeys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });

  const serverExtensions = (names: readonly string[]) => [
    new BasicConstraintsExtension(false, undefined, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIPv4(value) ? ('ip' as const) : ('dns' as const), value })),
    ),
  ];

  const signed = async (serialNumber: string, names: readonly string[], period: typeof validity) => {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber,
      subject: `CN=${names[0]}`,
      issuer,
      ...period,
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      extensions: serverExtensions(names),
    });
    return { cert: `${certificate.toString('pem')}\n${authority.toString('pem')}\n`, key: await privatePem(keys) };
  };

  const loneKeys = await newKeys();
  const lone = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '05',
    name: 'CN=localhost',
    ...validity,
    signingAlgorithm: algorithm,
    keys: loneKeys,
    extensions: serverExtensions(ownNames),
  });

  return {
    authority: `${authority.toString('pem')}\n`,
    good: await signed('02', ownNames, validity),
    expired: await signed('03', ownNames, {
      notBefore: new Date(now - 60 * DAY_MS),
      notAfter: new Date(now - DAY_MS),
    }),
    wrongName: await signed('04', ['mail.elsewhere.example'], validity),
    selfSigned: { cert: `${lone.toString('pem')}\n`, key: await privatePem(loneKeys) },
  };
}
