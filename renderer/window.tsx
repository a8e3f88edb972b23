import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/tokens.css';
import './ui/base.css';
import { App } from './app/App.tsx';
import { ErrorBoundary } from './session/ErrorBoundary.tsx';
import { keepFocus } from './session/kept-focus.ts';
import { applyTheme, storedTheme } from './session/theme.ts';

applyTheme(storedTheme());

/** Draws the window into the page, and from then on whatever its state says. */
export function draw(): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no root element');
  keepFocus();
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary>
        <App />
      </ErrorBoundary>
    </StrictMode>,
  );
}
