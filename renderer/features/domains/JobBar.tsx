import { countText } from '../../../shared/text/counted.ts';
import { CalendarClock, History } from 'lucide-react';
import type { JobState } from '../../../shared/contract/jobs.ts';
import { verdictCountsText } from '../../../shared/verdict/verdict-words.ts';
import { attempt, core, newestJob, useApp } from '../../session/store.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import { duration, shortTime } from '../../ui/time.ts';
import styles from './JobBar.module.css';

const counts = (job: JobState) => verdictCountsText(job.counts, countText);

function Running({ job }: { readonly job: JobState }) {
  const jobId = job.id;
  const isPaused = job.status === 'paused';
  const facts = [
    `${isPaused ? 'Paused at' : 'Checked'} ${countText(job.done)} of ${countText(job.total)}`,
    !isPaused && job.rate > 0 ? `${countText(job.rate)} a second` : '',
    job.timeLeft === null ? '' : `${duration(job.timeLeft)} left`,
  ];
  return (
    <>
      <span className={styles.facts}>
        <span>{facts.filter((fact) => fact !== '').join(' · ')}</span>
        <small>{counts(job)}</small>
      </span>
      <span className={styles.actions}>
        <PlainButton
          look="quiet"
          onClick={() => void attempt(() => (isPaused ? core().jobs.resume({ jobId }) : core().jobs.pause({ jobId })))}
        >
          {isPaused ? 'Resume' : 'Pause'}
        </PlainButton>
        <PlainButton look="quiet" onClick={() => void attempt(() => core().jobs.cancel({ jobId }))}>
          Cancel
        </PlainButton>
      </span>
      <progress
        className={styles.progress}
        max={Math.max(job.total, 1)}
        value={job.done}
        aria-label="Progress of the check"
      />
    </>
  );
}

const ENDS: Readonly<Record<string, string>> = { cancelled: 'Cancelled', failed: 'Stopped' };

function Ended({ job }: { readonly job: JobState }) {
  const before = ENDS[job.status];
  const text =
    before === undefined
      ? `${countText(job.total)} checked`
      : `${before} at ${countText(job.done)} of ${countText(job.total)}, results so far are kept`;
  return (
    <span className={styles.facts}>
      <span>
        {text} · <time>{shortTime(job.finishedAt ?? job.startedAt)}</time>
      </span>
      <small>Of these {counts(job)}</small>
    </span>
  );
}

/** The newest check of this workspace: how far, how fast, how long, and the way to stop it; then what came of it. */
export function JobBar(props: {
  readonly workspaceId: number;
  readonly isScheduled: boolean;
  readonly onChanges: () => void;
  readonly onSchedule: () => void;
}) {
  const job = useApp((state) => newestJob(state, props.workspaceId));
  const isActive = job !== undefined && (job.status === 'running' || job.status === 'paused');
  return (
    <div className={styles.job}>
      <div role="status" className={styles.line}>
        {job === undefined && <span className={styles.facts}>Not checked yet</span>}
        {job !== undefined && isActive && <Running job={job} />}
        {job !== undefined && !isActive && <Ended job={job} />}
      </div>
      {!isActive && (
        <div className={styles.actions}>
          <PlainButton look="quiet" onClick={props.onChanges}>
            <History size={14} aria-hidden />
            Changes
          </PlainButton>
          <PlainButton look="quiet" onClick={props.onSchedule}>
            <CalendarClock size={14} aria-hidden />
            {props.isScheduled ? 'Schedule on' : 'Schedule'}
          </PlainButton>
        </div>
      )}
    </div>
  );
}
