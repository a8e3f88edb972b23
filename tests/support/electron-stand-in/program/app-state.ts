import type { StandInEmitter } from './strict.ts';

/** What the other parts need of the application, without knowing it: `app.ts` puts itself here. */

interface ApplicationState {
  readonly app: StandInEmitter;
  readonly isReady: () => boolean;
  /** A window has gone. */
  readonly windowClosed: () => void;
  /** A window has refused to go. */
  readonly closeCancelled: () => void;
}

let state: ApplicationState | null = null;

/** Called once, by the application. */
export function setApplication(application: ApplicationState): void {
  state = application;
}

function given(): ApplicationState {
  if (state === null) throw new Error('The stand-in’s application is not there yet');
  return state;
}

/** The application as an emitter of its events. */
export function theApp(): StandInEmitter {
  return given().app;
}

export function isReady(): boolean {
  return given().isReady();
}

export function windowClosed(): void {
  given().windowClosed();
}

export function closeCancelled(): void {
  given().closeCancelled();
}

/** @throws what Electron says of a module or class that is used too early. */
export function needReady(message: string): void {
  if (!isReady()) throw new Error(message);
}
