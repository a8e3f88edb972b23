import type { MiddlewareResult } from '@orpc/server';
import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/index.ts';

/** A call of a procedure: `vault.unlock`, and what came with it, which nobody has looked at yet. */
export interface Call {
  readonly procedure: string;
  readonly input: unknown;
}

export type Answer = MiddlewareResult<Record<never, never>, unknown>;

/**
 * What the procedures of each area are made with.
 *
 * @param around runs around every call: before its input is read, and after it was answered or has failed.
 */
export function implementContract(around: (call: Call, answer: () => Promise<Answer>) => Promise<Answer>) {
  return implement(contract).use(({ next, path }, input) =>
    around({ procedure: path.join('.'), input }, async () => next()),
  );
}

export type Implementer = ReturnType<typeof implementContract>;
