import { create } from 'zustand';
import type { CoreClient } from '../../shared/contract/index.ts';
import type { JobState } from '../../shared/contract/jobs.ts';
import type { Link } from '../../shared/contract/links.ts';
import type { Snapshot, StateChange } from '../../shared/contract/state.ts';
import type { VaultState } from '../../shared/contract/vault.ts';
import type { WorkspaceSummary } from '../../shared/contract/workspaces.ts';
import { connect, forgetSession } from './connect.ts';
import { shownError } from './errors.ts';
import type { ShownError } from './errors.ts';
import { reportFaultsTo } from './faults.ts';
import { closeWhenTakenOver } from './one-window.ts';
import type { TabId } from './tabs.ts';
import { tabs } from './tabs.ts';

/** What every view shares: the connection, the workspaces, the vault, the jobs, and which tab is open. */

/** The sheets about the vault: one leads to another without giving up what waits for the vault. */
const vaultSheets = ['vault', 'passphrase', 'new-key', 'begin-anew', 'bring-back'] as const;
type VaultSheetId = (typeof vaultSheets)[number];

export interface AppState {
  readonly phase: 'connecting' | 'ready' | 'refused';
  readonly refusal: { readonly message: string; readonly remedy: string } | null;
  /** Nothing has come from the console for some time, though the page asks for it. */
  readonly slow: boolean;
  /** The console was reached before and does not answer now. */
  readonly lost: boolean;
  readonly about:
    | (Pick<Snapshot, 'version' | 'host' | 'dataFolder' | 'managed' | 'troubles'> & { readonly logFile: string | null })
    | null;
  readonly vault: VaultState | null;
  readonly workspaces: readonly WorkspaceSummary[];
  readonly jobs: readonly JobState[];
  readonly workspaceId: number | null;
  readonly tab: TabId;
  /** An error that belongs to no field, shown at the top until it is closed. */
  readonly error: ShownError | null;
  /** What a person should know, told by the core; shown until it is closed. */
  readonly alert: { readonly workspaceId: number; readonly title: string; readonly body: string } | null;
  /** What a link from outside asks for, until it is shown. */
  readonly link: Link | null;
  /** The domain that its list should open once it is shown. */
  readonly wanted: { readonly workspaceId: number; readonly domainId: number } | null;
  /** What waits for the vault, while its sheet is open for that. */
  readonly vaultReason: string | null;
  /** Spoken and shown for a moment: what was just done. */
  readonly notice: string;
  readonly sheet:
    | VaultSheetId
    | 'palette'
    | 'shortcuts'
    | 'workspace'
    | 'rename'
    | 'templates'
    | 'copies'
    | 'export'
    | 'import'
    | 'leave'
    | 'link'
    | null;
}

const CHOSEN = 'sendwright.chosen';

function remembered(): { workspaceId: number | null; tab: TabId } {
  try {
    const stored = JSON.parse(sessionStorage.getItem(CHOSEN) ?? '{}') as { workspaceId?: number; tab?: TabId };
    const known = tabs.some((tab) => tab.id === stored.tab);
    return { workspaceId: stored.workspaceId ?? null, tab: known ? (stored.tab as TabId) : 'settings' };
  } catch {
    return { workspaceId: null, tab: 'settings' };
  }
}

export const useApp = create<AppState>(() => ({
  phase: 'connecting',
  refusal: null,
  slow: false,
  lost: false,
  about: null,
  vault: null,
  workspaces: [],
  jobs: [],
  ...remembered(),
  error: null,
  alert: null,
  link: null,
  wanted: null,
  vaultReason: null,
  notice: '',
  sheet: null,
}));

let connected: CoreClient | null = null;

/** The core. Only called once the window is connected. */
export function core(): CoreClient {
  if (connected === null) throw new Error('The window is not connected yet');
  return connected;
}

type Listener = (change: StateChange) => void;
const listeners = new Set<Listener>();

/** Hears every change of the core's state; views use it to read anew what they show. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the open view holds that leaving it would lose. */
export interface LeaveGuard {
  readonly losesSomething: () => boolean;
  /** @returns whether it was saved. */
  readonly save: () => Promise<boolean>;
}

let leaveGuard: LeaveGuard | null = null;
/** Where to go once the person has said that it may be lost. */
let leaving: (() => void) | null = null;

export function setLeaveGuard(next: LeaveGuard | null): void {
  leaveGuard = next;
}

/** Goes on at once, or asks first where something would be lost. */
function goOn(there: () => void): void {
  if (leaveGuard?.losesSomething() !== true) {
    there();
    return;
  }
  leaving = there;
  useApp.setState({ sheet: 'leave' });
}

export function stay(): void {
  leaving = null;
  useApp.setState({ sheet: null });
}

export function leave(): void {
  const there = leaving;
  stay();
  there?.();
}

