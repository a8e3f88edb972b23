import layout from '../../ui/layout.module.css';
import styles from './DomainsView.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';

const MOST_SHOWN = 100;

/** Domains that something was not done for, each with the reason; nothing where there are none. */
export function LeftOut(props: {
  readonly title: string;
  readonly lines: readonly { readonly domain: string; readonly text: string }[];
}) {
  const { title, lines } = props;
  if (lines.length === 0) return null;
  return (
    <section role="status" aria-label={title}>
      <h3>
        {title}: {lines.length}
      </h3>
      <ul className={styles.leftOut}>
        {lines.slice(0, MOST_SHOWN).map(({ domain, text }) => (
          <li key={domain}>
            <strong>{domain}</strong>
            <span>
              <OutsideText text={text} />
            </span>
          </li>
        ))}
      </ul>
      {lines.length > MOST_SHOWN && <p className={layout.muted}>and {lines.length - MOST_SHOWN} more</p>}
    </section>
  );
}
