import { Component } from 'react';
import type { ReactNode } from 'react';
import styles from './App.module.css';

/** Shows what is left when a view fails to draw: which one, and the way back. Data is safe in the core. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: string | null }> {
  override state: { readonly failed: string | null } = { failed: null };

  static getDerivedStateFromError(error: unknown): { failed: string } {
    return { failed: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.failed === null) return this.props.children;
    return (
      <main className={styles.alone}>
        <h1>This view could not be drawn</h1>
        <p>{this.state.failed}</p>
        <p>Everything that was saved is safe. Reload the window to go on.</p>
        <button type="button" className={styles.plainButton} onClick={() => window.location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}
