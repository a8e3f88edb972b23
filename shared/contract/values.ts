import { z } from 'zod';
import { isFact } from '../facts/known-fact.ts';
import type { Fact } from '../facts/fact.ts';

/** What the descriptions of several areas are made of. */

/**
 * A view model that the core computes by pure functions and hands out as plain data. Its TypeScript type is its
 * description; at the border only its outermost shape is looked at, because the core is the only one to write it.
 */
export const derived = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);

/** What happened or was found, as `factText` makes a sentence of it. */
export const storedFact = z.custom<Fact>(isFact);

/** Milliseconds since the epoch. */
export const instant = z.int().nonnegative();

export const workspaceId = z.int().positive();

export const domainId = z.int().positive();

export const jobId = z.string().min(1).max(64);

export const inWorkspace = z.object({ workspaceId });

export const inDomain = inWorkspace.extend({ domainId });

export const verdict = z.enum(['verified', 'change-prepared', 'to-do', 'pending', 'failing', 'unknown']);

/** What the list shows of SPF, DKIM or DMARC: a provider may need none of one. */
export const purposeVerdict = z.enum([...verdict.options, 'not-needed']);

/** How many domains have which verdict. */
export const verdictCounts = z.record(verdict, z.int());

export const handOverText = z.object({
  fileName: z.string(),
  mediaType: z.string(),
  text: z.string(),
  /** What is to be known besides, for whoever hands it over: the format may have no place for it. */
  remarks: z.array(z.string()).optional(),
});

export type HandOverText = z.infer<typeof handOverText>;

/** What a procedure takes that needs nothing. */
export const nothing = z.object({}).optional();
