import { create } from 'zustand';
import type { KeyCheck } from '../../../shared/contract/probes.ts';
import type { SecretChange } from '../../../shared/contract/vault.ts';
import type { Settings, SettingsFields } from '../../../shared/contract/settings.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { LastAsked, Reader } from '../../data/reader.ts';
import { askForVault, attempt, core, onChange, setLeaveGuard, tell, useApp } from '../../session/store.ts';
import { shownError } from '../../session/errors.ts';

/** General settings as they are saved and as they are being typed. */
export interface SettingsState {
  readonly saved: Settings | null;
  /**
   * The revision that was there when typing began, once somebody else has saved a newer one: what is typed was made without
   * knowing it. Null: what is typed is based on what is saved.
   */
  readonly base: number | null;
  /** Only what differs from what is saved. */
  readonly typed: Partial<SettingsFields>;
  readonly apiKey: SecretChange | null;
  readonly authKey: SecretChange | null;
  readonly faults: Readonly<Record<string, string>>;
  readonly busy: 'saving' | 'testing' | 'keys' | null;
  readonly trace: ProbeTrace | null;
  readonly keyCheck: KeyCheck | null;
  /** What was typed in an earlier run can be taken up again. */
  readonly draftOffered: boolean;
}

const fresh: SettingsState = {
  saved: null,
  base: null,
  typed: {},
  apiKey: null,
  authKey: null,
  faults: {},
  busy: null,
  trace: null,
  keyCheck: null,
  draftOffered: false,
};

export const useSettings = create<SettingsState>(() => fresh);

const DRAFT_DELAY_MS = 600;
let draftTimer: number | undefined;

export function isDirty({ typed, apiKey, authKey }: SettingsState): boolean {
  return Object.keys(typed).length > 0 || apiKey !== null || authKey !== null;
}

/** Whether something is changed that the service has to be told of. */
export function concernsService({ saved, typed, authKey }: SettingsState): boolean {
  const responseDomain = typed.responseDomain ?? saved?.fields.responseDomain ?? '';
  const hasAuthKey = authKey === null ? saved !== null && saved.authKey.setAt !== null : authKey.do === 'set';
  return responseDomain !== '' && hasAuthKey && (typed.responseDomain !== undefined || authKey !== null);
}

/** The fields as they would be saved. */
export function currentFields({ saved, typed }: SettingsState): SettingsFields | null {
  return saved === null ? null : { ...saved.fields, ...typed };
}

/** The settings that are open; another one: others are. */
let reader: Reader<Settings> | null = null;

function take(saved: Settings | null): void {
  if (saved === null) return;
  const { saved: before, typed, draftOffered } = useSettings.getState();
  const hasDraft =
    saved.draft !== null && Object.keys(typed).length === 0 && saved.draft.baseRevision === saved.revision;
  // A test of what is typed stays until something else is typed or saved.
  const isTyped = typed.serviceUrl !== undefined || typed.extraCa !== undefined;
  useSettings.setState((state) => ({
    saved,
    base:
      isDirty(state) && state.saved?.revision !== saved.revision
        ? (state.base ?? state.saved?.revision ?? null)
        : state.base,
    trace: isTyped ? state.trace : saved.traces.connection,
    // A draft that is made while the settings are open is what stands, or stood, in the fields.
    draftOffered: hasDraft && (before === null || draftOffered),
  }));
}

/** Changes of drafts on their way to the core. Whoever reads before they are there is told what was before them. */
const draftsUnderWay = new Set<Promise<unknown>>();

function noteUnderWay<Call extends Promise<unknown>>(call: Call): Call {
  draftsUnderWay.add(call);
  const end = () => void draftsUnderWay.delete(call);
  void call.then(end, end);
  return call;
}

/** Opens the settings of a workspace. @returns the function that closes them. */
export function openSettings(workspaceId: number): () => void {
  useSettings.setState(fresh);
  const opened = new Reader(async () => {
    if (draftsUnderWay.size > 0) await Promise.allSettled(draftsUnderWay);
    return attempt(() => core().settings.get({ workspaceId }));
  }, take);
  reader = opened;
  void opened.read();
  setLeaveGuard({ losesSomething: () => isDirty(useSettings.getState()), save });
  const warn = (event: BeforeUnloadEvent) => {
    if (isDirty(useSettings.getState())) event.preventDefault();
    hurryDraft(workspaceId);
  };
  window.addEventListener('beforeunload', warn);
  const stop = onChange((change) => {
    const concerns = change.kind === 'reload' || (change.kind === 'settings' && change.workspaceId === workspaceId);
    if (concerns) void opened.read();
  });
  return () => {
    hurryDraft(workspaceId);
    opened.end();
    stop();
    window.removeEventListener('beforeunload', warn);
    setLeaveGuard(null);
  };
}

