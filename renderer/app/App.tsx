import { useEffect, useState } from 'react';
import { Skeleton } from '../ui/status.tsx';
import styles from './App.module.css';
import { FirstRun } from './FirstRun.tsx';
import { Shell } from './Shell.tsx';
import { start, useApp } from './store.ts';
import { loadView } from './views.ts';

let started = false;

/** The view that was open last is fetched while the connection is made. */
const firstView = loadView(useApp.getState().tab);

/** The whole window: connecting, refused, first run, or the shell with its views. */
export function App() {
  const phase = useApp((state) => state.phase);
  const refusal = useApp((state) => state.refusal);
  const hasWorkspace = useApp((state) => state.workspaces.length > 0);

  const [isLoaded, setLoaded] = useState(false);

  useEffect(() => {
    void firstView.then(
      () => setLoaded(true),
      // The shell tries again, and its error boundary tells.
      () => setLoaded(true),
    );
    // Development draws everything twice; the connection is made once.
    if (started) return;
    started = true;
    void start();
  }, []);

  if (phase === 'refused') {
    return (
      <main className={styles.alone}>
        <h1>{refusal?.message}</h1>
        <p>{refusal?.remedy}</p>
      </main>
    );
  }
  if (phase === 'connecting' || !isLoaded) return <Skeleton lines={8} />;
  return hasWorkspace ? <Shell /> : <FirstRun />;
}
