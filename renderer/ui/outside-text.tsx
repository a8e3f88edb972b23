import { memo } from 'react';
import { shownParts } from '../../shared/text/controls.ts';
import styles from './status.module.css';

/**
 * A text that comes from DNS, a file, a certificate or the service. What a screen would obey instead of showing it is
 * marked and told by its number, so that nothing reads as something else.
 */
export const OutsideText = memo(function OutsideText({ text }: { readonly text: string }) {
  const parts = shownParts(text);
  if (!parts.some(({ isControl }) => isControl)) return text;
  return (
    <bdi>
      {parts.map((part, index) => {
        // Parts may read the same; their place tells them apart.
        const key = `${index}-${part.text}`;
        if (!part.isControl) return <span key={key}>{part.text}</span>;
        return (
          <mark key={key} className={styles.control} title="An invisible control character">
            {part.text}
          </mark>
        );
      })}
    </bdi>
  );
});
