import type { Fact } from '../facts/fact.ts';
import type { Finding } from '../findings/finding.ts';

/** The stages of one probe with their timing: what the window draws as a timeline. Plain data, stored as it is. */

export type StageName = 'resolve' | 'connect' | 'proxy' | 'tls' | 'request' | 'response';
export type StageState = 'passed' | 'failed' | 'warning' | 'skipped';

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  readonly daysLeft: number;
  readonly fingerprint256: string;
  /** Subjects from the server's own certificate upwards. */
  readonly chain: readonly string[];
  /** Whose list holds the authority: what comes with Node, the operating system's, or the extra CA; `none` when untrusted. */
  readonly trustedBy: 'bundled' | 'system' | 'extra' | 'none';
}

export interface TlsFacts {
  /** As OpenSSL names it, for example `TLSv1.3`. */
  readonly version: string;
  /** The IANA name of the cipher suite. */
  readonly cipher: string;
}

export interface ConnectAttempt {
  readonly address: string;
  /** Milliseconds from the stage's start. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** `connected`, `no answer`, or the system's error code. */
  readonly result: string;
}

export interface ProbeStage {
  readonly stage: StageName;
  readonly state: StageState;
  /** Milliseconds from the probe's start. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** What came of it. */
  readonly met: Fact;
  readonly addresses?: readonly string[];
  readonly attempts?: readonly ConnectAttempt[];
  readonly tls?: TlsFacts;
  readonly certificate?: CertificateFacts;
  readonly status?: number;
}

export interface ProbeTrace {
  readonly kind: 'connection' | 'account' | 'responses' | 'monitoring' | 'policy-file';
  readonly method: string;
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** `unknown`: this machine is offline, or the probe was stopped; it says nothing of the service. */
  readonly outcome: 'passed' | 'failed' | 'unknown';
  readonly stages: readonly ProbeStage[];
  readonly findings: readonly Finding[];
  /** What the service told of itself; absent where it told nothing. */
  readonly told?: { readonly provider?: string; readonly account?: string; readonly domains?: readonly string[] };
  /** The proxy that the request went through; its addresses are then those of the resolve stage. */
  readonly proxy?: { readonly address: string; readonly from: string };
  /** Where redirects led, one address after the other; they are told, not obeyed. */
  readonly redirects?: readonly string[];
  /** Names the settings beside the address that the result depends on (extra CA); other settings, other evidence. */
  readonly basis?: string;
  /** A second probe that belongs to this one: port 443 beside the address's own. */
  readonly beside?: ProbeTrace;
}
