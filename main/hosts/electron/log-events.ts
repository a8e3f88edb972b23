import type { App } from 'electron';
import type { Log } from '../../core/ports.ts';

/** What a page prints by itself, such as a violated policy; its own faults come as calls and are limited there. */
const MOST_PAGE_ERRORS = 50;

/**
 * Writes into the log what Electron tells of its other processes and of the pages: what ended, what could not be loaded,
 * and what Chromium itself has to say about a page.
 */
export function noteEvents(app: Pick<App, 'on'>, log: Log): void {
  let pageErrors = 0;
  app.on('child-process-gone', (_event, details) => {
    const write = details.reason === 'clean-exit' || details.reason === 'killed' ? log.info : log.error;
    write({ details }, 'a helper process of Chromium ended');
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.on('preload-error', (_error, preload, error) =>
      log.error({ preload, error }, 'the preload script failed'),
    );
    contents.on('console-message', ({ level, message, lineNumber, sourceId }) => {
      if (level !== 'error') return;
      pageErrors += 1;
      if (pageErrors <= MOST_PAGE_ERRORS)
        log.warn({ message, place: `${sourceId}:${lineNumber}` }, 'the page tells an error');
    });
  });
}
