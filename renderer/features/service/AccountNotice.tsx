import { countText } from '../../../shared/text/counted.ts';
import { useEffect, useState } from 'react';
import { afterPaint } from '../../session/store.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import styles from './AccountNotice.module.css';
import { useServiceView } from '../../data/service.ts';

function Line({ workspaceId, onCompare }: { readonly workspaceId: number; readonly onCompare: () => void }) {
  const counts = useServiceView(workspaceId)?.domains ?? null;
  if (counts === null || counts.here + counts.there === 0) return null;
  const parts = [
    ...(counts.there === 0 ? [] : [`${countText(counts.there)} only at the service`]),
    ...(counts.here === 0 ? [] : [`${countText(counts.here)} only here`]),
  ];
  return (
    <div className={styles.notice} role="status">
      <span>{parts.join(', ')}</span>
      <PlainButton look="quiet" onClick={onCompare}>
        Compare
      </PlainButton>
    </div>
  );
}

/** Says in a line that the account of the service and the list here hold different domains; painted after the list. */
export function AccountNotice(props: { readonly workspaceId: number; readonly onCompare: () => void }) {
  const [isPainted, setPainted] = useState(false);
  useEffect(() => {
    void afterPaint().then(() => setPainted(true));
  }, []);
  return isPainted ? <Line {...props} /> : null;
}
