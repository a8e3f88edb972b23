import { ChevronDown } from 'lucide-react';
import { useEffect, useState } from 'react';
import { attempt, core } from '../../session/store.ts';
import styles from './DomainsView.module.css';
import type { Show } from '../../data/domains.ts';
import { showOnly, useDomains } from '../../data/domains.ts';

const SHOWS: readonly { readonly id: Show; readonly label: string }[] = [
  { id: 'all', label: 'All' },
  { id: 'in-use', label: 'In use' },
  { id: 'not-verified', label: 'Not verified' },
  { id: 'to-do', label: 'To do' },
  { id: 'failing', label: 'Failing' },
  { id: 'pending', label: 'Pending' },
  { id: 'change-prepared', label: 'Change prepared' },
  { id: 'unknown', label: 'Unknown' },
  { id: 'verified', label: 'Verified' },
  { id: 'changed', label: 'Changed in 24 hours' },
];

/** The providers' names by template, asked for once there is something to choose between. */
function useProviderNames(workspaceId: number, ids: readonly string[]): ReadonlyMap<string, string> {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const isChoice = ids.length > 1;
  useEffect(() => {
    if (!isChoice) return undefined;
    let current = true;
    void attempt(() => core().templates.list({ workspaceId })).then((found) => {
      if (current && found !== null) setNames(new Map(found.map(({ template }) => [template.id, template.name])));
    });
    return () => {
      current = false;
    };
  }, [workspaceId, isChoice]);
  return names;
}

/** Which part of the list is shown: by verdict, by what has changed, by tag, by provider. */
export function ShowSelect({ workspaceId }: { readonly workspaceId: number }) {
  const show = useDomains((state) => state.show);
  const list = useDomains((state) => state.list);
  const providers = [...(list?.templates.keys() ?? [])].sort();
  const tags = [...(list?.tags.keys() ?? [])].sort((one, other) => one.localeCompare(other));
  const names = useProviderNames(workspaceId, providers);
  return (
    <span className={styles.show}>
      <select
        aria-label="Show"
        value={show}
        onChange={(event) => void showOnly(workspaceId, event.target.value as Show)}
      >
        {SHOWS.map((choice) => (
          <option key={choice.id} value={choice.id}>
            {choice.label}
          </option>
        ))}
        {tags.length > 0 && (
          <optgroup label="Tag">
            {tags.map((tag) => (
              <option key={tag} value={`tag:${tag}`}>
                {tag}
              </option>
            ))}
          </optgroup>
        )}
        {providers.length > 1 && (
          <optgroup label="Provider">
            {providers.map((id) => (
              <option key={id} value={`provider:${id}`}>
                {id === '' ? 'None chosen' : (names.get(id) ?? id)}
              </option>
            ))}
          </optgroup>
        )}
      </select>
      <ChevronDown size={14} aria-hidden />
    </span>
  );
}
