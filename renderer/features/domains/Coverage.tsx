import { useState } from 'react';
import { countText } from '../../../shared/text/counted.ts';
import type { PurposeVerdict } from '../../../shared/verdict/types.ts';
import { VERDICTS_BY_NEED, verdictCountsText } from '../../../shared/verdict/verdict-words.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import { VerdictMark } from '../../ui/status.tsx';
import styles from './Coverage.module.css';
import type { DomainList } from '../../data/domain-list.ts';
import { showOnly, useDomains } from '../../data/domains.ts';

const COLUMNS = [
  { id: 'verdict', label: 'Domains' },
  { id: 'spf', label: 'SPF' },
  { id: 'dkim', label: 'DKIM' },
  { id: 'dmarc', label: 'DMARC' },
] as const;

/** From the best to what needs a person most, as the bar is read. */
const ORDER: readonly PurposeVerdict[] = VERDICTS_BY_NEED.toReversed();

const text = (count: number | undefined) => countText(count ?? 0);

/** The figures for each standard; a verdict leads to its domains. */
function Figures({ workspaceId, coverage }: { readonly workspaceId: number } & Pick<DomainList, 'coverage'>) {
  const counts = COLUMNS.map(({ id, label }) => ({ label, counts: coverage[id] }));
  const shown = [...ORDER, 'not-needed' as const].filter((verdict) =>
    counts.some((each) => each.counts[verdict] !== undefined),
  );
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Verdict</th>
          {counts.map(({ label }) => (
            <th scope="col" key={label}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((verdict) => (
          <tr key={verdict}>
            <th scope="row">
              {verdict === 'not-needed' ? (
                <VerdictMark verdict={verdict} />
              ) : (
                <PlainButton look="quiet" onClick={() => void showOnly(workspaceId, verdict)}>
                  <VerdictMark verdict={verdict} />
                </PlainButton>
              )}
            </th>
            {counts.map((each) => (
              <td key={each.label}>{text(each.counts[verdict])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How far the domains in use are: a bar in a line, and unfolded the figures for each standard. */
export function Coverage({ workspaceId }: { readonly workspaceId: number }) {
  const list = useDomains((state) => state.list);
  const [isUnfolded, setUnfolded] = useState(false);
  if (list === null || list.inUse < 2) return null;
  const all = list.coverage.verdict;
  return (
    <details className={styles.coverage} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary>
        <span className={styles.bar} aria-hidden>
          {ORDER.filter((verdict) => all[verdict] !== undefined).map((verdict) => (
            <i key={verdict} data-verdict={verdict} style={{ flexGrow: all[verdict] ?? 0 }} />
          ))}
        </span>
        <span className={styles.text}>
          {text(list.inUse)} in use: {verdictCountsText(all, text)}
        </span>
      </summary>
      {isUnfolded && <Figures workspaceId={workspaceId} coverage={list.coverage} />}
    </details>
  );
}
