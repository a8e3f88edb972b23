import { counted } from '../../../shared/text/counted.ts';
import { Check, FileOutput, Printer, RefreshCw, Send, SlidersHorizontal } from 'lucide-react';
import {
  lazy,
  memo,
  startTransition,
  Suspense,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
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
import { useAfterPaint } from '../../ui/after-paint.ts';
import { useStateFor } from '../../ui/state-for.ts';
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

/** What can be done with the domain; the same for every domain, so that another one's manual leaves it as it is. */
const HeadActions = memo(function HeadActions(props: {
  readonly isPractice: boolean;
  readonly isVerified: boolean;
  readonly isPublishing: boolean;
  readonly run: (command: ManualCommand) => void;
}) {
  const { isPractice, isVerified, isPublishing, run } = props;
  return (
    <div className={styles.actions}>
      {isPractice && (
        <Button
          look={isVerified ? 'plain' : 'primary'}
          onPress={() => run('manual.publish')}
          isPending={isPublishing}
          aria-label="Publish into the practice zone"
        >
          <Send size={14} aria-hidden />
          Publish
        </Button>
      )}
      <Button look={isPractice ? 'plain' : 'primary'} onPress={() => run('manual.verify')}>
        <RefreshCw size={14} aria-hidden />
        Verify
      </Button>
      <Button onPress={() => run('manual.hand-over')}>
        <FileOutput size={14} aria-hidden />
        Hand over
      </Button>
      <Button onPress={() => run('manual.configure')}>
        <SlidersHorizontal size={14} aria-hidden />
        Configure
      </Button>
      <Button onPress={() => run('manual.print')} isIcon aria-label="Print the manual, or save it as PDF">
        <Printer size={14} aria-hidden />
      </Button>
    </div>
  );
});

const NAME_FORMS = [
  { id: 'relative', label: 'Relative names' },
  { id: 'absolute', label: 'Full names' },
] as const;

const NameFormChoice = memo(function NameFormChoice(props: {
  readonly nameForm: NameForm;
  readonly onChange: (form: NameForm) => void;
}) {
  return (
    <Segments
      label="Name format"
      value={props.nameForm}
      onChange={(id) => props.onChange(id as NameForm)}
      choices={NAME_FORMS}
    />
  );
});

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
  const [isChosen, setChosen] = useStateFor(where.domainId, false);
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
        <ChooseProvider key={domainId} {...of} manual={manual} onChosen={() => setChosen(true)} />
      ) : (
        <LoadedManual {...of} manual={manual} takesFocus={isChosen} />
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

/** What stands below the records: the proof, the history, and what somebody should know. */
function ManualFoot(props: { readonly where: DomainRef; readonly manual: Manual; readonly revision: string }) {
  const { where, manual, revision } = props;
  return (
    <>
      <ProvePanel {...where} revision={revision} />
      <Timeline key={where.domainId} {...where} seenAt={manual.seenAt} />
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

/**
 * Where the domain stands, then every record in the order in which to publish it. It stays when another domain's manual
 * takes the place of this one: what is alike in both is not drawn again.
 */
const LoadedManual = memo(function LoadedManual({
  workspaceId,
  domainId,
  manual,
  takesFocus,
}: DomainRef & {
  readonly manual: Manual;
  /** The form that had the focus has just given way to this. */
  readonly takesFocus: boolean;
}) {
  const article = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const takesFocusAtOnce = useRef(takesFocus);
  useEffect(() => {
    if (takesFocusAtOnce.current) title.current?.focus();
  }, []);
  // What was unfolded of the domain before says nothing of this one.
  useLayoutEffect(() => {
    for (const details of article.current?.querySelectorAll('details[open]') ?? []) details.removeAttribute('open');
  }, [domainId]);
  const isPractice = useApp(
    (app) => app.workspaces.find((workspace) => workspace.id === workspaceId)?.practice === true,
  );
  const tags = useDomains((state) => rowOf(state.list, domainId)?.tags) ?? NONE;
  const [nameForm, setNameForm] = useNameForm();
  const [unfolded, setUnfolded] = useStateFor<Unfolded>(domainId, {});
  const [sheet, showSheet] = useStateFor<'configure' | 'paste' | 'hand-over' | null>(domainId, null);
  // What is shown stays until the sheet is there: a placeholder would stand for a third of a second at least.
  const setSheet = (next: typeof sheet) => startTransition(() => showSheet(next));
  useEffect(() => {
    const timer = window.setTimeout(() => void Promise.all([loadConfigure(), loadHandOver()]), SHEETS_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, []);
  const isPrinting = useIsPrinting();
  // What is in sight is painted first, the rest right after it, a little at a time.
  const isWhole = useAfterPaint();
  const [busy, setBusy] = useStateFor(domainId, false);
  const publish = async () => {
    setBusy(true);
    const result = await attempt(() => core().practice.publish({ workspaceId, domainId }));
    if (result !== null) {
      tell(
        counted(result.published, {
          one: '{count} record published in the practice zone',
          other: '{count} records published in the practice zone',
        }),
      );
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
    [setUnfolded],
  );
  const paste = useCallback(() => startTransition(() => showSheet('paste')), [showSheet]);
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
  const latest = useRef(actions);
  latest.current = actions;
  const run = useCallback((command: ManualCommand) => latest.current[command]?.(), []);
  useCommands(
    'manual',
    (Object.keys(actions) as ManualCommand[]).map((id) => ({
      id,
      label: COMMANDS[id](manual.unicodeName),
      kind: 'Domain',
      run: () => run(id),
    })),
  );
  const revision = `${manual.seenAt} ${cards.map((card) => `${card.action} ${card.value}`).join('|')}`;
  const providers = manual.neverSends
    ? 'Never sends'
    : manual.providers.map((provider) => `${provider.name}, ${provider.modeLabel}`).join(' + ');
  return (
    <article className={styles.manual} ref={article}>
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
        <HeadActions isPractice={isPractice} isVerified={manual.verdict === 'verified'} isPublishing={busy} run={run} />
      </header>
      <div className={styles.facts}>
        <RecordStrip cards={cards} onOpen={goTo} />
        <p className={styles.small}>
          {providers}. Zone <code>{manual.zone}</code>
        </p>
        <div className={styles.folding}>
          <NameFormChoice nameForm={nameForm} onChange={setNameForm} />
          <PlainButton look="quiet" onClick={() => fold(!allOpen)}>
            {allOpen ? 'Collapse all' : 'Expand all'}
          </PlainButton>
        </div>
      </div>
      <ServiceWord key={domainId} workspaceId={workspaceId} manual={manual} />
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
                key={domainId}
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
});
