/** What is read anew, again and again, while it is shown: in which order answers count. */

/**
 * Reads one thing at a time: whoever wants it anew meanwhile gets one more reading after the one under way, which may have
 * been answered before the change. So nothing that is shown gives way to something older.
 */
export class Reader<Value> {
  private readonly ask: () => Promise<Value | null>;
  private readonly show: (value: Value | null) => void;
  private readonly rest: number;
  private underWay: Promise<void> | null = null;
  private isWantedAgain = false;
  /** Something newer than the reading under way is shown. */
  private isOvertaken = false;
  private isOver = false;
  /** What comes after the reading under way does not wait for its time. */
  private isHurried = false;
  private restUntil = Number.NEGATIVE_INFINITY;
  private endRest: (() => void) | null = null;

  /**
   * @param ask gives null where it can't be read.
   * @param show is told of every answer that is not older than what was shown before.
   * @param rest so many times as long as a reading took is waited before the next: what changes all the time, and takes
   * long to read, would leave the core nothing else to do.
   */
  constructor(ask: () => Promise<Value | null>, show: (value: Value | null) => void, rest = 0) {
    this.ask = ask;
    this.show = show;
    this.rest = rest;
  }

  get isReading(): boolean {
    return this.underWay !== null;
  }

  get hasEnded(): boolean {
    return this.isOver;
  }

  /** @returns when what is shown is as new as this call. @throws what `ask` throws. */
  read(): Promise<void> {
    if (this.isOver) return Promise.resolve();
    if (this.underWay === null) this.underWay = this.readAll();
    else this.isWantedAgain = true;
    return this.underWay;
  }

  /** Shows what a change was answered with: a reading under way may be older, and is made again. */
  put(value: Value): void {
    if (this.isOver) return;
    if (this.underWay !== null) {
      this.isOvertaken = true;
      this.isWantedAgain = true;
    }
    this.show(value);
  }

  /** What waits for its time, or is asked for next, is read at once: after the reading under way where there is one. */
  hurry(): void {
    this.isHurried = true;
    this.restUntil = Number.NEGATIVE_INFINITY;
    this.endRest?.();
  }

  /** Nothing is shown from now on. */
  end(): void {
    this.isOver = true;
    this.hurry();
  }

  private async restFor(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endRest = null;
  }

  private async readAll(): Promise<void> {
    try {
      do {
        const left = this.restUntil - performance.now();
        if (left > 0) await this.restFor(left);
        if (this.isOver) return;
        this.isWantedAgain = false;
        this.isOvertaken = false;
        this.isHurried = false;
        const begun = performance.now();
        const value = await this.ask();
        const ended = performance.now();
        if (!this.isHurried) this.restUntil = ended + this.rest * (ended - begun);
        if (!this.isOver && !this.isOvertaken) this.show(value);
      } while (this.isWantedAgain && !this.isOver);
    } finally {
      this.underWay = null;
    }
  }
}

/** Questions of which the one asked last counts: what is answered to another speaks of what is no longer shown. */
export class LastAsked {
  private count = 0;

  /** Asks, or makes what is asked not count any more. @returns whether nothing was asked since. */
  next(): () => boolean {
    this.count += 1;
    const mine = this.count;
    return () => mine === this.count;
  }
}
