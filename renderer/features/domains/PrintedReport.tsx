import { useEffect } from 'react';
import { showControls } from '../../../shared/text/controls.ts';
import { createPortal } from 'react-dom';
import type { DomainRow } from '../../../shared/contract/domains.ts';
import { VERDICT_WORDS } from '../../../shared/verdict/verdict-words.ts';
import { useApp } from '../../session/store.ts';
import { longTime } from '../../ui/time.ts';
import styles from './PrintedReport.module.css';

/** The rows of the list as a table on paper, put beside the window for as long as the print dialogue is open. */
export default function PrintedReport({
  rows,
  onDone,
}: {
  readonly rows: readonly DomainRow[];
  readonly onDone: () => void;
}) {
  const workspaceId = useApp((state) => state.workspaceId);
  const name = useApp((state) => state.workspaces.find((workspace) => workspace.id === workspaceId)?.name);
  useEffect(() => {
    window.addEventListener('afterprint', onDone, { once: true });
    // Drawn first: the dialogue stops everything else.
    const frame = window.requestAnimationFrame(() => window.print());
    return () => {
      window.cancelAnimationFrame(frame);
      window.removeEventListener('afterprint', onDone);
    };
  }, [onDone]);
  const verified = rows.filter((row) => row.verdict === 'verified').length;
  return createPortal(
    <section className={styles.report} aria-label="Report for printing">
      <h1>Sender domains of {showControls(name ?? '')}</h1>
      <p>
        {longTime(Date.now())}: {verified} of {rows.length} verified
      </p>
      <table>
        <thead>
          <tr>
            <th>Domain</th>
            <th>Verdict</th>
            <th>SPF</th>
            <th>DKIM</th>
            <th>DMARC</th>
            <th>Last seen</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>
                {row.unicodeName}
                {!row.inUse && ' (not in use)'}
              </td>
              <td>{VERDICT_WORDS[row.verdict]}</td>
              <td>{VERDICT_WORDS[row.spf]}</td>
              <td>{VERDICT_WORDS[row.dkim]}</td>
              <td>{VERDICT_WORDS[row.dmarc]}</td>
              <td>{row.seenAt === null ? 'not checked' : longTime(row.seenAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>,
    document.body,
  );
}
