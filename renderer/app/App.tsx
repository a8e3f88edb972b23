import { lazy, Suspense, useEffect } from 'react';
import { PlainButton } from '../ui/plain-button.tsx';
import { Skeleton } from '../ui/status.tsx';
import styles from '../session/Alone.module.css';
import { useLinks } from '../session/links.ts';
import { Shell } from './Shell.tsx';
import { shortTime } from '../ui/time.ts';
import { useApp } from '../session/store.ts';

const FirstRun = lazy(() => import('./FirstRun.tsx'));
const loadSheets = () => import('./Sheets.tsx');
const Sheets = lazy(loadSheets);
/** By then the view is there: what it needs comes first. */
const SHEETS_AFTER_MS = 1000;

/** The open sheet, over whichever screen is there: it stays when the first workspace brings the shell. */
function OpenSheet() {
  const isOpen = useApp((state) => state.sheet !== null);
  // Whoever opens a sheet, or the palette, types on at once: it is there by then. So are the words of times, which the
  // platform loads with the first one that is written, which would else be while results stream in.
  useEffect(() => {
    const timer = setTimeout(() => {
      void loadSheets();
      shortTime(Date.now());
    }, SHEETS_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return <Suspense>{isOpen && <Sheets />}</Suspense>;
}

/** Nothing has come from the console yet: why that may be, that it may still come, and the way out. */
function Waiting() {
  return (
    <main className={styles.alone}>
      <div role="status">
        <h1>The console has not answered yet</h1>
        <p>It may still be starting. This window continues as soon as it answers.</p>
        <p>
          If nothing changes, reload the window. If that does not help, quit Sendwright and start it again. Everything
          you saved is safe.
        </p>
      </div>
      <PlainButton look="primary" onClick={() => window.location.reload()}>
        Reload the window
      </PlainButton>
    </main>
  );
}

/** The whole window: connecting, refused, first run, or the shell with its views. */
export function App() {
  const phase = useApp((state) => state.phase);
  const refusal = useApp((state) => state.refusal);
  const isSlow = useApp((state) => state.slow);
  useLinks();
  const hasWorkspace = useApp((state) => state.workspaces.length > 0);

  if (phase === 'refused') {
    return (
      <main className={styles.alone}>
        <h1>{refusal?.message}</h1>
        <p>{refusal?.remedy}</p>
      </main>
    );
  }
  if (phase === 'connecting') return isSlow ? <Waiting /> : <Skeleton lines={8} />;
  return (
    <>
      {hasWorkspace ? (
        <Shell />
      ) : (
        <Suspense fallback={<Skeleton lines={8} />}>
          <FirstRun />
        </Suspense>
      )}
      <OpenSheet />
    </>
  );
}
