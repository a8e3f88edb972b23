import type { Figure } from '../figures.ts';
import type { TlsPlace, TlsPolicy } from '../reports/tls.ts';

/** What senders say of TLS to a domain’s mail servers, summed over their reports (RFC 8460). */

/** A report as it is kept; times are seconds since the epoch. */
export interface StoredTlsReport {
  readonly org: string | null;
  readonly beginAt: number | null;
  readonly endAt: number | null;
  readonly policies: readonly TlsPolicy[];
  readonly places: readonly TlsPlace[];
}

export interface TlsFailure {
  /** The mail server; empty where no report tells. */
  readonly mx: string;
  /** The result type, as RFC 8460 §4.3 names it. */
  readonly result: string;
  readonly sessions: number;
  readonly meaning: string;
  readonly remedy: string;
}

/** The sessions under one policy. */
export interface TlsPolicySum {
  readonly domain: string;
  /** `sts`, `tlsa`, `no-policy-found`, or what a report invents. */
  readonly type: string;
  /** The modes of MTA-STS that senders had. */
  readonly modes: readonly string[];
  /** What the policy says of mail servers, as senders had it. */
  readonly mx: readonly string[];
  readonly ok: number;
  readonly failed: number;
  /** Those with the most sessions first. */
  readonly failures: readonly TlsFailure[];
  readonly reporters: readonly string[];
  readonly since: number | null;
  readonly until: number | null;
}

/** What a policy is, for people. */
export const TLS_POLICY_WORDS: Readonly<Record<string, string>> = {
  sts: 'MTA-STS',
  tlsa: 'DANE',
  'no-policy-found': 'no policy',
};

/** What each result means and asks for (RFC 8460 §4.3). */
const RESULTS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  'starttls-not-supported': [
    'The mail server offered no STARTTLS.',
    'Turn on STARTTLS at this server, or take it out of the MX records and the policy.',
  ],
  'certificate-host-mismatch': [
    'The certificate does not name the mail server.',
    'Give the server a certificate for the name that the MX record has.',
  ],
  'certificate-expired': ['The certificate has expired.', 'Renew the certificate of this server.'],
  'certificate-not-trusted': [
    'The certificate’s authority is not trusted, or its chain is incomplete.',
    'Send the intermediate certificates too, and use a publicly trusted authority.',
  ],
  'validation-failure': [
    'The sender could not verify the connection, and gives no details.',
    'Check the certificate of this server and the policy.',
  ],
  'tlsa-invalid': [
    'No TLSA record matches the certificate.',
    'Publish the TLSA record of the certificate in use; keep the old one until it has expired from caches.',
  ],
  'dnssec-invalid': ['DNSSEC validation failed.', 'Repair DNSSEC of the zone with the mail server’s name.'],
  'dane-required': [
    'The sender requires DANE, but no mail server has usable TLSA records.',
    'Publish TLSA records in a signed zone.',
  ],
  'sts-policy-fetch-error': [
    'The policy file could not be fetched.',
    'Serve the file over https at the mta-sts name, without a redirect.',
  ],
  'sts-policy-invalid': ['The policy file can’t be read as one.', 'Correct the policy file.'],
  'sts-webpki-invalid': [
    'The web server of the policy file has a certificate that is not trusted.',
    'Give the mta-sts name a certificate from a publicly trusted authority.',
  ],
};

const UNKNOWN = ['A result that RFC 8460 does not define.', 'Ask whoever sent the report.'] as const;

const numberOf = (figure: Figure): number => Number(figure);

interface Gathered {
  readonly domain: string;
  readonly type: string;
  ok: number;
  failed: number;
  since: number | null;
  until: number | null;
  readonly modes: Set<string>;
  readonly mx: Set<string>;
  readonly reporters: Set<string>;
  readonly places: Map<string, { readonly mx: string; readonly result: string; sessions: number }>;
}

function addPlaces({ places }: Gathered, failures: readonly TlsPlace[]): void {
  for (const { mx, result, failed } of failures) {
    const key = JSON.stringify([mx, result]);
    const place = places.get(key) ?? { mx, result, sessions: 0 };
    place.sessions += numberOf(failed);
    places.set(key, place);
  }
}

/** The sessions of reports by policy, those with the most failures first. */
export function tlsPolicySums(reports: readonly StoredTlsReport[]): readonly TlsPolicySum[] {
  const gathered = new Map<string, Gathered>();
  for (const { org, beginAt, endAt, policies, places } of reports) {
    const byPolicy = Map.groupBy(places, ({ policy }) => policy);
    for (const [index, policy] of policies.entries()) {
      const [domain, type] = [policy.domain ?? '', policy.type ?? ''];
      const key = JSON.stringify([domain, type]);
      const sum: Gathered = gathered.get(key) ?? {
        domain,
        type,
        ok: 0,
        failed: 0,
        since: null,
        until: null,
        modes: new Set(),
        mx: new Set(),
        reporters: new Set(),
        places: new Map(),
      };
      gathered.set(key, sum);
      sum.ok += numberOf(policy.ok);
      sum.failed += numberOf(policy.failed);
      if (beginAt !== null) sum.since = Math.min(sum.since ?? beginAt, beginAt);
      if (endAt !== null) sum.until = Math.max(sum.until ?? endAt, endAt);
      if (policy.mode !== null) sum.modes.add(policy.mode);
      for (const host of policy.mx ?? []) sum.mx.add(host);
      if (org !== null) sum.reporters.add(org);
      addPlaces(sum, byPolicy.get(index) ?? []);
    }
  }
  return [...gathered.values()]
    .map(
      ({ modes, mx, reporters, places, ...sum }): TlsPolicySum => ({
        ...sum,
        modes: [...modes].sort(),
        mx: [...mx].sort(),
        reporters: [...reporters].sort(),
        failures: [...places.values()]
          .sort((left, right) => right.sessions - left.sessions)
          .map((place) => {
            const [meaning, remedy] = RESULTS[place.result] ?? UNKNOWN;
            return { ...place, meaning, remedy };
          }),
      }),
    )
    .sort((left, right) => right.failed - left.failed || right.ok - left.ok);
}
