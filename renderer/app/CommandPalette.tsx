import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { showControls } from '../../shared/text/controls.ts';
import type { KeyboardEvent } from 'react';
import type { DomainRow } from '../../shared/contract/domains.ts';
import type { JobState } from '../../shared/contract/jobs.ts';
import { useDomains } from '../data/domains.ts';
import { useManaged } from '../data/managed.ts';
import { fieldCommand, settingFields } from '../features/settings/fields.ts';
import controls from '../ui/controls.module.css';
import { Sheet } from '../ui/controls.tsx';
import styles from './Palette.module.css';
import type { Command } from '../session/commands.ts';
import { runOn, useOffered } from '../session/commands.ts';
import { openPractice } from '../session/practice.ts';
import {
  attempt,
  core,
  newestJob,
  openSheet,
  openTab,
  openWorkspace,
  showDomain,
  tell,
  useApp,
  closeSheet,
} from '../session/store.ts';
import { useStateFor } from '../ui/state-for.ts';
import type { TabId } from '../session/tabs.ts';
import { tabs } from '../session/tabs.ts';
import { applyTheme } from '../session/theme.ts';

/** Domains offered at once; typing more of the name narrows them down. */
const MOST_DOMAINS = 30;

/** Does something that a tab shows, which is opened at once: by the answer the person may have gone on. */
function doOn(tab: TabId, call: () => Promise<unknown>): void {
  openTab(tab);
  void attempt(call);
}

/** What can be done in a workspace from wherever the person is. */
function workspaceCommands(workspaceId: number): readonly Command[] {
  const verify = (which: 'all' | 'not-verified') =>
    doOn('domains', () => core().domains.verify({ workspaceId, selection: { which } }));
  return [
    { id: 'domains.add', label: 'Add domains', kind: 'Domains', run: () => runOn('domains', 'domains.add') },
    { id: 'domains.verify', label: 'Verify all domains', kind: 'Domains', run: () => verify('all') },
    {
      id: 'domains.rest',
      label: 'Verify only unverified domains',
      kind: 'Domains',
      run: () => verify('not-verified'),
    },
    {
      id: 'probes.connection',
      label: 'Test connection',
      kind: 'Probe',
      run: () => doOn('settings', () => core().probes.connection({ workspaceId })),
    },
    {
      id: 'settings.keys',
      label: 'Check keys',
      kind: 'Probe',
      run: () => runOn('settings', 'settings.keys'),
    },
    {
      id: 'probes.responses',
      label: 'Probe the webhook address',
      kind: 'Probe',
      run: () => doOn('responses', () => core().probes.responses({ workspaceId })),
    },
    {
      id: 'probes.monitoring',
      label: 'Probe the monitoring address',
      kind: 'Probe',
      run: () => doOn('monitoring', () => core().probes.monitoring({ workspaceId })),
    },
    {
      id: 'responses.deny-list',
      label: 'Check a deny list',
      kind: 'Responses',
      run: () => runOn('responses', 'responses.deny-list'),
    },
    {
      id: 'monitoring.bundle',
      label: 'Preview the support bundle',
      kind: 'Monitoring',
      run: () => runOn('monitoring', 'monitoring.bundle'),
    },
    ...settingFields.map(({ label, words }) => ({
      id: fieldCommand(label),
      label,
      kind: 'Setting',
      words,
      run: () => runOn('settings', fieldCommand(label)),
    })),
    { id: 'templates', label: 'Edit the record templates', kind: 'Settings', run: () => openSheet('templates') },
    {
      id: 'export',
      label: 'Export the workspace',
      kind: 'Workspace',
      words: 'backup save file',
      run: () => openSheet('export'),
    },
    {
      id: 'import',
      label: 'Import a workspace',
      kind: 'Workspace',
      words: 'merge open file',
      run: () => openSheet('import'),
    },
    { id: 'rename', label: 'Rename the workspace', kind: 'Workspace', run: () => openSheet('rename') },
  ];
}

/** What can be done with a check that is under way. */
function jobCommands(job: JobState | undefined): readonly Command[] {
  if (job === undefined || (job.status !== 'running' && job.status !== 'paused')) return [];
  const { id: jobId } = job;
  const isPaused = job.status === 'paused';
  return [
    {
      id: 'job.pause',
      label: isPaused ? 'Resume the check' : 'Pause the check',
      kind: 'Check',
      run: () => void attempt(() => (isPaused ? core().jobs.resume({ jobId }) : core().jobs.pause({ jobId }))),
    },
    {
      id: 'job.cancel',
      label: 'Cancel the check',
      kind: 'Check',
      run: () => void attempt(() => core().jobs.cancel({ jobId })),
    },
  ];
}

