import { counted, countText } from '../../../shared/text/counted.ts';
import { useRef, useState } from 'react';
import type { DomainRow } from '../../../shared/contract/domains.ts';
import type { ComparedDomain } from '../../../shared/service/interface/compare-domains.ts';
import type { Verdict } from '../../../shared/verdict/types.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Segments, Sheet } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { Empty, Skeleton, VerdictMark, verdictWord } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import styles from './AccountSheet.module.css';
import { useAccountDomains } from '../../data/service.ts';

type Place = 'there' | 'here' | 'both';

/** Rows drawn at first, and with each press of *Show more*. */
const SHOWN = 200;

const placeOf = ({ here, there }: ComparedDomain): Place => (here && there ? 'both' : here ? 'here' : 'there');

const EXPLANATIONS: Readonly<Record<Place, string>> = {
  there:
    'The service lists these for the account, and they are not in the list here. A domain can’t be deleted later, only marked as not in use.',
  here: 'The service does not know these yet, so it does not count them as verified. Domains added there stay in the account.',
  both: 'The service’s verdict beside ours. It checks the records only every few hours, so it may lag behind.',
};

const NOTHING: Readonly<Record<Place, string>> = {
  there: 'Every domain of the account is in the list here.',
  here: 'The account has every domain of the list here.',
  both: 'No domain is in both lists yet.',
};

interface Failure {
  readonly domain: string;
  readonly message: string;
  readonly remedy: string;
}

/** Adds domains at the service, one after the other. @returns those that it did not take. */
async function addThere(
  workspaceId: number,
  names: readonly string[],
  onStep: (done: number) => boolean,
): Promise<readonly Failure[] | null> {
  const failures: Failure[] = [];
  for (const [index, domain] of names.entries()) {
    if (!onStep(index)) break;
    const deed = await attempt(() => core().service.addDomain({ workspaceId, domain }));
    // The reason is at the top of the window; the others would meet it too.
    if (deed === null) return null;
    const [gravest] = deed.findings;
    if (!deed.ok) failures.push({ domain, message: deed.message, remedy: gravest?.remedy ?? '' });
  }
  return failures;
}

function Word({ row, verdict }: { readonly row: ComparedDomain; readonly verdict: Verdict | undefined }) {
  return (
    <span className={styles.words}>
      {row.there && (
        <VerdictMark
          verdict={row.isVerified === true ? 'verified' : 'to-do'}
          word={row.isVerified === true ? 'Verified there' : 'Not verified there'}
        />
      )}
      {verdict !== undefined && <VerdictMark verdict={verdict} word={`${verdictWord(verdict)} here`} />}
    </span>
  );
}

