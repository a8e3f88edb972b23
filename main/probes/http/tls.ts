import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { DetailedPeerCertificate, SecureContext, TLSSocket } from 'node:tls';
import { isIP } from 'node:net';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import type { CertificateFacts, TlsFacts } from '../../../shared/service/trace.ts';
import type { Deadline } from './deadline.ts';
import { said, StageFailure, WANTS_CERTIFICATE } from './stages.ts';
import { ExtraCaFault, trustContext, trustOf } from './trust.ts';
import { DAY_MS } from '../../../shared/time.ts';

export interface TlsOptions {
  readonly socket: Socket;
  readonly host: string;
  readonly port: number;
  /** PEM of certificates to trust beside the system's, or empty. */
  readonly extraCa: string;
  /** Offered by ALPN (RFC 7301). */
  readonly protocol?: 'http/1.1' | 'h2';
  readonly deadline: Deadline;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Secured {
  readonly socket: TLSSocket;
  /** What of it is told. */
  readonly met: Fact;
  readonly tls: TlsFacts;
  readonly certificate: CertificateFacts | null;
  /** What does not stop the probe. */
  readonly findings: readonly Finding[];
}

/** A certificate that ends sooner gets a warning. */
const SOON_DAYS = 21;
const MAX_CHAIN = 10;
const MAX_NAMES = 100;
const NAMES_TOLD = 5;

function distinguishedName(name: DetailedPeerCertificate['subject'] | undefined): string {
  const first = name?.CN ?? name?.O ?? name?.OU;
  return (Array.isArray(first) ? first.join(', ') : first) ?? 'without a name';
}

/** From the server's own certificate upwards, as far as it was sent or is known here. */
function chainOf(certificate: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  const seen = new Set<string>();
  let current: DetailedPeerCertificate | undefined = certificate;
  while (current?.fingerprint256 !== undefined && !seen.has(current.fingerprint256) && chain.length < MAX_CHAIN) {
    seen.add(current.fingerprint256);
    chain.push(current);
    current = current.issuerCertificate;
  }
  return chain;
}

function factsOf(
  certificate: DetailedPeerCertificate,
  now: number,
  trustedBy: CertificateFacts['trustedBy'],
): CertificateFacts {
  const validTo = Date.parse(certificate.valid_to);
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    names: (certificate.subjectaltname ?? '')
      .split(/,\s*/)
      .map((name) => name.replace(/^(?:DNS|IP Address):/, ''))
      .filter((name) => name !== '')
      .slice(0, MAX_NAMES),
    validFrom: Date.parse(certificate.valid_from),
    validTo,
    daysLeft: Math.floor((validTo - now) / DAY_MS),
    fingerprint256: certificate.fingerprint256,
    chain: chainOf(certificate).map((link) => distinguishedName(link.subject)),
    trustedBy,
  };
}

