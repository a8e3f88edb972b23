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
}

export interface ConnectAttempt {
  readonly address: string;
  readonly durationMs: number;
  /** `connected`, or the system's error code. */
  readonly result: string;
}

export interface ProbeStage {
  readonly stage: StageName;
  readonly state: StageState;
  /** Milliseconds from the probe's start. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** What came, in a line. */
  readonly detail: string;
  readonly addresses?: readonly string[];
  readonly attempts?: readonly ConnectAttempt[];
  readonly certificate?: CertificateFacts;
  readonly status?: number;
}

export interface ProbeTrace {
  readonly kind: 'connection' | 'responses' | 'monitoring';
  readonly method: string;
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: 'passed' | 'failed';
  readonly stages: readonly ProbeStage[];
  readonly findings: readonly Finding[];
  /** What the service told of itself; absent where it told nothing. */
  readonly told?: { readonly provider?: string; readonly account?: string; readonly domains?: readonly string[] };
  /** A second probe that belongs to this one: port 443 beside the address's own. */
  readonly beside?: ProbeTrace;
}

/** Traces kept as evidence must belong to the settings of today: the address that was probed is compared. */
export function isTraceFor(trace: ProbeTrace | null, url: string): boolean {
  return trace !== null && trace.url === url;
}
