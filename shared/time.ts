/** A day, in milliseconds. */
export const DAY_MS = 86_400_000;

/** A day, in seconds. */
export const DAY_S = 86_400;