/** Saves what the view holds and goes on; stays where it could not be saved. */
export async function saveAndLeave(): Promise<void> {
  const there = leaving;
  const guard = leaveGuard;
  stay();
  if (guard !== null && (await guard.save())) there?.();
}

function remember(): void {
  const { workspaceId, tab } = useApp.getState();
  sessionStorage.setItem(CHOSEN, JSON.stringify({ workspaceId, tab }));
}

export function openTab(tab: TabId): void {
  if (tab === useApp.getState().tab) return;
  goOn(() => {
    useApp.setState({ tab });
    remember();
  });
}

/** @param tab the one that is open, unless another is named. */
export function openWorkspace(workspaceId: number, tab = useApp.getState().tab): void {
  const open = useApp.getState();
  if (workspaceId === open.workspaceId && tab === open.tab) return;
  goOn(() => {
    useApp.setState({ workspaceId, tab });
    remember();
  });
}

/** Opens a domain's manual, wherever the window is. */
export function showDomain(workspaceId: number, domainId: number): void {
  goOn(() => {
    useApp.setState({ workspaceId, tab: 'domains', wanted: { workspaceId, domainId } });
    remember();
  });
}

const isAboutVault = (sheet: AppState['sheet']) => vaultSheets.some((known) => known === sheet);

export function openSheet(sheet: AppState['sheet']): void {
  useApp.setState({ sheet });
  if (!isAboutVault(sheet)) settleVault(false);
}

export function closeSheet(): void {
  openSheet(null);
}

/** Whoever asked for the vault, and waits for it. */
let vaultWaits: ((isOpen: boolean) => void)[] = [];

function settleVault(isOpen: boolean): void {
  const waits = vaultWaits;
  vaultWaits = [];
  if (useApp.getState().vaultReason !== null) useApp.setState({ vaultReason: null });
  for (const settle of waits) settle(isOpen);
}

/**
 * Opens the vault sheet for something that needs secrets. What asks while it is open waits for it as well.
 *
 * @param reason what needs it, in a sentence without a full stop.
 * @returns whether secrets can be kept or used afterwards; false when the sheet was closed instead.
 */
export function askForVault(reason: string): Promise<boolean> {
  const { sheet, vaultReason } = useApp.getState();
  const isAskedFor = vaultReason !== null && isAboutVault(sheet);
  if (!isAskedFor) useApp.setState({ sheet: 'vault', vaultReason: reason });
  return new Promise((resolve) => {
    vaultWaits.push(resolve);
  });
}

/**
 * The vault was changed: what waited for it goes on where it can now, and the sheet that was opened for that closes. How the
 * vault is, changes alone tell: they come in their order, and an answer may be older than the last of them, or newer than one
 * that is still to come.
 */
export function vaultChanged({ state }: VaultState): void {
  if ((state !== 'open' && state !== 'session') || vaultWaits.length === 0) return;
  settleVault(true);
  if (isAboutVault(useApp.getState().sheet)) closeSheet();
}

export function closeAlert(): void {
  useApp.setState({ alert: null });
}

export function closeError(): void {
  useApp.setState({ error: null });
}

let noticeTimer: number | undefined;
const NOTICE_MS = 4000;

/** Says in a line what was done. */
export function tell(notice: string): void {
  window.clearTimeout(noticeTimer);
  useApp.setState({ notice });
  noticeTimer = window.setTimeout(() => useApp.setState({ notice: '' }), NOTICE_MS);
}

/**
 * Runs a call and shows what went wrong at the top of the window. Where it needs the vault, the vault is asked for first, and
 * the call made again once it is open.
 *
 * @returns the result, or null when it failed.
 */
export async function attempt<Result>(call: () => Promise<Result>): Promise<Result | null> {
  try {
    return await call();
  } catch (error) {
    const shown = shownError(error);
    if (shown.code === 'VAULT_LOCKED') return (await askForVault(shown.message)) ? attempt(call) : null;
    useApp.setState({ error: shown });
    return null;
  }
}

/** The check of a workspace that was begun last, whether it still runs or not. */
export function newestJob({ jobs }: Pick<AppState, 'jobs'>, workspaceId: number | null): JobState | undefined {
  return jobs
    .filter((job) => job.workspaceId === workspaceId)
    .reduce<JobState | undefined>(
      (newest, job) => (newest === undefined || job.startedAt >= newest.startedAt ? job : newest),
      undefined,
    );
}

function replaceById<Item extends { readonly id: unknown }>(items: readonly Item[], item: Item): readonly Item[] {
  return items.some((known) => known.id === item.id)
    ? items.map((known) => (known.id === item.id ? item : known))
    : [...items, item];
}

