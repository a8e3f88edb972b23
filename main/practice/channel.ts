import type { Change } from '../../shared/plan/types.ts';
import type { PracticeAddresses } from './practice.ts';

/**
 * How a host speaks with the practice process: numbered requests, one answer each. The messages are plain data, so a
 * fork's channel and an Electron utility process carry them alike.
 */
export type PracticeRequest = { readonly id: number } & (
  | { readonly do: 'start'; readonly folder: string }
  | { readonly do: 'set-fault'; readonly fault: string }
  | { readonly do: 'reset' }
  | { readonly do: 'publish'; readonly domain: string; readonly changes: readonly Change[] }
  | { readonly do: 'mail'; readonly domain: string }
  | { readonly do: 'stop' }
);

export type PracticeAnswer =
  | {
      readonly id: number;
      readonly ok: true;
      readonly addresses?: PracticeAddresses;
      readonly published?: number;
      readonly mailing?: SentMailing;
    }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** What comes back from a mailing, as the line carries it: octets in base64. */
export interface SentMailing {
  readonly files: readonly { readonly name: string; readonly content: string }[];
  readonly missing: readonly string[];
}

/** One end of the line to the other process. */
export interface Channel<Out, In> {
  readonly send: (message: Out) => void;
  readonly onMessage: (listener: (message: In) => void) => void;
  /** The other process is gone. */
  readonly onClose: (listener: () => void) => void;
}
