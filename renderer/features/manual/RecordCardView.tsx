import { ChevronRight } from 'lucide-react';
import { memo, useId } from 'react';
import { applyFix } from '../../../shared/findings/apply-fix.ts';
import type { DescribedFinding } from '../../../shared/findings/catalogue.ts';
import type { RecordCard } from '../../../shared/manual/manual.ts';
import { CopyButton } from '../../ui/controls.tsx';
import { PlainButton } from '../../ui/plain-button.tsx';
import { FindingNote, VerdictMark } from '../../ui/status.tsx';
import { focusHead } from './card-focus.ts';
import { chooseWeaker, decideMeaning } from './configuration.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import styles from './ManualPane.module.css';
import { KeyPairForm, WaitingForm } from './MissingValues.tsx';
import type { NameForm } from './preferences.ts';
import { PolicyLadder } from './PolicyLadder.tsx';
import { ServerAnswers } from './ServerAnswers.tsx';
import { OutsideText } from '../../ui/outside-text.tsx';
import { useStateFor } from '../../ui/state-for.ts';
import { SpfPanel } from './SpfPanel.tsx';

const ACTIONS: Readonly<Record<RecordCard['action'], string>> = {
  add: 'Add',
  replace: 'Replace',
  keep: 'Leave',
  conflict: 'Conflict',
  waiting: 'Waiting',
  unknown: 'Add',
};

const Value = memo(function Value(props: { readonly label: string; readonly text: string; readonly isLong?: boolean }) {
  return (
    <div className={`${styles.value} ${props.isLong === true ? styles.long : ''}`}>
      <dt>{props.label}</dt>
      <dd>
        <span>
          <OutsideText text={props.text} />
        </span>
        <CopyButton text={props.text} label={`Copy ${props.label.toLowerCase()}`} />
      </dd>
    </div>
  );
});

/** What changes, part by part: signs and words tell it as well as colours do. */
function Diff({ parts }: { readonly parts: RecordCard['diff'] }) {
  return (
    <div className={styles.diff} role="group" aria-label="What changes in the published record">
      {parts.map((part, index) => {
        // Two parts may read the same; their place tells them apart.
        const key = `${index}-${part.text}`;
        if (part.kind === 'same')
          return (
            <span key={key}>
              <OutsideText text={part.text} />
            </span>
          );
        const Mark = part.kind === 'added' ? 'ins' : 'del';
        return (
          <Mark key={key} className={styles[part.kind]}>
            <span className={styles.sign}>{part.kind === 'added' ? '+' : '−'}</span>
            <OutsideText text={part.text} />
          </Mark>
        );
      })}
    </div>
  );
}

/** What a DMARC or DKIM record may have been meant as, each as a choice that is kept. */
function Meanings(props: { readonly card: RecordCard; readonly finding: DescribedFinding; readonly where: DomainRef }) {
  const { card, finding, where } = props;
  const { meaning } = card;
  if (meaning === null || finding.readings === undefined) return null;
  return (
    <div className={styles.actions} role="group" aria-label={`What may be meant: ${finding.title}`}>
      {finding.readings.map((reading) => (
        <PlainButton
          key={reading.label}
          onClick={({ currentTarget }) => {
            focusHead(currentTarget);
            const meant = { purpose: card.purpose, from: meaning.from, to: applyFix(meaning.to, reading) };
            void decideMeaning(where, meant, `Chosen for the prepared record: ${reading.label}`);
          }}
        >
          <OutsideText text={reading.label} />
        </PlainButton>
      ))}
    </div>
  );
}

/** Whether there is something to do or to read on a card; the others are folded to one line. */
export function needsAttention(card: RecordCard): boolean {
  return (
    card.action !== 'keep' ||
    (card.dmarc?.next ?? null) !== null ||
    card.spf?.faults.some((fault) => !fault.isSolved) === true ||
    [...card.findings, ...card.differences].some(({ severity }) => severity === 'error' || severity === 'warning')
  );
}

export const cardId = (card: Pick<RecordCard, 'id'>): string => `record-${card.id.replace(/[^a-z0-9]+/gi, '-')}`;

interface CardProps extends DomainRef {
  readonly card: RecordCard;
  readonly nameForm: NameForm;
  /** Asks for the sheet that takes many values at once. */
  readonly onPaste: () => void;
}

