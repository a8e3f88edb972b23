import { Check, FileOutput, Printer, RefreshCw, Send, SlidersHorizontal } from 'lucide-react';
import { lazy, startTransition, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Manual, ManualStep, RecordCard } from '../../../shared/manual/manual.ts';
import { instantText } from '../../../shared/text/instant.ts';
import { useCommands } from '../../session/commands.ts';
import { attempt, core, tell, useApp } from '../../session/store.ts';
import { rowOf } from '../../data/domain-list.ts';
import { useDomains, verify } from '../../data/domains.ts';
import { useManual } from '../../data/manual.ts';
import { AboutVerifying } from '../service/AboutVerifying.tsx';
import { ServiceWord } from '../service/ServiceWord.tsx';
import { Button } from '../../ui/button.tsx';
import { PlainButton } from '../../ui/plain-button.tsx';
import { Segments } from '../../ui/controls.tsx';
import { Empty, FindingNote, Skeleton, VerdictMark } from '../../ui/status.tsx';
import { OutsideText } from '../../ui/outside-text.tsx';
import { useIsPrinting } from '../../ui/printing.ts';
import { shortTime } from '../../ui/time.ts';
import { ChooseProvider } from './ChooseProvider.tsx';
import { chooseWeaker } from './configuration.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import styles from './ManualPane.module.css';
import { ProvePanel } from './ProvePanel.tsx';
import type { NameForm } from './preferences.ts';
import { useNameForm } from './preferences.ts';
import { cardId, needsAttention, RecordCardView } from './RecordCardView.tsx';
import { RotationPanel } from './RotationPanel.tsx';
import { Timeline } from './Timeline.tsx';
import { ownDifferences, toldOnce } from './told-once.ts';

/** Sheets bring what reads a provider's texts and a zone: they are loaded once the manual stands. */
const loadConfigure = () => import('./ConfigureSheet.tsx');
const loadHandOver = () => import('./HandOverSheet.tsx');
const ConfigureSheet = lazy(loadConfigure);
const HandOverSheet = lazy(loadHandOver);
const SHEETS_AFTER_MS = 1000;

/** Every record in one line: where it stands, and the way to it. */
function RecordStrip(props: { readonly cards: readonly RecordCard[]; readonly onOpen: (card: RecordCard) => void }) {
  return (
    <nav className={styles.strip} aria-label="Records of this domain">
      {props.cards.map((card) => (
        <PlainButton key={card.id} look="quiet" onClick={() => props.onOpen(card)}>
          <VerdictMark verdict={card.verdict} word={card.title} />
        </PlainButton>
      ))}
    </nav>
  );
}

/** Nothing of the step is left to do. */
function isDone(step: ManualStep): boolean {
  return step.cards.every((card) => card.action === 'keep');
}

function StepTitle({ step, place }: { readonly step: ManualStep; readonly place: number }) {
  return (
    <h3>
      <span className={`${styles.number} ${isDone(step) ? styles.done : ''}`}>
        {isDone(step) ? <Check size={13} strokeWidth={3} aria-label={`Step ${place}, done`} role="img" /> : place}
      </span>
      {step.title}
    </h3>
  );
}

const COMMANDS = {
  'manual.verify': (name: string) => `Verify ${name}`,
  'manual.publish': (name: string) => `Publish the records of ${name} into the practice zone`,
  'manual.hand-over': (name: string) => `Hand over the records of ${name}`,
  'manual.configure': (name: string) => `Configure ${name}`,
  'manual.paste': (name: string) => `Paste the provider’s values for ${name}`,
  'manual.print': (name: string) => `Print the manual of ${name}`,
  'manual.fold': () => 'Collapse or expand all records',
  'manual.names': () => 'Switch between relative and full names',
} as const;

type ManualCommand = keyof typeof COMMANDS;

/** By then a manual is usually there; one that is later is waited for in sight. */
const LATE_MS = 150;

/** Whether something has been waited for longer than usual. */
function useLate(isWaiting: boolean): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = window.setTimeout(() => setLate(true), LATE_MS);
    return () => {
      window.clearTimeout(timer);
      setLate(false);
    };
  }, [isWaiting]);
  return isLate;
}

