/**
 * So far ahead of this machine's clock may lie what another program on the same data folder has written, in milliseconds.
 * What lies further ahead was made by a clock that was wrong, and is no evidence.
 */
export const FUTURE_MS = 5 * 60_000;
