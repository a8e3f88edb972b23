import { useEffect, useState } from 'react';
import type { Schedule } from '../../../shared/contract/schedule.ts';
import { LastAsked } from '../../data/reader.ts';
import { attempt, core, tell, useApp } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Select, Sheet, Switch } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { Skeleton } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';

const INTERVALS = [
  { minutes: 60, label: 'Every hour' },
  { minutes: 360, label: 'Every 6 hours' },
  { minutes: 720, label: 'Every 12 hours' },
  { minutes: 1440, label: 'Every day' },
  { minutes: 10_080, label: 'Every week' },
] as const;

function intervalLabel(minutes: number): string {
  return INTERVALS.find((interval) => interval.minutes === minutes)?.label ?? `Every ${minutes} minutes`;
}

/** Whether the browser may tell of broken domains while the window is hidden; asked only when a person wants it. */
function BrowserNotices() {
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  if (permission === 'granted') return <p>You get a system notification when a domain breaks.</p>;
  if (permission === 'denied')
    return (
      <p className={layout.muted}>
        This window tells you when a domain breaks. The browser does not allow system notifications for it.
      </p>
    );
  return (
    <div className={layout.row}>
      <p>This window tells you when a domain breaks.</p>
      <Button onPress={() => void Notification.requestPermission().then(setPermission)}>
        Also use system notifications
      </Button>
    </div>
  );
}

/** Checks that repeat by themselves: whether, how often, when next, and how a broken domain is told. */
export default function ScheduleSheet({
  workspaceId,
  onClose,
  onChange,
}: {
  readonly workspaceId: number;
  readonly onClose: () => void;
  readonly onChange: (schedule: Schedule) => void;
}) {
  const [schedule, setSchedule] = useState<Schedule | null>(null);
  const [sets] = useState(() => new LastAsked());
  const host = useApp((state) => state.about?.host);
  useEffect(() => {
    void attempt(() => core().schedule.get({ workspaceId })).then(setSchedule);
  }, [workspaceId]);

  const set = async (change: Partial<Schedule>) => {
    if (schedule === null) return;
    const next = { ...schedule, ...change };
    const isLast = sets.next();
    // Shown at once: another choice that is made before the answer builds on this one.
    setSchedule(next);
    const { enabled, everyMinutes } = next;
    const saved = await attempt(() => core().schedule.set({ workspaceId, enabled, everyMinutes }));
    if (!isLast()) return;
    if (saved === null) {
      setSchedule(schedule);
      return;
    }
    setSchedule(saved);
    onChange(saved);
    tell(saved.enabled ? `Checked automatically: ${intervalLabel(saved.everyMinutes).toLowerCase()}` : 'Schedule off');
  };

  const known = INTERVALS.some((interval) => interval.minutes === schedule?.everyMinutes);
  const choices = [
    ...INTERVALS.map(({ minutes, label }) => ({ id: String(minutes), label })),
    ...(schedule === null || known
      ? []
      : [{ id: String(schedule.everyMinutes), label: intervalLabel(schedule.everyMinutes) }]),
  ];
  return (
    <Sheet title="Check on a schedule" isOpen onClose={onClose}>
      {schedule === null ? (
        <Skeleton lines={4} />
      ) : (
        <>
          <Switch
            label="Check the domains in use automatically"
            isOn={schedule.enabled}
            onChange={(enabled) => void set({ enabled })}
          />
          <Select
            label="A verified domain"
            value={String(schedule.everyMinutes)}
            onChange={(id) => void set({ everyMinutes: Number(id) })}
            choices={choices}
            help="Any other domain is checked again after 15 minutes, then 30, then an hour, and so on up to this interval."
          />
          {schedule.enabled && (
            <p>
              {schedule.nextAt === null
                ? 'No domain is in use, so there is nothing to check.'
                : schedule.nextAt <= Date.now() + 60_000
                  ? 'The next check begins within a minute.'
                  : `The next check is due ${shortTime(schedule.nextAt)}.`}
            </p>
          )}
          <p className={layout.muted}>
            {host === 'electron'
              ? 'Checks continue when this window is closed; the tray icon opens it again.'
              : 'Checks continue while the console runs. Closing this window ends it.'}
          </p>
          {host === 'browser' ? <BrowserNotices /> : <p>You get a system notification when a domain breaks.</p>}
        </>
      )}
    </Sheet>
  );
}
