import type { Socket } from 'node:net';
import { connect, getCACertificates } from 'node:tls';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { Finding } from '../../../shared/findings/finding.ts';
import { serviceFinding } from '../../../shared/findings/service.ts';
import type { CertificateFacts } from '../../../shared/service/trace.ts';
import { StageFailure } from './stages.ts';

export interface TlsOptions {
  readonly socket: Socket;
  readonly host: string;
  /** PEM of certificates to trust beside the system's, or empty. */
  readonly extraCa: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const DAY_MS = 86_400_000;
/** A certificate that ends sooner gets a warning. */
const SOON_DAYS = 21;
const MAX_CHAIN = 10;

/** The authorities to trust: Node's own list, the system's, and the extra ones. */
function trusted(extraCa: string): string[] {
  const system = getCACertificates('system');
  return [...getCACertificates('default'), ...system, ...(extraCa.trim() === '' ? [] : [extraCa])];
}

function distinguishedName(name: DetailedPeerCertificate['subject'] | undefined): string {
  const first = name?.CN ?? name?.O ?? name?.OU;
  return (Array.isArray(first) ? first.join(', ') : first) ?? 'without a name';
}

function chainOf(certificate: DetailedPeerCertificate): readonly string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  let current: DetailedPeerCertificate | undefined = certificate;
  while (current?.fingerprint256 !== undefined && !seen.has(current.fingerprint256) && chain.length < MAX_CHAIN) {
    seen.add(current.fingerprint256);
    chain.push(distinguishedName(current.subject));
    current = current.issuerCertificate;
  }
  return chain;
}

function factsOf(certificate: DetailedPeerCertificate, now: number): CertificateFacts | null {
  if (certificate.fingerprint256 === undefined) return null;
  const validTo = Date.parse(certificate.valid_to);
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    names: (certificate.subjectaltname ?? '')
      .split(/,\s*/)
      .map((name) => name.replace(/^(?:DNS|IP Address):/, ''))
      .filter((name) => name !== '')
      .slice(0, 100),
    validFrom: Date.parse(certificate.valid_from),
    validTo,
    daysLeft: Math.floor((validTo - now) / DAY_MS),
    fingerprint256: certificate.fingerprint256,
    chain: chainOf(certificate),
  };
}

function day(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** The true cause of an untrusted certificate, in the order in which it should be put right. */
function judge(code: string, facts: CertificateFacts, host: string): Finding {
  const { issuer, names, validFrom, validTo } = facts;
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return serviceFinding('probe.certificate-expired', { host, date: day(validTo) });
    case 'CERT_NOT_YET_VALID':
      return serviceFinding('probe.certificate-not-yet-valid', { host, date: day(validFrom) });
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return serviceFinding('probe.certificate-name', { host, names: names.join(', ') || 'no host' });
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return serviceFinding('probe.certificate-self-signed', { host });
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      // A lone certificate of an unknown issuer: the intermediate is missing, or the authority is private.
      return facts.chain.length === 1
        ? serviceFinding('probe.certificate-incomplete', { issuer })
        : serviceFinding('probe.certificate-untrusted', { issuer: facts.chain.at(-1) ?? issuer });
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return serviceFinding('probe.certificate-untrusted', { issuer: facts.chain.at(-1) ?? issuer });
    default:
      return serviceFinding('probe.tls-failed', { host, message: code });
  }
}

const VERSION_FAULT =
  /unsupported protocol|wrong version|version too low|alert protocol version|no protocols available|ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/i;

function handshakeFailure(error: NodeJS.ErrnoException, host: string): StageFailure {
  const message = error.message.replace(/^[0-9A-F]+:error:[^:]*:/, '').trim();
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    return new StageFailure(message, serviceFinding('probe.reset', { host, stage: 'the TLS handshake' }));
  }
  if (VERSION_FAULT.test(`${error.code ?? ''} ${message}`)) {
    return new StageFailure(message, serviceFinding('probe.tls-version', { host, message }));
  }
  return new StageFailure(message, serviceFinding('probe.tls-failed', { host, message }));
}

/**
 * Speaks TLS over an open connection and judges the certificate: name, dates, chain and trust.
 *
 * @returns the secured socket, its facts, and findings that do not stop the probe.
 * @throws StageFailure with the true cause.
 */
export function secure(options: TlsOptions): Promise<{
  readonly socket: TLSSocket;
  readonly detail: string;
  readonly certificate: CertificateFacts | null;
  readonly findings: readonly Finding[];
}> {
  const { host } = options;
  return new Promise((resolve, reject) => {
    const bare = host.replace(/^\[|\]$/g, '');
    const isAddress = /^[\d.]+$|:/.test(bare);
    const tls = connect({
      socket: options.socket,
      ...(isAddress ? { host: bare } : { servername: bare, host: bare }),
      ca: trusted(options.extraCa),
      minVersion: 'TLSv1.2',
      // The certificate is judged here, so that its facts are told even when it can't be trusted.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    });
    const finish = (outcome: () => void) => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      outcome();
    };
    const fail = (failure: StageFailure) =>
      finish(() => {
        tls.destroy();
        reject(failure);
      });
    const { port } = { port: options.socket.remotePort ?? 443 };
    const onTime = () => fail(new StageFailure('No answer in time', serviceFinding('probe.timed-out', { host, port })));
    const onAbort = () => onTime();
    const timer = setTimeout(onTime, options.timeoutMs);
    options.signal.addEventListener('abort', onAbort, { once: true });

    const onError = (error: NodeJS.ErrnoException) => fail(handshakeFailure(error, host));
    const onClose = () =>
      fail(
        new StageFailure(
          'The connection was closed',
          serviceFinding('probe.reset', { host, stage: 'the TLS handshake' }),
        ),
      );
    tls.once('error', onError);
    tls.once('close', onClose);
    tls.once('secureConnect', () => {
      tls.off('close', onClose);
      tls.off('error', onError);
      tls.on('error', () => undefined);
      const certificate = factsOf(tls.getPeerCertificate(true), options.now);
      const cipher = tls.getCipher();
      const detail = `${tls.getProtocol() ?? 'TLS'}, ${cipher.standardName ?? cipher.name}`;
      if (!tls.authorized && certificate !== null) {
        const code = String(
          (tls.authorizationError as NodeJS.ErrnoException | undefined)?.code ?? tls.authorizationError,
        );
        fail(new StageFailure(detail, judge(code, certificate, host), { certificate }));
        return;
      }
      const soon = certificate !== null && certificate.daysLeft < SOON_DAYS;
      const findings = soon ? [serviceFinding('probe.certificate-soon', { host, days: certificate.daysLeft })] : [];
      finish(() => resolve({ socket: tls, detail, certificate, findings }));
    });
  });
}
