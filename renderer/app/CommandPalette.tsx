import { useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { Field, Sheet } from '../ui/controls.tsx';
import styles from './App.module.css';
import { openPractice } from './practice.ts';
import { attempt, core, openSheet, openTab, openWorkspace, tabs, useApp } from './store.ts';
import { applyTheme } from './theme.ts';

interface Command {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly run: () => void;
}

/** Everything that can be done from anywhere, found by typing. */
export function CommandPalette() {
  const [text, setText] = useState('');
  const workspaces = useApp((state) => state.workspaces);
  const workspaceId = useApp((state) => state.workspaceId);

  const commands: readonly Command[] = [
    ...tabs.map((tab) => ({ id: `tab-${tab.id}`, label: tab.label, kind: 'Tab', run: () => openTab(tab.id) })),
    ...workspaces.map((workspace) => ({
      id: `workspace-${workspace.id}`,
      label: workspace.name,
      kind: 'Workspace',
      run: () => openWorkspace(workspace.id),
    })),
    ...(workspaceId === null
      ? []
      : [
          {
            id: 'verify',
            label: 'Verify all domains',
            kind: 'Action',
            run: () =>
              void attempt(() => core().domains.verify({ workspaceId, selection: { which: 'all' } })).then(() =>
                openTab('domains'),
              ),
          },
          {
            id: 'test',
            label: 'Test connection',
            kind: 'Action',
            run: () => void attempt(() => core().probes.connection({ workspaceId })).then(() => openTab('settings')),
          },
        ]),
    { id: 'new', label: 'New workspace', kind: 'Action', run: () => openSheet('workspace') },
    { id: 'practice', label: 'Open the practice workspace', kind: 'Action', run: () => void openPractice() },
    { id: 'vault', label: 'Vault', kind: 'Action', run: () => openSheet('vault') },
    { id: 'light', label: 'Light theme', kind: 'Theme', run: () => applyTheme('light') },
    { id: 'dark', label: 'Dark theme', kind: 'Theme', run: () => applyTheme('dark') },
    { id: 'system', label: 'System theme', kind: 'Theme', run: () => applyTheme('system') },
  ];
  const shown = commands.filter((command) => command.label.toLowerCase().includes(text.trim().toLowerCase()));
  const run = (id: unknown) => {
    openSheet(null);
    commands.find((command) => command.id === id)?.run();
  };

  return (
    <Sheet title="What do you want to do?" isOpen onClose={() => openSheet(null)}>
      <form
        className={styles.palette}
        onSubmit={(event) => {
          event.preventDefault();
          if (shown[0] !== undefined) run(shown[0].id);
        }}
      >
        <Field
          label="Command"
          type="search"
          value={text}
          onChange={setText}
          help="Enter runs the first; the arrow keys choose."
          autoFocus
        />
        <button type="submit" hidden />
        <ListBox
          className={styles.paletteList ?? ''}
          aria-label="Commands"
          items={shown}
          onAction={run}
          renderEmptyState={() => 'Nothing fits'}
        >
          {(command) => (
            <ListBoxItem className={styles.paletteItem ?? ''} id={command.id} textValue={command.label}>
              {command.label}
              <span>{command.kind}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </form>
    </Sheet>
  );
}
