import { useCallback, useState } from 'react';

/** How names are written for the DNS host: some forms add the zone by themselves, some don't. */
export type NameForm = 'relative' | 'absolute';

const KEY = 'sendwright.names';

/** The form of names that was chosen last, on this machine. */
export function useNameForm(): readonly [NameForm, (form: NameForm) => void] {
  const [form, setForm] = useState<NameForm>(() =>
    localStorage.getItem(KEY) === 'absolute' ? 'absolute' : 'relative',
  );
  const choose = useCallback((next: NameForm) => {
    localStorage.setItem(KEY, next);
    setForm(next);
  }, []);
  return [form, choose];
}
