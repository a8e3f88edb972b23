import { AlertTriangle, Info, OctagonX } from 'lucide-react';
import { memo, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { PurposeVerdict } from '../../shared/verdict/types.ts';
import { VERDICT_WORDS } from '../../shared/verdict/verdict-words.ts';
import type { DescribedFinding } from '../../shared/findings/catalogue.ts';
import type { ConnectionStatus } from '../../shared/service/evidence.ts';
import { atTime, EVIDENCE_LIFETIME_MS } from '../../shared/service/evidence.ts';
import { OutsideText } from './outside-text.tsx';
import styles from './status.module.css';

/** A verdict's word as a label begins. */
export function verdictWord(verdict: PurposeVerdict): string {
  const word = VERDICT_WORDS[verdict];
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** The classes of an element that a verdict's icon stands in, before whatever else it holds. */
export function verdictMark(verdict: PurposeVerdict): string {
  return `${styles.status} ${styles[verdict]}`;
}

/**
 * Status by shape, colour and word. A list shows a hundred of them: the shape is a mask, drawn before the word, for as SVG it took
 * half the time of a first screen.
 */
export const VerdictMark = memo(function VerdictMark(props: {
  readonly verdict: PurposeVerdict;
  readonly word?: string;
  readonly isPill?: boolean;
}) {
  const shown = props.word ?? verdictWord(props.verdict);
  return (
    <span className={`${verdictMark(props.verdict)} ${props.isPill === true ? styles.pill : ''}`}>
      <span>{shown}</span>
    </span>
  );
});

const CONNECTIONS = {
  active: 'verified',
  inactive: 'failing',
  failing: 'failing',
  reached: 'unknown',
  'not-told': 'unknown',
  stale: 'pending',
  changed: 'unknown',
  offline: 'unknown',
  'not-checked': 'unknown',
  'not-set': 'unknown',
} as const;

/** What the header has room for. */
const SHORT_WORDS: Readonly<Record<ConnectionStatus['state'], string>> = {
  active: 'active',
  inactive: 'not active',
  failing: 'failing',
  reached: 'reached',
  'not-told': 'not told',
  stale: 'check again',
  changed: 'not checked',
  offline: 'offline',
  'not-checked': 'not checked',
  'not-set': 'not set up',
};

/** The status of a connection; evidence grows old while the window stays open, and the mark with it. */
export function ConnectionMark({
  status,
  label,
}: {
  readonly status: ConnectionStatus;
  /** Says in a word whose status it is, where there is no room for more. */
  readonly label?: string;
}) {
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
  const word = label === undefined ? text : `${label} ${SHORT_WORDS[state]}`;
  return <VerdictMark verdict={CONNECTIONS[state]} word={word} isPill />;
}

const FINDING_ICONS = { error: OctagonX, warning: AlertTriangle, advice: Info, info: Info } as const;

/** One finding with why it matters and what to do. */
export function FindingNote({
  finding,
  action,
}: {
  readonly finding: Pick<DescribedFinding, 'severity' | 'title' | 'explanation' | 'remedy' | 'source' | 'readings'>;
  readonly action?: ReactNode;
}) {
  const Icon = FINDING_ICONS[finding.severity];
  return (
    <div className={`${styles.finding} ${styles[finding.severity] ?? ''}`}>
      <Icon size={15} aria-hidden />
      <div>
        <b>
          <OutsideText text={finding.title} />
        </b>
        <p>
          <OutsideText text={finding.explanation} />
        </p>
        {finding.readings !== undefined && (
          <p>
            <OutsideText text={`Either: ${finding.readings.map(({ label }) => label).join(', or: ')}.`} />
          </p>
        )}
        {finding.remedy !== 'Nothing to do.' && (
          <p className={styles.remedy}>
            <OutsideText text={finding.remedy} />
          </p>
        )}
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
