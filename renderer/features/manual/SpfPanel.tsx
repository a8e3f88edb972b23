import { counted } from '../../../shared/text/counted.ts';
import { Check, X } from 'lucide-react';
import type { SpfCard, SpfFault } from '../../../shared/manual/spf-card.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import { focusHead } from './card-focus.ts';
import { decideSpf } from './configuration.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import styles from './SpfPanel.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { useStateFor } from '../../ui/state-for.ts';
import { SpfBudget } from './SpfBudget.tsx';

interface Piece {
  readonly text: string;
  /** Places of the faults in their list, from 1. */
  readonly faults: readonly number[];
}

/** Cuts a text where a fault begins or ends, so that each piece is underlined as a whole or not at all. */
function piecesOf(text: string, faults: readonly SpfFault[]): readonly Piece[] {
  const spans = faults.flatMap(({ finding: { span } }, index) => (span === undefined ? [] : [{ ...span, index }]));
  const cuts = [...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  return cuts.flatMap((start, place) => {
    const end = cuts[place + 1] ?? start;
    // A fault without length says that something is missing here.
    const here = spans.filter((span) =>
      span.start === span.end ? span.start === start : span.start <= start && span.end >= end && end > start,
    );
    const piece = { text: text.slice(start, end), faults: here.map((span) => span.index + 1) };
    return piece.text === '' && piece.faults.length === 0 ? [] : [piece];
  });
}

function MarkedText({ text, faults }: { readonly text: string; readonly faults: readonly SpfFault[] }) {
  return (
    <pre className={styles.marked}>
      {piecesOf(text, faults).map(({ text: piece, faults: numbers }, index) => {
        const key = `${index}-${piece}`;
        if (numbers.length === 0)
          return (
            <span key={key}>
              <OutsideText text={piece} />
            </span>
          );
        const isOpen = numbers.some((number) => faults[number - 1]?.isSolved === false);
        return (
          <mark key={key} className={isOpen ? styles.fault : styles.solved}>
            {piece === '' ? '‸' : <OutsideText text={piece} />}
            <sup>{numbers.join(' ')}</sup>
          </mark>
        );
      })}
    </pre>
  );
}

function Faults({ card, where }: { readonly card: SpfCard; readonly where: DomainRef }) {
  if (card.faults.length === 0) return null;
  const apply = (after: string, { finding }: SpfFault) => {
    const edited = { from: card.published, to: after };
    void decideSpf(where, { edited }, `Fixed in the prepared record: ${finding.title}`);
  };
  return (
    <div className={styles.block}>
      <h4>{card.isEdited ? 'The published record, as you have edited it' : 'What is published today'}</h4>
      <MarkedText text={card.text} faults={card.faults} />
      <ol className={styles.faults}>
        {card.faults.map((fault, index) => {
          const { finding, isSolved } = fault;
          return (
            <li key={`${finding.code}-${finding.span?.start}`}>
              <span className={isSolved ? styles.solvedNumber : styles.faultNumber}>{index + 1}</span>
              <div>
                <strong>
                  <OutsideText text={finding.title} />
                </strong>
                <p>
                  <OutsideText text={finding.explanation} />
                </p>
                {!isSolved && finding.fix?.effect !== undefined && <p>With the fix: {finding.fix.effect}</p>}
              </div>
              {isSolved ? (
                <span className={styles.put}>
                  <Check size={13} aria-hidden />
                  Fix in the new record
                </span>
              ) : fault.readings.length > 0 ? (
                <span className={styles.readings} role="group" aria-label={`What may be meant: ${finding.title}`}>
                  {fault.readings.map(({ label, after }) => (
                    <PlainButton
                      key={label}
                      onClick={({ currentTarget }) => {
                        focusHead(currentTarget);
                        apply(after, fault);
                      }}
                    >
                      {label}
                    </PlainButton>
                  ))}
                </span>
              ) : fault.after === null || finding.fix === undefined ? (
                <span className={styles.remedy}>{finding.remedy}</span>
              ) : (
                <PlainButton
                  onClick={({ currentTarget }) => {
                    focusHead(currentTarget);
                    apply(fault.after ?? card.text, fault);
                  }}
                >
                  {finding.fix.label}
                </PlainButton>
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** What the person has decided, each with the way back. */
function Decisions({ card, where }: { readonly card: SpfCard; readonly where: DomainRef }) {
  const { edited, remove, without } = card.choice;
  if (edited === null && remove.length === 0 && without.length === 0) return null;
  const rest = (terms: readonly string[], term: string) => terms.filter((known) => known !== term);
  const rows = [
    ...(card.isEdited
      ? [{ key: 'edited', text: 'The published text is edited.', back: { edited: null, without: [] } }]
      : []),
    ...remove.map((term) => ({ key: `-${term}`, text: `${term} is taken out.`, back: { remove: rest(remove, term) } })),
    ...without.map((term) => ({
      key: `w${term}`,
      text: `${term} is left out, although the provider asks for it.`,
      back: { without: rest(without, term) },
    })),
  ];
  return (
    <ul className={styles.decisions} aria-label="Your decisions about this record">
      {rows.map(({ key, text, back }) => (
        <li key={key}>
          <span>
            <OutsideText text={text} />
          </span>
          <PlainButton
            look="quiet"
            onClick={({ currentTarget }) => {
              focusHead(currentTarget);
              void decideSpf(where, back, 'Undone');
            }}
            aria-label={`Undo: ${text}`}
          >
            <X size={13} aria-hidden />
            Undo
          </PlainButton>
        </li>
      ))}
    </ul>
  );
}

const SIGNS = { add: '+', remove: '−', keep: '=' } as const;
const WORDS = { add: 'added', remove: 'removed', keep: 'kept' } as const;

/** How the prepared record comes about, term by term. */
function Edits({ card }: { readonly card: SpfCard }) {
  const changed = card.edits.filter((edit) => edit.kind !== 'keep').length;
  if (changed === 0 || card.published === '') return null;
  return (
    <details className={styles.details}>
      <summary>
        {counted(changed, {
          one: `Why it reads this way: {count} term changed, ${card.edits.length - changed} kept`,
          other: `Why it reads this way: {count} terms changed, ${card.edits.length - changed} kept`,
        })}
      </summary>
      <ul className={styles.edits}>
        {card.edits.map((edit, index) => (
          <li key={`${index}-${edit.term}`} className={styles[edit.kind]}>
            <span aria-label={WORDS[edit.kind]} role="img">
              {SIGNS[edit.kind]}
            </span>
            <code>{edit.term}</code>
            <small>{edit.reason}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Faults where they stand, decisions, reasons, and what the record costs its receivers. */
export function SpfPanel({
  card,
  value,
  where,
}: {
  readonly card: SpfCard;
  readonly value: string;
  readonly where: DomainRef;
}) {
  const [showsTree, setShowsTree] = useStateFor(where.domainId, false);
  return (
    <>
      <Faults card={card} where={where} />
      <Decisions card={card} where={where} />
      <Edits card={card} />
      <div className={styles.noPrint}>
        <PlainButton onClick={() => setShowsTree(!showsTree)} aria-expanded={showsTree}>
          {showsTree ? 'Hide the lookups' : 'Show the lookups'}
        </PlainButton>
      </div>
      {showsTree && <SpfBudget key={`${where.domainId} ${card.published}|${value}`} card={card} where={where} />}
    </>
  );
}
