import fc from 'fast-check';

/**
 * What generated cases begin with. The same in every run, so that a red build tells of the change that was made; long runs
 * take others by `SENDWRIGHT_SEED`.
 */
export const seed = Number(process.env.SENDWRIGHT_SEED ?? 20_261_124);

fc.configureGlobal({ seed });