/** What to do, the values to copy, what changes, and what the servers said. */
function CardBody({ card, nameForm, workspaceId, domainId, onPaste }: CardProps) {
  const where = { workspaceId, domainId };
  // What stands in the published text is told there.
  const findings = card.findings.filter(
    (finding) => card.spf?.faults.some((fault) => fault.finding.code === finding.code) !== true,
  );
  const isWaiting = card.action === 'waiting';
  const { waitingFor } = card;
  return (
    <>
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
        <WaitingForm workspaceId={workspaceId} domainId={domainId} fields={waitingFor} onPaste={onPaste} />
      )}
      {card.diff.length > 0 && <Diff parts={card.diff} />}
      {findings.map((finding) => (
        <FindingNote
          key={`${finding.code}${finding.title}`}
          finding={finding}
          action={<Meanings card={card} finding={finding} where={where} />}
        />
      ))}
      {card.meaning?.isChosen === true && (
        <div className={styles.actions}>
          <span>
            Read as you have chosen:{' '}
            <code>
              <OutsideText text={card.meaning.to} />
            </code>
          </span>
          <PlainButton
            look="quiet"
            onClick={({ currentTarget }) => {
              focusHead(currentTarget);
              if (card.meaning === null) return;
              const { from } = card.meaning;
              void decideMeaning(where, { purpose: card.purpose, from, to: null }, 'Undone');
            }}
          >
            Undo the choice
          </PlainButton>
        </div>
      )}
      {card.weakens.length > 0 && (
        <div className={styles.actions}>
          {card.weakens.map((kind) => (
            <PlainButton
              key={kind}
              onClick={({ currentTarget }) => {
                focusHead(currentTarget);
                void chooseWeaker(where, kind, true);
              }}
            >
              Publish anyway
            </PlainButton>
          ))}
        </div>
      )}
      {card.spf !== null && !isWaiting && <SpfPanel card={card.spf} value={card.value} where={where} />}
      {card.dmarc !== null && <PolicyLadder card={card.dmarc} where={where} />}
      {card.file !== null && (
        <div className={styles.form}>
          <h4>Serve this file first, at {card.file.url}</h4>
          <div className={styles.fileText}>
            <pre>{card.file.text}</pre>
            <CopyButton text={card.file.text} label="Copy the file" />
          </div>
        </div>
      )}
      <ServerAnswers card={card} />
      <p className={styles.source}>
        Source:{' '}
        {card.source.url === undefined || card.source.url === '' ? (
          card.source.label
        ) : (
          <a href={card.source.url} target="_blank" rel="noreferrer">
            {card.source.label}
          </a>
        )}
        {card.source.date !== undefined && `, ${card.source.date}`}
      </p>
    </>
  );
}

/** One record: in a line where it stands, and unfolded all there is to say of it. */
export const RecordCardView = memo(function RecordCardView({
  isOpen,
  isPrinting,
  isDue,
  onToggle,
  ...props
}: CardProps & {
  readonly isOpen: boolean;
  /** Paper shows every record unfolded. */
  readonly isPrinting: boolean;
  /** What it unfolds to is drawn now; false: a moment later. */
  readonly isDue: boolean;
  readonly onToggle: (card: RecordCard) => void;
}) {
  const { card, nameForm } = props;
  const body = useId();
  // Drawn when it is unfolded first: most records of most domains never are. What was typed there stays when it is folded.
  const [wasOpen, setWasOpen] = useStateFor(props.domainId, isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  return (
    <section id={cardId(card)} className={styles.card} aria-label={`${card.title} ${card.name.relative}`}>
      <button
        type="button"
        className={styles.cardHead}
        aria-expanded={isOpen}
        aria-controls={body}
        onClick={() => onToggle(card)}
      >
        <ChevronRight size={14} className={styles.chevron} aria-hidden />
        <b>{card.title}</b>
        {card.optional && <span className={styles.optional}>optional</span>}
        {isOpen ? <i /> : <code>{card.name[nameForm]}</code>}
        <span className={`${styles.action} ${styles[card.action] ?? ''}`}>{ACTIONS[card.action]}</span>
        <VerdictMark verdict={card.verdict} word={card.summary} />
      </button>
      <div id={body} className={styles.cardBody} hidden={!isOpen}>
        {((wasOpen && isDue) || isPrinting) && <CardBody {...props} />}
      </div>
    </section>
  );
});
