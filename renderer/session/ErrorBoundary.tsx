import { Component } from 'react';
import type { ErrorInfo, ReactNode } from 'react';
import styles from './Alone.module.css';
import { reportFault } from './faults.ts';
import { useApp } from './store.ts';

/** Shows what is left when a view fails to draw: that it did, where it is noted, and the way back. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly hasFailed: boolean }> {
  override state: { readonly hasFailed: boolean } = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo): void {
    reportFault('view', error, { views: componentStack ?? '' });
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    const file = useApp.getState().about?.logFile ?? null;
    return (
      <main className={styles.alone}>
        <div role="alert">
          <h1>This view could not be drawn</h1>
          <p>Everything that was saved is safe. Load the window again to go on.</p>
          {file !== null && <p>What happened is noted in {file}; the support bundle takes it along.</p>}
        </div>
        <button
          // What had the focus is gone with the view.
          ref={(button) => button?.focus()}
          type="button"
          className={styles.plainButton}
          onClick={() => window.location.reload()}
        >
          Load again
        </button>
      </main>
    );
  }
}
