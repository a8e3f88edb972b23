import { whenNeeded } from '../../ui/time.ts';

/** A day in UTC, as reports count them. */
export const dayText = whenNeeded(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' }));