function apply(change: StateChange): void {
  const { workspaces, jobs } = useApp.getState();
  if (change.kind === 'workspace') useApp.setState({ workspaces: replaceById(workspaces, change.workspace) });
  if (change.kind === 'job') useApp.setState({ jobs: replaceById(jobs, change.job) });
  if (change.kind === 'link') useApp.setState({ link: change.link });
  if (change.kind === 'vault') {
    useApp.setState({ vault: change.vault });
    // A keychain that answered late may have opened it while its sheet was asking.
    vaultChanged(change.vault);
  }
  if (change.kind === 'notice') {
    const { workspaceId, title, body } = change;
    useApp.setState({ alert: { workspaceId, title, body } });
    // In Electron the core tells the system itself.
    const isBrowser = useApp.getState().about?.host === 'browser';
    if (isBrowser && document.hidden && 'Notification' in window && Notification.permission === 'granted')
      new Notification(title, { body, tag: `workspace-${workspaceId}` }).addEventListener('click', () =>
        window.focus(),
      );
  }
  for (const listener of listeners) listener(change);
}

const AFTER_PAINT_MS = 100;

/** Resolves when what is known now has been painted: what the first paint does not show has time until then. */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, AFTER_PAINT_MS));
}

/** Said once: what can be done about it is done outside of this window. */
let isTroubleShown = false;

function showTrouble({ log, troubles: [place] }: Snapshot): void {
  const trouble = place ?? log.trouble;
  if (trouble === null || isTroubleShown) return;
  isTroubleShown = true;
  useApp.setState({
    error: { code: place === undefined ? 'LOG_UNWRITABLE' : 'FILE_IN_DANGER', ...trouble, fields: {} },
  });
}

async function loadSnapshot(): Promise<number> {
  const snapshot = await core().state.snapshot({});
  reportFaultsTo(core());
  showTrouble(snapshot);
  const { workspaceId } = useApp.getState();
  const known = snapshot.workspaces.some((workspace) => workspace.id === workspaceId);
  useApp.setState({
    phase: 'ready',
    lost: false,
    about: {
      version: snapshot.version,
      host: snapshot.host,
      dataFolder: snapshot.dataFolder,
      managed: snapshot.managed,
      troubles: snapshot.troubles,
      logFile: snapshot.log.trouble === null ? snapshot.log.file : null,
    },
    vault: snapshot.vault,
    workspaces: snapshot.workspaces,
    jobs: snapshot.jobs,
    link: snapshot.link,
    workspaceId: known ? workspaceId : (snapshot.workspaces[0]?.id ?? null),
  });
  return snapshot.sequence;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;

/**
 * Loads the snapshot and follows the changes, for ever; a break is told quietly and tried again.
 *
 * @param returned resolves when there is a new way to the core: there is no need to wait any longer then.
 */
async function follow(returned: () => Promise<void>): Promise<void> {
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
    try {
      let sequence = await loadSnapshot();
      wait = FIRST_RETRY_MS;
      // Painted first; what changes meanwhile comes with the first changes.
      await afterPaint();
      for await (const change of await core().state.changes({ after: sequence })) {
        if (change.kind === 'reload' || change.sequence > sequence + 1) {
          sequence = await loadSnapshot();
          for (const listener of listeners) listener({ kind: 'reload', sequence });
        } else {
          apply(change);
        }
        sequence = Math.max(sequence, change.sequence);
      }
    } catch (error) {
      const { code } = shownError(error);
      if (code === 'NO_SESSION') {
        forgetSession();
        useApp.setState({
          phase: 'refused',
          refusal: {
            message: 'The console was restarted',
            remedy: 'Use the window that it opened, or start it again.',
          },
        });
        return;
      }
    }
    useApp.setState({ lost: true });
    await Promise.race([returned(), new Promise((resolve) => setTimeout(resolve, wait))]);
  }
}

/** Another window has taken over, and the browser does not let this one close itself. */
function stepBack(): void {
  useApp.setState({
    phase: 'refused',
    refusal: {
      message: 'The console was opened in another window',
      remedy: 'Use that one, or reload this page to continue here.',
    },
  });
}

/** What comes later than that is told to be late, in milliseconds; a start takes a tenth of it. */
const SLOW_AFTER_MS = 4000;

/** Connects the window and begins to follow the core. @returns whether it is connected. */
export async function start(): Promise<boolean> {
  setTimeout(() => useApp.setState({ slow: true }), SLOW_AFTER_MS);
  const connection = await connect().catch(() => ({
    state: 'refused' as const,
    message: 'The console does not answer',
    remedy: 'Check that it is still running, and start it again if it is not.',
  }));
  if (connection.state === 'refused') {
    useApp.setState({ phase: 'refused', refusal: connection });
    return false;
  }
  connected = connection.client;
  void follow(connection.returned);
  void afterPaint().then(() => closeWhenTakenOver(stepBack));
  return true;
}

/** Resolves when there is a first state to show. */
export function firstState(): Promise<void> {
  return new Promise((resolve) => {
    const stop = useApp.subscribe(({ phase }) => {
      if (phase === 'connecting') return;
      stop();
      resolve();
    });
  });
}