function useCommandList(): readonly Command[] {
  const workspaces = useApp((state) => state.workspaces);
  const workspaceId = useApp((state) => state.workspaceId);
  const job = useApp((state) => newestJob(state, workspaceId));
  const vault = useApp((state) => state.vault?.state);
  const mayChoosePassphrase = useApp(
    (state) => state.vault?.ways.some((way) => way === 'create' || way === 'change-passphrase') === true,
  );
  const offered = useOffered((state) => state.offered);
  const practiceLock = useManaged()('Practice');
  return useMemo(() => {
    const own = Object.values(offered).flat();
    const general: readonly Command[] = [
      ...tabs.map((tab) => ({ id: `tab-${tab.id}`, label: tab.label, kind: 'Tab', run: () => openTab(tab.id) })),
      ...(workspaceId === null ? [] : [...workspaceCommands(workspaceId), ...jobCommands(job)]),
      ...workspaces.map((workspace) => ({
        id: `workspace-${workspace.id}`,
        label: showControls(workspace.name),
        kind: 'Workspace',
        run: () => openWorkspace(workspace.id),
      })),
      { id: 'new', label: 'New workspace', kind: 'Workspace', run: () => openSheet('workspace') },
      {
        id: 'practice',
        label: 'Open the practice workspace',
        kind: 'Workspace',
        run: () => (practiceLock === null ? void openPractice() : tell(`Practice workspace: ${practiceLock}`)),
      },
      {
        id: 'vault',
        label: 'Vault',
        kind: 'Vault',
        words: 'backup restore copy passphrase keychain unlock recover secrets',
        run: () => openSheet('vault'),
      },
      {
        id: 'copies',
        label: 'Copies of the data file',
        kind: 'Help',
        words: 'backup restore damaged',
        run: () => openSheet('copies'),
      },
      {
        id: 'shortcuts',
        label: 'Keyboard shortcuts',
        kind: 'Help',
        words: 'keys hotkeys f1',
        run: () => openSheet('shortcuts'),
      },
      ...(vault === 'open'
        ? [
            {
              id: 'lock',
              label: 'Lock the vault',
              kind: 'Vault',
              run: () => void attempt(() => core().vault.lock({})).then((done) => done && tell('The vault is locked')),
            },
          ]
        : []),
      ...(vault === 'open' && mayChoosePassphrase
        ? [
            {
              id: 'passphrase',
              label: 'Change the passphrase',
              kind: 'Vault',
              run: () => openSheet('passphrase'),
            },
          ]
        : []),
      { id: 'light', label: 'Light theme', kind: 'Theme', run: () => applyTheme('light') },
      { id: 'dark', label: 'Dark theme', kind: 'Theme', run: () => applyTheme('dark') },
      { id: 'system', label: 'System theme', kind: 'Theme', run: () => applyTheme('system') },
    ];
    // A view's own offer says more than the general one of the same name.
    const known = new Set(own.map((command) => command.id));
    return [...own, ...general.filter((command) => !known.has(command.id))];
  }, [workspaces, workspaceId, job, vault, mayChoosePassphrase, offered, practiceLock]);
}

const NONE: readonly DomainRow[] = [];

/** The domains of the open workspace, asked for where its list has not been shown yet. */
function useRows(workspaceId: number | null): readonly DomainRow[] {
  const listed = useDomains((state) => (state.workspaceId === workspaceId ? (state.list?.rows ?? null) : null));
  const [asked, setAsked] = useStateFor<readonly DomainRow[]>(workspaceId ?? '', NONE);
  const isMissing = listed === null && workspaceId !== null;
  useEffect(() => {
    if (!isMissing) return undefined;
    let current = true;
    void attempt(() => core().domains.list({ workspaceId })).then((rows) => {
      if (current && rows !== null) setAsked(rows);
    });
    return () => {
      current = false;
    };
  }, [isMissing, workspaceId, setAsked]);
  return listed ?? asked;
}

/** The domains whose names hold what was typed; none before something was. */
function useDomainCommands(text: string): readonly Command[] {
  const workspaceId = useApp((state) => state.workspaceId);
  const rows = useRows(workspaceId);
  const wanted = text.trim().toLowerCase();
  if (wanted.length < 2 || workspaceId === null) return [];
  return rows
    .filter((row) => row.name.includes(wanted) || row.unicodeName.includes(wanted))
    .slice(0, MOST_DOMAINS)
    .map((row) => ({
      id: `domain-${row.id}`,
      label: row.unicodeName,
      kind: 'Domain',
      run: () => showDomain(workspaceId, row.id),
    }));
}

/** Every word that was typed stands somewhere in the label, in its kind or in the other words for it. */
function fits(command: Command, text: string): boolean {
  const words = text.trim().toLowerCase().split(/\s+/);
  const whole = `${command.label} ${command.kind} ${command.words ?? ''}`.toLowerCase();
  return words.every((word) => whole.includes(word));
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/** Everything that can be done from anywhere, found by typing: a combobox whose list is led from the field. */
export function CommandPalette() {
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const listId = useId();
  const marked = useRef<HTMLDivElement>(null);
  const shown = [...useCommandList().filter((command) => fits(command, text)), ...useDomainCommands(text)];
  const chosen = Math.min(place, shown.length - 1);
  useEffect(() => {
    // Some browsers give a promise back, which is nothing to clean up with.
    marked.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen, text]);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    closeSheet();
    // The palette gives the focus back in the next frame; a command may take it to where it leads after that.
    requestAnimationFrame(() => requestAnimationFrame(command.run));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setPlace(Math.min(Math.max(chosen + step, 0), shown.length - 1));
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      run(shown[chosen]);
    }
  };
  const idAt = (index: number) => `${listId}-${index}`;
  return (
    <Sheet title="What do you want to do?" isOpen onClose={closeSheet}>
      <div className={styles.palette} onKeyDown={onKeyDown} role="presentation">
        <input
          className={controls.input}
          role="combobox"
          aria-label="Command"
          aria-expanded
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={chosen < 0 ? undefined : idAt(chosen)}
          placeholder="Type a few letters, then choose with the arrow keys"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setPlace(0);
          }}
          // The palette was asked for to be typed into.
          autoFocus
        />
        <div id={listId} className={styles.paletteList} role="listbox" aria-label="Commands" tabIndex={0}>
          {shown.map((command, index) => (
            <div
              key={command.id}
              id={idAt(index)}
              ref={index === chosen ? marked : null}
              className={styles.paletteItem}
              role="option"
              aria-selected={index === chosen}
              onPointerMove={() => setPlace(index)}
              onClick={() => run(command)}
            >
              {command.label}
              <span>{command.kind}</span>
            </div>
          ))}
        </div>
        {shown.length === 0 && <p className={styles.paletteEmpty}>No match</p>}
      </div>
    </Sheet>
  );
}