function keepDraft(workspaceId: number): void {
  forgetDraftTimer();
  const { saved, typed } = useSettings.getState();
  if (saved === null || saved.workspaceId !== workspaceId) return;
  const call =
    Object.keys(typed).length === 0
      ? core().settings.discardDraft({ workspaceId })
      : core().settings.saveDraft({ workspaceId, baseRevision: saved.revision, fields: typed });
  // A draft that can't be kept is no reason to disturb; the typed text is still in the window.
  void noteUnderWay(call).then(undefined, () => undefined);
}

function forgetDraftTimer(): void {
  window.clearTimeout(draftTimer);
  draftTimer = undefined;
}

function scheduleDraft(workspaceId: number): void {
  window.clearTimeout(draftTimer);
  draftTimer = window.setTimeout(() => keepDraft(workspaceId), DRAFT_DELAY_MS);
}

/** Keeps at once what was typed just now: in a moment the view, or the whole window, may be gone. */
function hurryDraft(workspaceId: number): void {
  if (draftTimer !== undefined) keepDraft(workspaceId);
}

export function type<Name extends keyof SettingsFields>(name: Name, value: SettingsFields[Name]): void {
  const { saved, typed, faults } = useSettings.getState();
  if (saved === null) return;
  const { [name]: _old, ...others } = typed;
  const { [`fields.${name}`]: _fault, ...otherFaults } = faults;
  useSettings.setState({
    typed: saved.fields[name] === value ? others : { ...others, [name]: value },
    faults: otherFaults,
    // What was found speaks of another address now.
    ...(name === 'serviceUrl' || name === 'extraCa'
      ? { trace: saved.fields[name] === value ? saved.traces.connection : null }
      : {}),
  });
  scheduleDraft(saved.workspaceId);
}

export function setFault(name: string, fault: string | null): void {
  const { [name]: _old, ...others } = useSettings.getState().faults;
  useSettings.setState({ faults: fault === null ? others : { ...others, [name]: fault } });
}

export function changeSecret(name: 'apiKey' | 'authKey', change: SecretChange | null): void {
  useSettings.setState(name === 'apiKey' ? { apiKey: change } : { authKey: change });
}

export function takeDraft(): void {
  const { saved } = useSettings.getState();
  if (saved?.draft == null) return;
  useSettings.setState({
    typed: JSON.parse(JSON.stringify(saved.draft.fields)) as Partial<SettingsFields>,
    draftOffered: false,
  });
}

export async function dropDraft(): Promise<void> {
  const { saved } = useSettings.getState();
  useSettings.setState({ draftOffered: false });
  if (saved === null) return;
  await attempt(() => noteUnderWay(core().settings.discardDraft({ workspaceId: saved.workspaceId })));
}

export function discard(): void {
  forgetDraftTimer();
  useSettings.setState({ base: null, typed: {}, apiKey: null, authKey: null, faults: {} });
  void dropDraft();
}

/** What is typed beside what was sent to be saved, which is saved by now. */
function typedSince(before: Settings, sent: Partial<SettingsFields>): Partial<SettingsFields> {
  const now = { ...before.fields, ...useSettings.getState().typed };
  const then = { ...before.fields, ...sent };
  const names = Object.keys(now) as (keyof SettingsFields)[];
  return Object.fromEntries(names.filter((name) => now[name] !== then[name]).map((name) => [name, now[name]]));
}

type Faults = SettingsState['faults'];

/** Faults of fields by whether these stand as they were sent to be saved. */
function faultsOf({ typed }: SettingsState, sent: Partial<SettingsFields>, faults: Faults, isAsSent = true): Faults {
  const isWanted = ([field]: readonly [string, string]) => {
    const name = field.replace(/^fields\./, '') as keyof SettingsFields;
    return (typed[name] === sent[name]) === isAsSent;
  };
  return Object.fromEntries(Object.entries(faults).filter(isWanted));
}

/** What was found of fields that were typed in since, of which an answer says nothing. */
const faultsSince = (now: SettingsState, sent: Partial<SettingsFields>): Faults =>
  faultsOf(now, sent, now.faults, false);

