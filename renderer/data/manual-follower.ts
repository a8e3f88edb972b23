import type { ManualAsOf } from '../../shared/contract/domains.ts';
import type { StateChange } from '../../shared/contract/state.ts';

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
  private readonly ask: () => Promise<ManualAsOf | null>;
  private readonly show: Show;
  /** The last change that what is shown takes in, and the last that is of interest. */
  private shown = -1;
  private wanted = -1;
  /** Changes under way whose answer is the manual. */
  private underWay = 0;
  private isReading = false;
  private hasEnded = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param ask gives null where the manual can't be read. */
  constructor(ref: DomainRef, ask: () => Promise<ManualAsOf | null>, show: Show) {
    this.ref = ref;
    this.ask = ask;
    this.show = show;
  }

  async read(): Promise<void> {
    this.isReading = true;
    const manual = await this.ask();
    this.isReading = false;
    if (this.hasEnded) return;
    if (manual !== null) {
      this.take(manual);
      this.readSoon();
      return;
    }
    // Asked again when the next change is told, or when the person wants it.
    this.wanted = this.shown;
    this.show(null);
  }

  /** Shows a manual, unless a newer one is shown already. */
  take(manual: ManualAsOf): void {
    if (this.hasEnded || manual.asOf < this.shown) return;
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
    this.hasEnded = true;
    clearTimeout(this.timer);
  }

  private readSoon(): void {
    if (this.hasEnded || this.isReading || this.wanted <= this.shown) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.underWay === 0 && !this.isReading && this.wanted > this.shown) void this.read();
    }, TOGETHER_MS);
  }
}
