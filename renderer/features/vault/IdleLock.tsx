import { useEffect, useState } from 'react';
import { attempt, core } from '../../session/store.ts';
import { Field, Select } from '../../ui/controls.tsx';
import { useManaged } from '../../data/managed.ts';

const NEVER = 'never';
const CHOICES = [5, 15, 30, 60, 240];

const words = (minutes: number) =>
  minutes % 60 === 0 ? `After ${minutes / 60} hour${minutes === 60 ? '' : 's'}` : `After ${minutes} minutes`;

/** After how long without work the vault is locked. */
export function IdleLock() {
  const [minutes, setMinutes] = useState<number | null | undefined>(undefined);
  useEffect(() => {
    void attempt(() => core().vault.idleLock({})).then((lock) => setMinutes(lock?.minutes));
  }, []);
  const lockWord = useManaged()('IdleLockMinutes');
  if (minutes === undefined) return null;
  if (lockWord !== null && minutes !== null)
    return <Field label="Lock when idle" value={words(minutes)} isReadOnly help={lockWord} />;
  // A command may have set another time than those of the list.
  const offered = minutes === null || CHOICES.includes(minutes) ? CHOICES : [minutes, ...CHOICES];
  return (
    <Select
      label="Lock when idle"
      help="While this is on, the vault also locks when the computer goes to sleep."
      value={minutes === null ? NEVER : String(minutes)}
      onChange={(id) =>
        void attempt(() => core().vault.setIdleLock({ minutes: id === NEVER ? null : Number(id) })).then((lock) => {
          if (lock !== null) setMinutes(lock.minutes);
        })
      }
      choices={[{ id: NEVER, label: 'Never' }, ...offered.map((each) => ({ id: String(each), label: words(each) }))]}
    />
  );
}
