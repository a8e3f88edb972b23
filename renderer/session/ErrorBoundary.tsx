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
          <p>Everything you saved is safe. Reload the window to continue.</p>
          {file !== null && <p>Details are in {file}, and in the support bundle.</p>}
        </div>
        <button
          // What had the focus is gone with the view.
          ref={(button) => button?.focus()}
          type="button"
          className={styles.plainButton}
          onClick={() => window.location.reload()}
        >
          Reload
        </button>
      </main>
    );
  }
}
