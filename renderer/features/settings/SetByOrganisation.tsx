import type { Snapshot } from '../../../shared/contract/state.ts';
import { managedSettings } from '../../../shared/managed/policy.ts';
import layout from '../../ui/layout.module.css';

/** All that the organisation decides on this computer, and where it stands: what has no field of its own stands here alone. */
export default function SetByOrganisation({ managed }: { readonly managed: NonNullable<Snapshot['managed']> }) {
  const titles = Object.entries(managedSettings).flatMap(([name, { title }]) =>
    managed.locked.includes(name) ? [title] : [],
  );
  return (
    <section className={layout.card} aria-labelledby="managed-title">
      <h2 id="managed-title">Set by your organisation</h2>
      <ul>
        {titles.map((title) => (
          <li key={title}>{title}</li>
        ))}
      </ul>
      <p className={layout.muted}>
        It stands in {managed.source}, and is changed there by whoever manages this computer.
      </p>
    </section>
  );
}