function day(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD;
  return names.slice(0, NAMES_TOLD).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Whether a certificate says where its issuer's own can be had: authorities that sign through intermediates do. */
function namesIssuerAddress(certificate: DetailedPeerCertificate): boolean {
  return /CA Issuers/.test(new X509Certificate(certificate.raw).infoAccess ?? '');
}

/** RSA keys below this are refused by OpenSSL's default security level. */
const LEAST_RSA_BITS = 2048;
/** Object identifiers of MD5 and SHA-1 signatures with RSA (RFC 8017 §A.2.4) and of SHA-1 with ECDSA (RFC 3279 §2.2.3). */
const OLD_SIGNATURES = ['06092a864886f70d010104', '06092a864886f70d010105', '06072a8648ce3d0401'].map((identifier) =>
  Buffer.from(identifier, 'hex'),
);

function weaknessOf(link: DetailedPeerCertificate): string | null {
  const name = distinguishedName(link.subject);
  const certificate = new X509Certificate(link.raw);
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS;
  if (asymmetricKeyType === 'rsa' && bits < LEAST_RSA_BITS) return `the RSA key of ${name} has ${bits} bits`;
  return OLD_SIGNATURES.some((identifier) => link.raw.includes(identifier))
    ? `${name} is signed with MD5 or SHA-1`
    : null;
}

function judgeDates(certificate: DetailedPeerCertificate, host: string, now: number): Finding {
  const today = day(now);
  const [own, ...above] = chainOf(certificate);
  const expired = above.find((link) => Date.parse(link.valid_to) < now);
  const early = above.find((link) => Date.parse(link.valid_from) > now);
  const ownTo = Date.parse(own?.valid_to ?? '');
  const ownFrom = Date.parse(own?.valid_from ?? '');
  if (ownTo < now) return serviceFinding('probe.certificate-expired', { host, date: day(ownTo), today });
  if (ownFrom > now) return serviceFinding('probe.certificate-not-yet-valid', { host, date: day(ownFrom), today });
  const link = expired ?? early;
  if (link === undefined) return serviceFinding('probe.tls-failed', { host, message: 'a date in its chain is wrong' });
  const values = { host, issuer: distinguishedName(link.subject), from: day(Date.parse(link.valid_from)), today };
  return serviceFinding('probe.certificate-chain-dates', { ...values, to: day(Date.parse(link.valid_to)) });
}

/** The true cause of an untrusted certificate. */
function judge(code: string, certificate: DetailedPeerCertificate, host: string, now: number): Finding {
  const chain = chainOf(certificate);
  const issuer = distinguishedName(certificate.issuer);
  const top = distinguishedName(chain.at(-1)?.issuer);
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return judgeDates(certificate, host, now);
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const { names, subject } = factsOf(certificate, now, 'none');
      return names.length === 0
        ? serviceFinding('probe.certificate-names-nothing', { host, name: subject })
        : serviceFinding('probe.certificate-name', { host, names: listed(names) });
    }
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return serviceFinding('probe.certificate-self-signed', { host });
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      if (chain.length > 1) return serviceFinding('probe.certificate-untrusted', { issuer: top });
      return namesIssuerAddress(certificate)
        ? serviceFinding('probe.certificate-incomplete', { issuer })
        : serviceFinding('probe.certificate-issuer-unknown', { issuer });
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return serviceFinding('probe.certificate-untrusted', { issuer: top });
    case 'CERT_SIGNATURE_FAILURE':
      return serviceFinding('probe.certificate-signature', { host, issuer });
    case 'INVALID_PURPOSE':
      return serviceFinding('probe.certificate-purpose', { host });
    default: {
      // OpenSSL refuses small keys and old digests; Node has no name for those codes.
      const weakness = chain.map(weaknessOf).find((found) => found !== null);
      return weakness === undefined
        ? serviceFinding('probe.tls-failed', { host, message: code })
        : serviceFinding('probe.certificate-weak', { host, message: weakness as string });
    }
  }
}

const VERSION_FAULT =
  /unsupported protocol|version too low|alert protocol version|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/i;
const NOT_TLS = /wrong version number|WRONG_VERSION_NUMBER|packet length too long|http request|record layer/i;
const PROTOCOL_FAULT = /no application protocol|NO_APPLICATION_PROTOCOL/i;
const CIPHER_FAULT = /handshake failure|no shared cipher|HANDSHAKE_FAILURE|dh key too small|insufficient security/i;
const NAME_FAULT = /unrecognized name|UNRECOGNIZED_NAME/i;

