import { useState } from 'react';
import type { RecordCard } from '../../shared/manual/manual.ts';
import { CopyButton, Button } from '../ui/controls.tsx';
import { FindingNote, VerdictMark } from '../ui/status.tsx';
import { shortTime } from '../ui/time.ts';
import styles from './ManualPane.module.css';
import { KeyPairForm, WaitingForm } from './MissingValues.tsx';
import { SpfTreePanel } from './SpfTreePanel.tsx';

const ACTIONS: Readonly<Record<RecordCard['action'], string>> = {
  add: 'Add',
  replace: 'Replace',
  keep: 'Leave',
  conflict: 'Conflict',
  waiting: 'Waiting',
  unknown: 'Add',
};

function Value(props: { readonly label: string; readonly text: string; readonly isLong?: boolean }) {
  return (
    <div className={`${styles.value} ${props.isLong === true ? styles.long : ''}`}>
      <dt>{props.label}</dt>
      <dd>{props.text}</dd>
      <CopyButton text={props.text} label={`Copy ${props.label.toLowerCase()}`} />
    </div>
  );
}

function Observations({ card }: { readonly card: RecordCard }) {
  if (card.observations.length === 0) return null;
  const views = { has: 'verified', other: 'failing', absent: 'pending', failed: 'unknown' } as const;
  const words = { has: 'Has it', other: 'Another value', absent: 'Not there', failed: 'No answer' } as const;
  return (
    <details className={styles.details}>
      <summary>
        What {card.observations.length === 1 ? 'the server' : `${card.observations.length} servers`} said
      </summary>
      <ul className={styles.servers}>
        {card.observations.map((observation) => (
          <li key={`${observation.kind}${observation.server}`}>
            <VerdictMark verdict={views[observation.view]} word={words[observation.view]} />
            <span>{observation.server}</span>
            <time>{shortTime(observation.at)}</time>
            <pre>{observation.answer.join('\n')}</pre>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** One record: what to do, the values to copy, what changes, and what the servers said. */
export function RecordCardView(props: {
  readonly card: RecordCard;
  readonly nameForm: 'relative' | 'absolute';
  readonly workspaceId: number;
  readonly domainId: number;
  readonly onConfigure: () => void;
}) {
  const { card, nameForm, workspaceId, domainId } = props;
  const [showsTree, setShowsTree] = useState(false);
  const isWaiting = card.action === 'waiting';
  const { waitingFor } = card;
  return (
    <section className={styles.card} aria-label={`${card.title} ${card.name.relative}`}>
      <div className={styles.cardHead}>
        <h4>
          {card.title}
          {card.optional && <span className={styles.optional}>optional</span>}
        </h4>
        <span className={`${styles.action} ${styles[card.action] ?? ''}`}>{ACTIONS[card.action]}</span>
        <VerdictMark verdict={card.verdict} word={card.summary} />
      </div>
      <p>
        <strong>{card.instruction}</strong> <span className={styles.muted}>{card.why}</span>
      </p>
      {!isWaiting && (
        <dl className={styles.values}>
          <Value label="Name" text={card.name[nameForm]} />
          <Value label="Type" text={card.type} />
          {card.preference !== null && <Value label="Priority" text={String(card.preference)} />}
          <Value label="TTL" text={String(card.ttl)} />
          <Value label="Value" text={card.value} isLong />
        </dl>
      )}
      {isWaiting && card.needsKeyPair && <KeyPairForm workspaceId={workspaceId} domainId={domainId} />}
      {isWaiting && waitingFor.length > 0 && (
        <WaitingForm workspaceId={workspaceId} domainId={domainId} fields={waitingFor} />
      )}
      {card.diff.length > 0 && (
        <div className={styles.diff} aria-label="What changes">
          {card.diff.map((part, index) => (
            // Two parts may read the same; their place tells them apart.
            <span key={`${index}-${part.text}`} className={styles[part.kind]}>
              {part.kind !== 'same' && <span className={styles.sign}>{part.kind === 'added' ? '+' : '−'}</span>}
              {part.text}
            </span>
          ))}
        </div>
      )}
      {card.findings.map((finding) => (
        <FindingNote key={`${finding.code}${finding.title}`} finding={finding} />
      ))}
      {card.nextStep !== null && (
        <div className={styles.nextStep}>
          <h4>Next safe step: {card.nextStep.label}</h4>
          <p>{card.nextStep.why}</p>
          <p className={styles.muted}>Before: {card.nextStep.before}</p>
          <div className={styles.nextValue}>
            <code>{card.nextStep.record}</code>
            <CopyButton text={card.nextStep.record} label="Copy the next record" />
          </div>
        </div>
      )}
      <Observations card={card} />
      {card.purpose === 'spf' && !isWaiting && (
        <>
          <div className={styles.noPrint}>
            <Button look="quiet" onPress={() => setShowsTree(!showsTree)} aria-expanded={showsTree}>
              {showsTree ? 'Hide the lookups' : 'Show the lookups'}
            </Button>
          </div>
          {showsTree && <SpfTreePanel workspaceId={workspaceId} domainId={domainId} />}
        </>
      )}
      <p className={styles.source}>
        Source: {card.source.label}
        {card.source.date !== undefined && `, ${card.source.date}`}
      </p>
    </section>
  );
}
