import { lazy, Suspense } from 'react';
import { Skeleton } from '../ui/status.tsx';
import styles from './App.module.css';
import { Shell } from './Shell.tsx';
import { useApp } from './store.ts';

const FirstRun = lazy(() => import('./FirstRun.tsx'));

/** The whole window: connecting, refused, first run, or the shell with its views. */
export function App() {
  const phase = useApp((state) => state.phase);
  const refusal = useApp((state) => state.refusal);
  const hasWorkspace = useApp((state) => state.workspaces.length > 0);

  if (phase === 'refused') {
    return (
      <main className={styles.alone}>
        <h1>{refusal?.message}</h1>
        <p>{refusal?.remedy}</p>
      </main>
    );
  }
  if (phase === 'connecting') return <Skeleton lines={8} />;
  return hasWorkspace ? (
    <Shell />
  ) : (
    <Suspense fallback={<Skeleton lines={8} />}>
      <FirstRun />
    </Suspense>
  );
}