/** The DKIM/SPF manual of one domain: loading, failed, waiting for the choice of its provider, or there. */
export default function ManualPane(where: DomainRef) {
  const [round, setRound] = useState(0);
  const [chosenFor, setChosenFor] = useState<number | null>(null);
  const shown = useManual(where, round);
  const isLate = useLate(shown !== null && shown.domainId !== where.domainId);
  if (shown === null) return <Skeleton lines={10} />;
  const { domainId, manual } = shown;
  const of = { workspaceId: where.workspaceId, domainId };
  // The manual of the domain before stands for the moment until the next one is there.
  return (
    <div className={styles.pane} inert={isLate}>
      {manual === 'failed' ? (
        <Empty
          title="The manual could not be read"
          action={<Button onPress={() => setRound(round + 1)}>Try again</Button>}
        >
          The message at the top says why. Nothing is lost.
        </Empty>
      ) : manual.awaitsTemplate ? (
        <ChooseProvider key={domainId} {...of} manual={manual} onChosen={() => setChosenFor(domainId)} />
      ) : (
        <LoadedManual key={domainId} {...of} manual={manual} takesFocus={chosenFor === domainId} />
      )}
    </div>
  );
}

const EFFECT = 'effect-of-the-plan';

/** What the plan changes for receivers: one line that unfolds. */
function EffectDetails({ manual: { effect, questions } }: { readonly manual: Manual }) {
  return (
    <details className={styles.effect}>
      <summary id={EFFECT}>
        <b>Effect</b> <OutsideText text={effect.line} />
      </summary>
      <dl>
        {effect.parts.map(({ label, before, after, isChanged, note }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <OutsideText text={isChanged ? `${before} → ${after}` : before} />
              {note !== null && <p className={styles.small}>{note}</p>}
            </dd>
          </div>
        ))}
      </dl>
      {questions.map((finding) => (
        <FindingNote key={finding.title} finding={finding} />
      ))}
    </details>
  );
}

/** What was made weaker on purpose, each with the way back. */
function Chosen({ manual: { chosen }, where }: { readonly manual: Manual; readonly where: DomainRef }) {
  return chosen.map(({ kind, finding }) => (
    <FindingNote
      key={kind}
      finding={finding}
      action={
        <div className={styles.noPrint}>
          <Button
            onPress={() => {
              // The button goes away with the choice.
              document.getElementById(EFFECT)?.focus({ preventScroll: true });
              void chooseWeaker(where, kind, false);
            }}
          >
            Take it back
          </Button>
        </div>
      }
    />
  ));
}

type Unfolded = Readonly<Record<string, boolean>>;

const isUnfolded = (card: RecordCard, unfolded: Unfolded): boolean => unfolded[card.id] ?? needsAttention(card);

/** A manual with what its records tell alike taken out of each. */
function partsOf(manual: Manual) {
  const told = toldOnce(manual.steps.flatMap((step) => step.cards));
  const steps = manual.steps.map((step) => ({
    ...step,
    cards: step.cards.map((card) => ({ ...card, differences: ownDifferences(card.differences, told) })),
  }));
  return { steps, cards: steps.flatMap((step) => step.cards), told };
}

/** False for the first drawing, true once that is painted: the rest is drawn then, a little at a time. */
function useAfterPaint(): boolean {
  const [isPainted, setPainted] = useState(false);
  useEffect(() => {
    let timer: number | undefined;
    const frame = requestAnimationFrame(() => {
      timer = window.setTimeout(() => startTransition(() => setPainted(true)));
    });
    return () => {
      cancelAnimationFrame(frame);
      window.clearTimeout(timer);
    };
  }, []);
  return isPainted;
}

