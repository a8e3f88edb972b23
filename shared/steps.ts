/** Work that may be interrupted: each step is short, and whoever takes it may do something else before the next. */
export type Steps<Result> = Generator<void, Result, void>;

/** Takes every step at once. */
export function allSteps<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