function handshakeFailure(error: NodeJS.ErrnoException, host: string, port: number): StageFailure {
  // OpenSSL's reason in its own words, without the line of its source.
  const message = (error as { readonly reason?: string }).reason ?? error.message;
  const text = `${error.code ?? ''} ${error.message}`;
  const failure = (finding: Finding, met: Fact = fact('stage.said', { outside: message })) =>
    new StageFailure(met, finding);
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE')
    return failure(serviceFinding('probe.reset', { host, stage: 'the TLS handshake' }), fact('stage.cut'));
  if (VERSION_FAULT.test(text)) return failure(serviceFinding('probe.tls-version', { host, message }));
  if (NOT_TLS.test(text)) return failure(serviceFinding('probe.not-tls', { host, port }), fact('stage.not-tls'));
  if (NAME_FAULT.test(text)) return failure(serviceFinding('probe.tls-name', { host }));
  if (PROTOCOL_FAULT.test(text)) return failure(serviceFinding('probe.tls-protocol', { host }));
  if (WANTS_CERTIFICATE.test(text)) return failure(serviceFinding('probe.client-certificate', { host }));
  if (CIPHER_FAULT.test(text)) return failure(serviceFinding('probe.tls-cipher', { host, message }));
  return failure(serviceFinding('probe.tls-failed', { host, message }));
}

function contextFor(extraCa: string): SecureContext {
  try {
    return trustContext(extraCa);
  } catch (error) {
    const met = error instanceof ExtraCaFault ? fact('stage.extra-ca') : said(error);
    throw new StageFailure(met, serviceFinding('probe.extra-ca'));
  }
}

/**
 * Speaks TLS over an open connection and judges the certificate: name, dates, chain and trust.
 *
 * @throws StageFailure with the true cause.
 */
export async function secure(options: TlsOptions): Promise<Secured> {
  const { host, port, deadline, extraCa, now } = options;
  const context = contextFor(extraCa);
  return new Promise((resolve, reject) => {
    const bare = host.replace(/^\[|\]$/g, '');
    const tls = connect({
      socket: options.socket,
      ...(isIP(bare) === 0 ? { servername: bare, host: bare } : { host: bare }),
      secureContext: context,
      // The certificate is judged here, so that its facts are told even when it can't be trusted.
      rejectUnauthorized: false,
      ALPNProtocols: [options.protocol ?? 'http/1.1'],
    });
    const fail = (failure: StageFailure) => {
      release();
      tls.on('error', () => undefined);
      tls.destroy();
      reject(failure);
    };
    const release = deadline.guard(() =>
      fail(deadline.failure(fact('stage.late'), () => serviceFinding('probe.tls-silent', { host, port }))),
    );
    const onError = (error: NodeJS.ErrnoException) => fail(handshakeFailure(error, host, port));
    const onClose = () =>
      fail(new StageFailure(fact('stage.closed'), serviceFinding('probe.reset', { host, stage: 'the TLS handshake' })));
    tls.once('error', onError);
    tls.once('close', onClose);
    tls.once('secureConnect', () => {
      tls.off('close', onClose);
      tls.off('error', onError);
      tls.on('error', () => undefined);
      const peer = tls.getPeerCertificate(true);
      const cipher = tls.getCipher();
      const facts: TlsFacts = { version: tls.getProtocol() ?? 'TLS', cipher: cipher.standardName ?? cipher.name };
      const met = fact('stage.tls', { tlsVersion: facts.version, cipher: facts.cipher });
      const isKnown = peer.fingerprint256 !== undefined;
      if (!tls.authorized && isKnown) {
        const found = tls.authorizationError as NodeJS.ErrnoException | string | undefined;
        const code = String((found as NodeJS.ErrnoException | undefined)?.code ?? found);
        const certificate = factsOf(peer, now, 'none');
        fail(new StageFailure(met, judge(code, peer, host, now), { tls: facts, certificate }));
        return;
      }
      const chain = isKnown ? chainOf(peer).map((link) => new X509Certificate(link.raw)) : [];
      const certificate = isKnown ? factsOf(peer, now, trustOf(chain, extraCa)) : null;
      const isSoon = certificate !== null && certificate.daysLeft < SOON_DAYS;
      const findings = [
        ...(isSoon ? [serviceFinding('probe.certificate-soon', { host, days: certificate.daysLeft })] : []),
        ...(certificate?.names.length === 0 ? [serviceFinding('probe.certificate-no-names', { host })] : []),
      ];
      release();
      resolve({ socket: tls, met, tls: facts, certificate, findings });
    });
  });
}
