import { factText } from '../../../shared/facts/fact-text.ts';
import { OutsideText } from '../../ui/outside-text.tsx';
import { ArrowRight } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { ChangedDomain } from '../../../shared/contract/domains.ts';
import { VERDICTS_BY_NEED } from '../../../shared/verdict/verdict-words.ts';
import { core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Segments, Select, Sheet } from '../../ui/controls.tsx';
import { Empty, Skeleton, VerdictMark } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import styles from './ChangesSheet.module.css';
import { openDomain } from '../../data/domains.ts';
import { useFresh } from '../../data/fresh.ts';
import { DAY_MS } from '../../../shared/time.ts';

const HOUR_MS = 3_600_000;
const SHOWN = 100;

const PERIODS = [
  { id: 'hour', label: 'In the last hour', ms: HOUR_MS },
  { id: 'day', label: 'In the last 24 hours', ms: DAY_MS },
  { id: 'week', label: 'In the last 7 days', ms: 7 * DAY_MS },
  { id: 'month', label: 'In the last 30 days', ms: 30 * DAY_MS },
  { id: 'year', label: 'In the last year', ms: 365 * DAY_MS },
] as const;

const lookedKey = (workspaceId: number) => `sendwright.looked.${workspaceId}`;

/** When the changes of this workspace were last looked at, or null. */
function lastLook(workspaceId: number): number | null {
  const stored = Number(localStorage.getItem(lookedKey(workspaceId)));
  return stored > 0 ? stored : null;
}

const worth = (verdict: ChangedDomain['after']) => VERDICTS_BY_NEED.indexOf(verdict);
const isWorse = (change: ChangedDomain) => worth(change.after) < worth(change.before);

function Changes({ changes, onOpen }: { readonly changes: readonly ChangedDomain[]; readonly onOpen: () => void }) {
  const [amount, setAmount] = useState(SHOWN);
  const open = (id: number) => {
    openDomain(id);
    onOpen();
  };
  return (
    <>
      <ul className={styles.list}>
        {changes.slice(0, amount).map((change) => (
          <li key={change.id}>
            <AriaButton className={styles.change ?? ''} onPress={() => open(change.id)}>
              <span className={styles.name}>{change.unicodeName}</span>
              <span className={styles.verdicts}>
                <VerdictMark verdict={change.before} />
                <ArrowRight size={13} aria-label="became" />
                <VerdictMark verdict={change.after} />
              </span>
              <time dateTime={new Date(change.at).toISOString()}>{shortTime(change.at)}</time>
              <span className={styles.why}>
                <OutsideText text={factText(change.fact)} />
              </span>
            </AriaButton>
          </li>
        ))}
      </ul>
      {changes.length > amount && (
        <Button onPress={() => setAmount(amount + SHOWN)}>
          Show {Math.min(SHOWN, changes.length - amount)} more of {changes.length}
        </Button>
      )}
    </>
  );
}

/** Domains whose verdict is another than it was at a time of one's choice. */
export default function ChangesSheet({
  workspaceId,
  onClose,
}: {
  readonly workspaceId: number;
  readonly onClose: () => void;
}) {
  const [look] = useState(() => lastLook(workspaceId));
  const [period, setPeriod] = useState(look === null ? 'day' : 'look');
  const [show, setShow] = useState('all');
  const ask = useCallback(() => {
    const chosen = PERIODS.find((candidate) => candidate.id === period);
    const since = chosen === undefined ? (look ?? 0) : Date.now() - chosen.ms;
    return core().domains.changedSince({ workspaceId, since });
  }, [workspaceId, period, look]);
  const {
    value: changes,
    isFailed,
    again,
  } = useFresh(ask, (change) => change.kind === 'workspace' && change.workspace.id === workspaceId);
  useEffect(() => () => localStorage.setItem(lookedKey(workspaceId), String(Date.now())), [workspaceId]);

  const worse = changes?.filter(isWorse) ?? [];
  const better = changes?.filter((change) => !isWorse(change)) ?? [];
  const shown = show === 'worse' ? worse : show === 'better' ? better : [...worse, ...better];
  const sinceLook = look === null ? [] : [{ id: 'look', label: `Since you last looked, ${shortTime(look)}` }];
  return (
    <Sheet title="What has changed" isOpen isWide onClose={onClose}>
      <div className={styles.bar}>
        <Select label="When" isLabelHidden value={period} onChange={setPeriod} choices={[...sinceLook, ...PERIODS]} />
        <Segments
          label="Which changes"
          value={show}
          onChange={setShow}
          choices={[
            { id: 'all', label: `All ${changes?.length ?? ''}` },
            { id: 'worse', label: `Worse ${changes === null ? '' : worse.length}` },
            { id: 'better', label: `Better ${changes === null ? '' : better.length}` },
          ]}
        />
      </div>
      {changes === null && !isFailed && <Skeleton lines={5} />}
      {changes === null && isFailed && (
        <Empty
          title="What has changed could not be read"
          action={<Button onPress={() => void again()}>Try again</Button>}
        >
          The message at the top says why.
        </Empty>
      )}
      {changes !== null && shown.length === 0 && (
        <Empty title="No verdict has changed">Choose a longer period, or check the domains again.</Empty>
      )}
      {shown.length > 0 && <Changes key={`${period} ${show}`} changes={shown} onOpen={onClose} />}
    </Sheet>
  );
}