type Typed = Pick<SettingsState, 'typed' | 'apiKey' | 'authKey'>;

let saving: { readonly sent: Typed; readonly done: Promise<boolean> } | null = null;

const isSame = (one: Typed, other: Typed) =>
  one.typed === other.typed && one.apiKey === other.apiKey && one.authKey === other.authKey;

/** Saves everything typed, after what is being saved already. @returns whether it was saved. */
export async function save(): Promise<boolean> {
  if (saving !== null) {
    const { sent, done } = saving;
    // What was corrected since is another thing to save, whatever becomes of what was sent.
    const isCorrected = !isSame(sent, useSettings.getState());
    return (await done) || isCorrected ? save() : false;
  }
  saving = { sent: useSettings.getState(), done: saveTyped() };
  try {
    return await saving.done;
  } finally {
    saving = null;
  }
}

const keyChecks = new LastAsked();

async function saveTyped(): Promise<boolean> {
  const state = useSettings.getState();
  const { saved, typed, apiKey, authKey } = state;
  if (saved === null || !isDirty(state)) return true;
  const opened = reader;
  forgetDraftTimer();
  useSettings.setState({ busy: 'saving' });
  try {
    const next = await core().settings.save({
      workspaceId: saved.workspaceId,
      revision: state.base ?? saved.revision,
      fields: typed,
      ...(apiKey === null ? {} : { apiKey }),
      ...(authKey === null ? {} : { authKey }),
    });
    tell('Saved');
    if (opened !== reader) return true;
    keyChecks.next();
    useSettings.setState((now) => ({
      saved: next,
      base: null,
      typed: typedSince(saved, typed),
      apiKey: now.apiKey === apiKey ? null : now.apiKey,
      authKey: now.authKey === authKey ? null : now.authKey,
      faults: faultsSince(now, typed),
      busy: null,
      keyCheck: null,
    }));
    opened?.put(next);
    return true;
  } catch (error) {
    const shown = shownError(error);
    if (opened !== reader) {
      useApp.setState({ error: shown });
      return false;
    }
    // Its draft was left to the saving.
    scheduleDraft(saved.workspaceId);
    // Somebody who was told of the newer one may save over it.
    const isTold = shown.code === 'CONFLICT';
    useSettings.setState((now) => ({
      busy: null,
      faults: { ...faultsSince(now, typed), ...faultsOf(now, typed, shown.fields) },
      ...(isTold ? { base: null } : {}),
    }));
    if (isTold) void opened?.read();
    // What was typed is saved as soon as there is something to seal its keys with.
    if (shown.code === 'VAULT_LOCKED') return (await askForVault(shown.message)) ? saveTyped() : false;
    useApp.setState({ error: shown });
    return false;
  }
}

export async function testConnection(): Promise<void> {
  const state = useSettings.getState();
  const fields = currentFields(state);
  if (state.saved === null || fields === null) return;
  useSettings.setState({ busy: 'testing' });
  const opened = reader;
  const { workspaceId } = state.saved;
  const isTyped = state.typed.serviceUrl !== undefined || state.typed.extraCa !== undefined;
  const unsaved = { serviceUrl: fields.serviceUrl, extraCa: fields.extraCa };
  const trace = await attempt(() => core().probes.connection(isTyped ? { workspaceId, unsaved } : { workspaceId }));
  if (opened !== reader) return;
  const now = currentFields(useSettings.getState());
  // Something else may have been typed or saved meanwhile, of which this says nothing.
  const isOfNow = now?.serviceUrl === unsaved.serviceUrl && now.extraCa === unsaved.extraCa;
  useSettings.setState(({ busy, trace: known }) => ({
    busy: busy === 'testing' ? null : busy,
    trace: trace !== null && isOfNow ? trace : known,
  }));
}

export async function checkKeys(): Promise<void> {
  const { saved } = useSettings.getState();
  if (saved === null) return;
  useSettings.setState({ busy: 'keys' });
  const opened = reader;
  const isOfNow = keyChecks.next();
  const keyCheck = await attempt(() => core().probes.keys({ workspaceId: saved.workspaceId }));
  if (opened !== reader) return;
  useSettings.setState(({ busy }) => ({
    busy: busy === 'keys' ? null : busy,
    // The keys that are saved now may be others.
    keyCheck: isOfNow() ? keyCheck : null,
  }));
}