/** What stands below the records: the proof, the history, and what somebody should know. */
function ManualFoot(props: { readonly where: DomainRef; readonly manual: Manual; readonly revision: string }) {
  const { where, manual, revision } = props;
  return (
    <>
      <ProvePanel {...where} revision={revision} />
      <Timeline {...where} seenAt={manual.seenAt} />
      {!manual.neverSends && <AboutVerifying />}
      {manual.providers
        .filter((provider) => provider.notes.length > 0 && !manual.neverSends)
        .map((provider) => (
          <section key={provider.id} className={styles.notes} aria-label={`About ${provider.name}`}>
            <h3>About {provider.name}</h3>
            <ul>
              {provider.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
            <p className={styles.small}>
              {provider.source.label}, {provider.source.date}
            </p>
          </section>
        ))}
    </>
  );
}

const NONE: readonly string[] = [];

/** Where the domain stands, then every record in the order in which to publish it. */
function LoadedManual({
  workspaceId,
  domainId,
  manual,
  takesFocus,
}: DomainRef & {
  readonly manual: Manual;
  /** The form that had the focus has just given way to this. */
  readonly takesFocus: boolean;
}) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) title.current?.focus();
  }, [takesFocus]);
  const isPractice = useApp(
    (app) => app.workspaces.find((workspace) => workspace.id === workspaceId)?.practice === true,
  );
  const tags = useDomains((state) => rowOf(state.list, domainId)?.tags) ?? NONE;
  const [nameForm, setNameForm] = useNameForm();
  const [unfolded, setUnfolded] = useState<Unfolded>({});
  const [sheet, showSheet] = useState<'configure' | 'paste' | 'hand-over' | null>(null);
  // What is shown stays until the sheet is there: a placeholder would stand for a third of a second at least.
  const setSheet = (next: typeof sheet) => startTransition(() => showSheet(next));
  useEffect(() => {
    const timer = window.setTimeout(() => void Promise.all([loadConfigure(), loadHandOver()]), SHEETS_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, []);
  const isPrinting = useIsPrinting();
  // What is in sight is painted first, the rest right after it, a little at a time.
  const isWhole = useAfterPaint();
  const [busy, setBusy] = useState(false);
  const publish = async () => {
    setBusy(true);
    const result = await attempt(() => core().practice.publish({ workspaceId, domainId }));
    if (result !== null) {
      tell(`${result.published} record${result.published === 1 ? '' : 's'} published in the practice zone`);
      await verify(workspaceId, [domainId]);
    }
    setBusy(false);
  };
  const { steps, cards, told } = useMemo(() => partsOf(manual), [manual]);
  const isOpen = (card: RecordCard) => isUnfolded(card, unfolded);
  const allOpen = cards.every(isOpen);
  const firstOpen = cards.find(isOpen);
  const fold = (isOpened: boolean) => setUnfolded(Object.fromEntries(cards.map((card) => [card.id, isOpened])));
  // The same from drawing to drawing: a record is drawn anew when it is another, not when another has been unfolded.
  const toggle = useCallback(
    (card: RecordCard) => setUnfolded((known) => ({ ...known, [card.id]: !isUnfolded(card, known) })),
    [],
  );
  const paste = useCallback(() => startTransition(() => showSheet('paste')), []);
  const goTo = (card: RecordCard) => {
    setUnfolded({ ...unfolded, [card.id]: true });
    document.getElementById(cardId(card))?.scrollIntoView({ block: 'start' });
    document.querySelector<HTMLElement>(`#${cardId(card)} > button`)?.focus({ preventScroll: true });
  };
  const actions: Readonly<Partial<Record<ManualCommand, () => void>>> = {
    'manual.verify': () => void verify(workspaceId, [domainId]),
    'manual.hand-over': () => setSheet('hand-over'),
    'manual.configure': () => setSheet('configure'),
    'manual.paste': () => setSheet('paste'),
    'manual.print': () => window.print(),
    'manual.fold': () => fold(!allOpen),
    'manual.names': () => setNameForm(nameForm === 'relative' ? 'absolute' : 'relative'),
    ...(isPractice ? { 'manual.publish': () => void publish() } : {}),
  };
  useCommands(
    'manual',
    (Object.keys(actions) as ManualCommand[]).map((id) => ({
      id,
      label: COMMANDS[id](manual.unicodeName),
      kind: 'Domain',
      run: () => actions[id]?.(),
    })),
  );
  const revision = `${manual.seenAt} ${cards.map((card) => `${card.action} ${card.value}`).join('|')}`;
  const providers = manual.neverSends
    ? 'Never sends'
    : manual.providers.map((provider) => `${provider.name}, ${provider.modeLabel}`).join(' + ');
  return (
    <article className={styles.manual}>
      <header className={styles.head}>
        <div className={styles.title}>
          <h2 ref={title} tabIndex={-1}>
            {manual.unicodeName}
          </h2>
          <VerdictMark verdict={manual.verdict} isPill />
          {tags.map((tag) => (
            <span key={tag} className={styles.tag}>
              {tag}
            </span>
          ))}
          {manual.seenAt !== null && (
            <time className={`${styles.small} ${styles.noPrint}`}>seen {shortTime(manual.seenAt)}</time>
          )}
        </div>
        <p className={styles.printOnly}>
          DKIM/SPF manual, prepared {instantText(Date.now())}
          {manual.seenAt !== null && `, last seen in DNS ${instantText(manual.seenAt)}`}
        </p>
        {manual.unicodeName !== manual.domain && <code className={styles.small}>{manual.domain}</code>}
        <p className={styles.sentence}>{manual.sentence}</p>
        <div className={styles.actions}>
          {isPractice && (
            <Button
              look={manual.verdict === 'verified' ? 'plain' : 'primary'}
              onPress={() => void publish()}
              isPending={busy}
              aria-label="Publish into the practice zone"
            >
              <Send size={14} aria-hidden />
              Publish
            </Button>
          )}
          <Button look={isPractice ? 'plain' : 'primary'} onPress={() => void verify(workspaceId, [domainId])}>
            <RefreshCw size={14} aria-hidden />
            Verify
          </Button>
          <Button onPress={() => setSheet('hand-over')}>
            <FileOutput size={14} aria-hidden />
            Hand over
          </Button>
          <Button onPress={() => setSheet('configure')}>
            <SlidersHorizontal size={14} aria-hidden />
            Configure
          </Button>
          <Button onPress={() => window.print()} isIcon aria-label="Print the manual, or save it as PDF">
            <Printer size={14} aria-hidden />
          </Button>
        </div>
      </header>
      <div className={styles.facts}>
        <RecordStrip cards={cards} onOpen={goTo} />
        <p className={styles.small}>
          {providers}. Zone <code>{manual.zone}</code>
        </p>
        <div className={styles.folding}>
          <Segments
            label="Name format"
            value={nameForm}
            onChange={(id) => setNameForm(id as NameForm)}
            choices={[
              { id: 'relative', label: 'Relative names' },
              { id: 'absolute', label: 'Full names' },
            ]}
          />
          <Button look="quiet" onPress={() => fold(!allOpen)}>
            {allOpen ? 'Collapse all' : 'Expand all'}
          </Button>
        </div>
      </div>
      <ServiceWord workspaceId={workspaceId} manual={manual} />
      {manual.findings.map((finding) => (
        <FindingNote key={finding.code} finding={finding} />
      ))}
      {told.map((finding) => (
        <FindingNote key={finding.code} finding={finding} />
      ))}
      <Chosen manual={manual} where={{ workspaceId, domainId }} />
      <EffectDetails manual={manual} />
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <li key={step.title} className={styles.step}>
            <StepTitle step={step} place={index + 1} />
            {!isDone(step) && <p className={styles.muted}>{step.text}</p>}
            {step.cards.map((card) => (
              <RecordCardView
                key={card.id}
                card={card}
                nameForm={nameForm}
                workspaceId={workspaceId}
                domainId={domainId}
                isOpen={isOpen(card)}
                isPrinting={isPrinting}
                isDue={isWhole || card === firstOpen}
                onPaste={paste}
                onToggle={toggle}
              />
            ))}
            {isWhole && step.cards.some((card) => card.purpose === 'dkim') && !manual.neverSends && (
              <RotationPanel
                where={{ workspaceId, domainId }}
                revision={revision}
                onMake={() => setSheet('configure')}
              />
            )}
          </li>
        ))}
      </ol>
      {isWhole && <ManualFoot where={{ workspaceId, domainId }} manual={manual} revision={revision} />}
      <Suspense>
        {(sheet === 'configure' || sheet === 'paste') && (
          <ConfigureSheet
            workspaceId={workspaceId}
            domainId={domainId}
            manual={manual}
            startsWithPaste={sheet === 'paste'}
            onClose={() => showSheet(null)}
          />
        )}
        {sheet === 'hand-over' && (
          <HandOverSheet
            workspaceId={workspaceId}
            domainId={domainId}
            manual={manual}
            onClose={() => showSheet(null)}
          />
        )}
      </Suspense>
    </article>
  );
}
