import { factText } from '../facts/fact-text.ts';
import { rememberingLately } from '../memo.ts';
import type { Failure, Observation } from './observation.ts';

/** Failures that are remembered in words: thousands of domains lead to the same few names of others. */
const REMEMBERED = 8;
const inWords = rememberingLately(REMEMBERED, ({ what }: Failure) => factText(what));

/** Why a question got no usable answer, in a clause; where nothing is told, there was none. */
export function failureText(failure: Failure | undefined): string {
  return failure === undefined ? 'no answer' : inWords(failure);
}

/** An observation with the clause of its failure, as `message`, beside its code and values. */
export function toldObservation(observation: Observation): object {
  const { failure } = observation;
  if (failure === undefined) return observation;
  return { ...observation, failure: { ...failure, message: failureText(failure) } };
}
