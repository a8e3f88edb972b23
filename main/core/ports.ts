import type { Change } from '../../shared/plan/types.ts';

/** What the core needs and does not make: a host passes it in. */

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface PracticeEnvironment {
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

/** Publishes prepared records. Only the practice environment has one. */
export interface RecordPublisher {
  /** @returns how many records were published. */
  readonly publish: (domain: string, changes: readonly Change[]) => Promise<number>;
}

/** The embedded service and DNS zone. */
export interface PracticePort extends RecordPublisher {
  readonly faults: readonly { readonly id: string; readonly label: string; readonly explanation: string }[];
  readonly start: () => Promise<PracticeEnvironment>;
  readonly setFault: (id: string) => Promise<PracticeEnvironment>;
  /** Begins practice anew: nothing is published, nothing is wrong; addresses and keys stay. */
  readonly reset: () => Promise<PracticeEnvironment>;
  /** Sends a mailing from a domain. @returns what comes back: files with their octets in base64, and what does not come. */
  readonly mail: (domain: string) => Promise<{
    readonly files: readonly { readonly name: string; readonly content: string }[];
    readonly missing: readonly string[];
  }>;
  /** Told when it has ended and nobody had asked it to. */
  readonly onEnd: (listener: () => void) => void;
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
  /** @param pressed called when the person presses what was told, to see what it is about; the host shows the window. */
  readonly notify: (title: string, body: string, pressed: () => void) => void;
}

type WriteEntry = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Where the core writes what happened. No call throws; what an entry carries may hold errors and secrets as they come. */
export interface Log {
  readonly debug: WriteEntry;
  readonly info: WriteEntry;
  readonly warn: WriteEntry;
  readonly error: WriteEntry;
  /** The same log, into which these texts do not come, whatever they look like. */
  readonly without: (secrets: readonly string[]) => Log;
  /** The file that is written to. */
  readonly file: string;
  readonly level: string;
  /** Why nothing can be written to the file at the moment, in words, or null. */
  readonly trouble: () => { readonly message: string; readonly remedy: string } | null;
  /** The newest entries of all processes on this data folder, the oldest first. */
  readonly newest: () => readonly unknown[];
}
