/** The status of a service connection as it is shown, and how it grows old. Apart from how it is derived, for the window's sake. */

/** Evidence older than this, in milliseconds, no longer says that the connection is active. */
export const EVIDENCE_LIFETIME_MS = 24 * 60 * 60 * 1000;

export interface ConnectionStatus {
  /**
   * - `active`: the latest test that came to a result passed, less than 24 hours ago.
   * - `failing`: it failed, less than 24 hours ago.
   * - `stale`: its result is older.
   * - `changed`: every test was made with other settings.
   * - `offline`: no test came to a result, because this machine is offline.
   */
  readonly state: 'active' | 'failing' | 'stale' | 'changed' | 'offline' | 'not-checked' | 'not-set';
  /** As it is shown. */
  readonly text: string;
  /** When the evidence was seen; milliseconds since the epoch. */
  readonly seenAt: number | null;
}

/** What a status has become by the time it is looked at: evidence grows old while a window stays open. */
export function atTime(status: ConnectionStatus, now: number): ConnectionStatus {
  const { state, seenAt } = status;
  const isVerdict = state === 'active' || state === 'failing';
  if (!isVerdict || seenAt === null || now - seenAt < EVIDENCE_LIFETIME_MS) return status;
  return { state: 'stale', text: `Was ${state}, check again`, seenAt };
}
