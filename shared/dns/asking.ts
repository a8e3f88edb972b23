import type { Lookup, LookupResult } from './lookup.ts';
import type { QueryType } from './records.ts';

/** One question to DNS. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: QueryType;
  /** Of NS records: what the zone above hands over is meant, not what the name's own servers say of themselves. */
  readonly above?: true;
}

/**
 * Work that hands out its questions one by one and goes on with each answer. It runs at once over answers that are in
 * memory, and in its own time over live DNS: the same evaluation for both.
 */
export type Asking<Result> = Generator<DnsQuestion, Result, LookupResult>;

/** A Lookup whose every answer is there at once: observations, a pasted zone, prepared records laid over them. */
export interface LookupAtOnce extends Lookup {
  query(name: string, type: QueryType, options?: { readonly signal?: AbortSignal }): LookupResult;
}

/** Does the work over answers that are there. */
export function askedAtOnce<Result>(work: Asking<Result>, lookup: LookupAtOnce): Result {
  let step = work.next();
  while (step.done !== true) step = work.next(lookup.query(step.value.name, step.value.type));
  return step.value;
}

/** Does the work for as long as answers are there at once, and waits for those that are not. */
export function askedOf<Result>(
  work: Asking<Result>,
  lookup: Lookup,
  options?: { readonly signal?: AbortSignal },
): Result | Promise<Result> {
  const goOn = (step: IteratorResult<DnsQuestion, Result>): Result | Promise<Result> => {
    let at = step;
    while (at.done !== true) {
      const answer = lookup.query(at.value.name, at.value.type, options);
      if (answer instanceof Promise) return answer.then((result) => goOn(work.next(result)));
      at = work.next(answer);
    }
    return at.value;
  };
  return goOn(work.next());
}

/** Does the work over any Lookup. Rejects only with the signal's reason, when it is aborted. */
export async function asked<Result>(work: Asking<Result>, lookup: Lookup, signal?: AbortSignal): Promise<Result> {
  return askedOf(work, lookup, signal === undefined ? undefined : { signal });
}
