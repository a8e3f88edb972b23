import { AlertTriangle, CircleCheck, CircleDashed, CircleDot, Info, OctagonX } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Verdict } from '../../shared/contract/schemas.ts';
import type { DescribedFinding } from '../../shared/findings/catalogue.ts';
import type { ConnectionStatus } from '../../shared/service/evidence.ts';
import { atTime, EVIDENCE_LIFETIME_MS } from '../../shared/service/evidence.ts';
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

/** The status of a connection; evidence grows old while the window stays open, and the mark with it. */
export function ConnectionMark({ status }: { readonly status: ConnectionStatus }) {
  const [now, setNow] = useState(Date.now);
  const { seenAt } = status;
  useEffect(() => {
    setNow(Date.now());
    if (seenAt === null) return undefined;
    const left = seenAt + EVIDENCE_LIFETIME_MS - Date.now();
    const timer = left > 0 ? window.setTimeout(() => setNow(Date.now()), left + 1) : undefined;
    return () => window.clearTimeout(timer);
  }, [seenAt]);
  const { state, text } = atTime(status, now);
  return <VerdictMark verdict={CONNECTIONS[state]} word={text} isPill />;
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
        <b>{finding.title}</b>
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