function Rows(props: {
  readonly place: Place;
  readonly rows: readonly ComparedDomain[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly verdictOf: (domain: string) => Verdict | undefined;
  readonly onOpen: (domain: string) => void;
}) {
  const { place, rows, chosen } = props;
  const [amount, setAmount] = useState(SHOWN);
  const isAll = rows.every(({ domain }) => chosen.has(domain));
  const toggle = (domain: string) => {
    const next = new Set(chosen);
    if (!next.delete(domain)) next.add(domain);
    props.onChoose(next);
  };
  return (
    <div className={styles.box}>
      <ul className={styles.list} aria-label={place === 'both' ? 'Domains in both lists' : 'Domains to choose from'}>
        {place !== 'both' && (
          <li className={styles.row}>
            <label className={styles.name}>
              <input
                type="checkbox"
                checked={isAll}
                onChange={() => props.onChoose(isAll ? new Set() : new Set(rows.map(({ domain }) => domain)))}
              />
              <b>All {countText(rows.length)}</b>
            </label>
          </li>
        )}
        {rows.slice(0, amount).map((row) => (
          <li key={row.domain} className={styles.row}>
            {place === 'both' ? (
              <Button look="quiet" onPress={() => props.onOpen(row.domain)}>
                <OutsideText text={row.domain} />
              </Button>
            ) : (
              <label className={styles.name}>
                <input type="checkbox" checked={chosen.has(row.domain)} onChange={() => toggle(row.domain)} />
                <OutsideText text={row.domain} />
              </label>
            )}
            <Word row={row} verdict={row.here ? props.verdictOf(row.domain) : undefined} />
            {row.error !== '' && row.isVerified !== true && (
              <small>
                <OutsideText text={row.error} />
              </small>
            )}
          </li>
        ))}
      </ul>
      {rows.length > amount && (
        <Button onPress={() => setAmount(amount + SHOWN)}>
          Show {Math.min(SHOWN, rows.length - amount)} more of {countText(rows.length)}
        </Button>
      )}
    </div>
  );
}

/** The account's sender domains beside those listed here; taken over and added on the person's word, deleted nowhere. */
export default function AccountSheet(props: {
  readonly workspaceId: number;
  /** Our verdict on a domain listed here. */
  readonly verdictOf: (domain: string) => Verdict | undefined;
  readonly onOpen: (domain: string) => void;
  /** Told of the domains that are in the list here now. */
  readonly onTaken: (rows: readonly DomainRow[]) => void;
  readonly onClose: () => void;
}) {
  const { workspaceId, onClose } = props;
  const view = useAccountDomains(workspaceId);
  const [wanted, setWanted] = useState<Place | null>(null);
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState<'asking' | 'taking' | 'adding' | null>(null);
  const [done, setDone] = useState(0);
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const isStopped = useRef(false);

  const of = (place: Place) => (view?.domains ?? []).filter((row) => placeOf(row) === place);
  const lists = { there: of('there'), here: of('here'), both: of('both') };
  const place = wanted ?? (lists.there.length > 0 ? 'there' : lists.here.length > 0 ? 'here' : 'both');
  const text = filter.trim().toLowerCase();
  const rows = lists[place].filter(({ domain }) => text === '' || domain.includes(text));
  const taken = lists[place].filter(({ domain }) => chosen.has(domain)).map(({ domain }) => domain);

  const ask = async () => {
    setBusy('asking');
    await attempt(() => core().service.refreshDomains({ workspaceId }));
    setBusy(null);
  };
  const takeOver = async () => {
    setBusy('taking');
    // What is left stays in sight, though it may be nothing.
    setWanted(place);
    const report = await attempt(() => core().domains.add({ workspaceId, text: taken.join('\n') }));
    setBusy(null);
    if (report === null) return;
    setFailures(report.refused.map(({ text: domain, message, remedy }) => ({ domain, message, remedy })));
    setChosen(new Set());
    props.onTaken(report.added);
    tell(counted(report.added.length, { one: '{count} domain taken over', other: '{count} domains taken over' }));
  };
  const add = async () => {
    setBusy('adding');
    setWanted(place);
    isStopped.current = false;
    const failed = await addThere(workspaceId, taken, (count) => {
      setDone(count);
      return !isStopped.current;
    });
    setBusy(null);
    setChosen(new Set());
    if (failed === null) return;
    setFailures(failed);
    tell(
      failed.length === 0
        ? 'The service lists them now'
        : counted(failed.length, {
            one: 'The service did not accept {count} domain',
            other: 'The service did not accept {count} domains',
          }),
    );
  };
  const choose = (id: string) => {
    setWanted(id as Place);
    setChosen(new Set());
    setFailures([]);
  };
  const isSeen = view !== null && view.seenAt !== null;
  return (
    <Sheet
      title="Sender domains of the account"
      isOpen
      isWide
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Close</Button>
          {busy === 'adding' && (
            <Button
              onPress={() => {
                isStopped.current = true;
              }}
            >
              Stop
            </Button>
          )}
          {isSeen && place === 'there' && (
            <Button
              look="primary"
              onPress={() => void takeOver()}
              isPending={busy !== null}
              isDisabled={taken.length === 0}
            >
              {taken.length === 0
                ? 'Take over'
                : counted(taken.length, { one: 'Take over {count} domain', other: 'Take over {count} domains' })}
            </Button>
          )}
          {isSeen && place === 'here' && (
            <Button look="primary" onPress={() => void add()} isPending={busy !== null} isDisabled={taken.length === 0}>
              {busy === 'adding'
                ? `Adding ${done + 1} of ${taken.length}…`
                : taken.length === 0
                  ? 'Add at the service'
                  : counted(taken.length, {
                      one: 'Add {count} domain at the service',
                      other: 'Add {count} domains at the service',
                    })}
            </Button>
          )}
        </>
      }
    >
      {view === null && <Skeleton lines={6} />}
      {view !== null && (
        <div className={layout.row}>
          {isSeen && (
            <Segments
              label="Which domains"
              value={place}
              onChange={choose}
              choices={[
                { id: 'there', label: `Only there ${lists.there.length}` },
                { id: 'here', label: `Only here ${lists.here.length}` },
                { id: 'both', label: `In both ${lists.both.length}` },
              ]}
            />
          )}
          <Button onPress={() => void ask()} isPending={busy !== null}>
            {busy === 'asking' ? 'Asking…' : isSeen ? 'Ask again' : 'Ask the service'}
          </Button>
          {view.seenAt !== null && <span className={layout.small}>asked {shortTime(view.seenAt)}</span>}
        </div>
      )}
      {view !== null && !isSeen && (
        <Empty title="The service was not asked yet">
          It is asked automatically once URL and API key are saved and accepted. Asking changes nothing on either side.
        </Empty>
      )}
      {isSeen && lists[place].length === 0 && <p className={layout.muted}>{NOTHING[place]}</p>}
      {isSeen && lists[place].length > 0 && (
        <>
          <p className={layout.muted}>{EXPLANATIONS[place]}</p>
          {lists[place].length > 10 && (
            <Field label="Find" value={filter} onChange={setFilter} type="search" placeholder="A part of the name" />
          )}
          <Rows
            key={place}
            place={place}
            rows={rows}
            chosen={chosen}
            onChoose={setChosen}
            verdictOf={props.verdictOf}
            onOpen={props.onOpen}
          />
        </>
      )}
      {failures.length > 0 && (
        <ul className={styles.failures} aria-label="Not taken" role="status">
          {failures.slice(0, SHOWN).map(({ domain, message, remedy }) => (
            <li key={domain}>
              <b>
                <OutsideText text={domain} />
              </b>{' '}
              <OutsideText text={message} />. <OutsideText text={remedy} />
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}
