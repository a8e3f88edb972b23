import type { Change } from '../../shared/plan/types.ts';

/** What the core needs and does not make: a host passes it in. */

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface PracticeSurroundings {
  readonly serviceUrl: string;
  readonly responseDomain: string;
  /** `address:port` */
  readonly dnsServer: string;
  readonly nameServers: readonly string[];
  /** PEM; trusted in the practice workspace alone. */
  readonly ca: string;
  readonly apiKey: string;
  readonly authKey: string;
  readonly dkimKey: string;
  readonly fault: string;
}

/** Publishes prepared records. Only the practice surroundings have one. */
export interface RecordPublisher {
  /** @returns how many records were published. */
  readonly publish: (domain: string, changes: readonly Change[]) => Promise<number>;
}

/** The embedded service and DNS zone. */
export interface PracticePort extends RecordPublisher {
  readonly faults: readonly { readonly id: string; readonly label: string; readonly explanation: string }[];
  readonly start: () => Promise<PracticeSurroundings>;
  readonly setFault: (id: string) => Promise<PracticeSurroundings>;
  readonly stop: () => Promise<void>;
}

/**
 * The proxy that the operating system's settings name for an address, PAC files included, where the host can tell.
 *
 * @returns a list as PAC files give it, for example `PROXY proxy.example:3128; DIRECT`.
 */
export type SystemProxy = (url: string) => Promise<string>;

/** Tells the person something while the window may be hidden. */
export interface Notifier {
  readonly notify: (title: string, body: string) => void;
}

export interface Log {
  readonly info: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}
