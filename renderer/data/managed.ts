import type { ManagedName } from '../../shared/managed/policy.ts';
import { useApp } from '../session/store.ts';

/** @returns what to say beside a setting that the organisation has locked; null for one that people decide. */
export function useManaged(): (name: ManagedName) => string | null {
  const managed = useApp((state) => state.about?.managed ?? null);
  return (name) => (managed?.locked.includes(name) === true ? `Set by your organisation, in ${managed.source}.` : null);
}
