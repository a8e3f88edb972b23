import { useApp, attempt, core } from '../app/store.ts';
import { Button } from '../ui/controls.tsx';
import { duration } from '../ui/time.ts';
import styles from './DomainsView.module.css';

/** The running check of this workspace: how far, how fast, how long, and the way to stop it. */
export function JobBar({ workspaceId }: { readonly workspaceId: number }) {
  const job = useApp((state) => state.jobs.filter((candidate) => candidate.workspaceId === workspaceId).at(-1));
  if (job === undefined) return <span />;
  const isActive = job.status === 'running' || job.status === 'paused';
  if (!isActive) {
    return (
      <div className={styles.job} role="status">
        <span>
          Last check: {job.message} ({job.done} of {job.total})
        </span>
      </div>
    );
  }
  const jobId = job.id;
  const isPaused = job.status === 'paused';
  return (
    <div className={styles.job} role="status">
      <span>
        {isPaused ? 'Paused at' : 'Checked'} {job.done} of {job.total}
        {!isPaused && job.rate > 0 && `, ${job.rate} a second`}
        {job.timeLeft !== null && `, ${duration(job.timeLeft)} left`}
      </span>
      <span>
        <Button
          look="quiet"
          onPress={() => void attempt(() => (isPaused ? core().jobs.resume({ jobId }) : core().jobs.pause({ jobId })))}
        >
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
        <Button look="quiet" onPress={() => void attempt(() => core().jobs.cancel({ jobId }))}>
          Cancel
        </Button>
      </span>
      <progress
        className={styles.progress}
        max={Math.max(job.total, 1)}
        value={job.done}
        aria-label="Progress of the check"
      />
    </div>
  );
}
