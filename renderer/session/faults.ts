import type { CoreClient } from '../../shared/contract/index.ts';
import type { WindowFault } from '../../shared/contract/window.ts';

/**
 * What goes wrong in this window is written into the console's log, so that support sees it. Until the console can be
 * reached the first faults wait; what comes too fast is counted and left out.
 */

const MOST_WAITING = 20;
const MOST_A_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Chromium says so when an observer's work takes more than a frame; nothing is wrong. */
const HARMLESS = /^ResizeObserver loop /;

const waiting: WindowFault[] = [];
let client: CoreClient | null = null;
let isSending = false;
let minute = Number.NEGATIVE_INFINITY;
let inMinute = 0;
let leftOut = 0;

async function send(): Promise<void> {
  if (isSending || client === null) return;
  isSending = true;
  try {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      await client.window.reportFault(first);
      waiting.shift();
    }
  } catch {
    // They wait until the console is reached again.
  } finally {
    isSending = false;
  }
}

/** What was thrown, whatever it is. */
function described(thrown: unknown): Pick<WindowFault, 'message' | 'stack'> {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const { cause } = thrown;
  const because = cause instanceof Error ? `\ncaused by ${cause.stack ?? cause.message}` : '';
  return { message: `${thrown.name}: ${thrown.message}`, stack: `${thrown.stack ?? ''}${because}` };
}

/** Writes a fault of the window into the log. Never throws. */
export function reportFault(
  kind: WindowFault['kind'],
  thrown: unknown,
  more: Pick<WindowFault, 'place' | 'views'> = {},
): void {
  const now = Date.now();
  if (Math.abs(now - minute) >= MINUTE_MS) {
    minute = now;
    inMinute = 0;
  }
  inMinute += 1;
  if (inMinute > MOST_A_MINUTE || waiting.length >= MOST_WAITING) {
    leftOut += 1;
    return;
  }
  waiting.push({ kind, ...described(thrown), ...more, ...(leftOut === 0 ? {} : { leftOut }) });
  leftOut = 0;
  void send();
}

/** @param reached the console, which is there or there again; what waits is told now. */
export function reportFaultsTo(reached: CoreClient): void {
  client = reached;
  void send();
}

function onError(event: ErrorEvent | Event): void {
  if (event instanceof ErrorEvent) {
    if (HARMLESS.test(event.message)) return;
    const { filename, lineno, colno } = event;
    reportFault('error', event.error ?? event.message, { place: `${filename}:${lineno}:${colno}` });
    return;
  }
  // A script, a style or a picture that did not come.
  const { target } = event;
  if (target instanceof HTMLElement)
    reportFault('error', `${target.localName} could not be loaded`, {
      place: target.getAttribute('src') ?? target.getAttribute('href') ?? '',
    });
}

/** Catches what nobody else in this window does. */
export function catchUncaughtErrors(): void {
  // In the capturing phase: what could not be loaded is told to its element alone.
  window.addEventListener('error', onError, { capture: true });
  window.addEventListener('unhandledrejection', ({ reason }) => reportFault('rejection', reason));
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    reportFault('error', `The content security policy refused ${blockedURI} (${effectiveDirective})`),
  );
}
