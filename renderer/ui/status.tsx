import { AlertTriangle, CircleCheck, CircleDashed, CircleDot, Info, OctagonX } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Verdict } from '../../shared/contract/schemas.ts';
import type { DescribedFinding } from '../../shared/findings/catalogue.ts';
import type { ConnectionStatus } from '../../shared/service/connection-status.ts';
import styles from './status.module.css';

/** Status by shape, colour and word. */
const VERDICTS = {
  verified: { icon: CircleCheck, word: 'Verified' },
  pending: { icon: CircleDot, word: 'Pending' },
  failing: { icon: OctagonX, word: 'Failing' },
  unknown: { icon: CircleDashed, word: 'Unknown' },
} as const;

export function VerdictMark(props: {
  readonly verdict: Verdict;
  readonly word?: string;
  readonly isPill?: boolean;
  readonly isWordHidden?: boolean;
}) {
  const { icon: Icon, word } = VERDICTS[props.verdict];
  const shown = props.word ?? word;
  return (
    <span className={`${styles.status} ${styles[props.verdict]} ${props.isPill === true ? styles.pill : ''}`}>
      <Icon size={14} strokeWidth={2.2} aria-hidden />
      <span className={props.isWordHidden === true ? styles.visuallyHidden : ''}>{shown}</span>
    </span>
  );
}

const CONNECTIONS = {
  active: 'verified',
  failing: 'failing',
  stale: 'pending',
  changed: 'unknown',
  offline: 'unknown',
  'not-checked': 'unknown',
  'not-set': 'unknown',
} as const;

export function ConnectionMark({ status }: { readonly status: ConnectionStatus }) {
  return <VerdictMark verdict={CONNECTIONS[status.state]} word={status.text} isPill />;
}

const FINDING_ICONS = { error: OctagonX, warning: AlertTriangle, advice: Info, info: Info } as const;

/** One finding with why it matters and what to do. */
export function FindingNote({
  finding,
  action,
}: {
  readonly finding: Pick<DescribedFinding, 'severity' | 'title' | 'explanation' | 'remedy' | 'source'>;
  readonly action?: ReactNode;
}) {
  const Icon = FINDING_ICONS[finding.severity];
  return (
    <div className={`${styles.finding} ${styles[finding.severity] ?? ''}`}>
      <Icon size={15} aria-hidden />
      <div>
        <h4>{finding.title}</h4>
        <p>{finding.explanation}</p>
        {finding.remedy !== 'Nothing to do.' && <p className={styles.remedy}>{finding.remedy}</p>}
        {finding.source !== undefined && <p className={styles.source}>{finding.source}</p>}
        {action}
      </div>
    </div>
  );
}

/** What a view shows when it has nothing yet: the one thing to do next. */
export function Empty(props: { readonly title: string; readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <h2>{props.title}</h2>
      <div>{props.children}</div>
      {props.action}
    </div>
  );
}

/** Holds a view's place while it loads, so that nothing jumps. */
export function Skeleton({ lines = 6 }: { readonly lines?: number }) {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_nothing, index) => (
        <span key={index} />
      ))}
    </div>
  );
}
