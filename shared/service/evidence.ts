/** The status of a service connection as it is shown, and how it grows old. Apart from how it is derived, for the window's sake. */

/** Evidence older than this, in milliseconds, no longer says that the connection is active. */
export const EVIDENCE_LIFETIME_MS = 24 * 60 * 60 * 1000;

export interface ConnectionStatus {
  /**
   * - `active`: the service took the keys and the account is active, less than 24 hours ago.
   * - `inactive`: it took the keys, and the account is not active.
   * - `failing`: it refused them, or could not be reached, less than 24 hours ago.
   * - `reached`: it was reached; what it says to the keys is not known.
   * - `not-told`: the service has yet to be told of the settings; nothing is wrong.
   * - `stale`: its result is older.
   * - `changed`: every test was made with other settings.
   * - `offline`: no test came to a result, because this machine is offline.
   */
  readonly state:
    | 'active'
    | 'inactive'
    | 'failing'
    | 'reached'
    | 'not-told'
    | 'stale'
    | 'changed'
    | 'offline'
    | 'not-checked'
    | 'not-set';
  /** As it is shown. */
  readonly text: string;
  /** When the evidence was seen; milliseconds since the epoch. */
  readonly seenAt: number | null;
}

/** What a verdict becomes when it has grown old; what is no verdict does not grow old. */
const OUTDATED: Readonly<Partial<Record<ConnectionStatus['state'], string>>> = {
  active: 'Was active, check again',
  inactive: 'Was not active, check again',
  failing: 'Was failing, check again',
  reached: 'Was reached, check again',
};

/** What a status has become by the time it is looked at: evidence grows old while a window stays open. */
export function atTime(status: ConnectionStatus, now: number): ConnectionStatus {
  const { state, seenAt } = status;
  const outdated = OUTDATED[state];
  if (outdated === undefined || seenAt === null || now - seenAt < EVIDENCE_LIFETIME_MS) return status;
  return { state: 'stale', text: outdated, seenAt };
}
