import type { ManualAsOf } from '../../shared/contract/domains.ts';
import type { StateChange } from '../../shared/contract/state.ts';
import { Reader } from './reader.ts';

/** When a manual that is shown has to be asked for. */

export interface DomainRef {
  readonly workspaceId: number;
  readonly domainId: number;
}

/** Changes within so many milliseconds make the manual be read anew once: one deed is told as several of them. */
const TOGETHER_MS = 30;

/** What shows a manual: null where it could not be read. */
type Show = (manual: ManualAsOf | null) => void;

/** Keeps what is shown of one domain up to date, and asks for it no oftener than there is something new to learn. */
export class ManualFollower {
  readonly ref: DomainRef;
  private readonly reader: Reader<ManualAsOf>;
  private readonly show: Show;
  /** The last change that what is shown takes in, and the last that is of interest. */
  private shown = -1;
  private wanted = -1;
  /** Changes under way whose answer is the manual. */
  private underWay = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param ask gives null where the manual can't be read. */
  constructor(ref: DomainRef, ask: () => Promise<ManualAsOf | null>, show: Show) {
    this.ref = ref;
    this.show = show;
    this.reader = new Reader(ask, (manual) => this.learn(manual));
  }

  read(): Promise<void> {
    return this.reader.read();
  }

  /** Shows a manual, unless a newer one is shown already. */
  take(manual: ManualAsOf): void {
    if (this.reader.hasEnded || manual.asOf < this.shown) return;
    this.shown = manual.asOf;
    this.show(manual);
  }

  hear(change: StateChange): void {
    const { workspaceId, domainId } = this.ref;
    if (change.kind === 'reload') {
      // What was numbered before may have been another core's.
      this.shown = -1;
      this.wanted = change.sequence;
    } else if (
      (change.kind === 'settings' && change.workspaceId === workspaceId) ||
      (change.kind === 'domains' && change.rows.some(({ id }) => id === domainId))
    ) {
      this.wanted = change.sequence;
    } else return;
    this.readSoon();
  }

  /** @returns what ends the wait for a change that answers with the manual. */
  wait(): () => void {
    this.underWay += 1;
    return () => {
      this.underWay -= 1;
      this.readSoon();
    };
  }

  end(): void {
    this.reader.end();
    clearTimeout(this.timer);
  }

  private learn(manual: ManualAsOf | null): void {
    if (manual !== null) {
      this.take(manual);
      this.readSoon();
      return;
    }
    // Asked again when the next change is told, or when the person wants it.
    this.wanted = this.shown;
    this.show(null);
  }

  private readSoon(): void {
    if (this.reader.hasEnded || this.wanted <= this.shown) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      // What is being read may take the change in; whether it does, its answer tells.
      if (this.underWay === 0 && !this.reader.isReading && this.wanted > this.shown) void this.read();
    }, TOGETHER_MS);
  }
}
