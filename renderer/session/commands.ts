import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import type { TabId } from './tabs.ts';
import { openTab, useApp } from './store.ts';

/** What can be done by typing its name: views say what they can do, for as long as they are shown. */

export interface Command {
  readonly id: string;
  readonly label: string;
  /** What it is about: `Domain`, `Check`, `Workspace` … */
  readonly kind: string;
  /** Not shown, but found by: other words for the same. */
  readonly words?: string;
  readonly run: () => void;
}

interface CommandState {
  /** By the view that offers them. */
  readonly offered: Readonly<Record<string, readonly Command[]>>;
  /** Asked for before the view that offers it was shown. */
  readonly pending: string | null;
}

export const useOffered = create<CommandState>(() => ({ offered: {}, pending: null }));

function runPending(commands: readonly Command[]): void {
  const { pending } = useOffered.getState();
  const command = commands.find((candidate) => candidate.id === pending);
  if (command === undefined) return;
  useOffered.setState({ pending: null });
  command.run();
}

/**
 * Offers commands while a view is shown.
 *
 * @param view the offering view; a second offer of the same view replaces the first.
 */
export function useCommands(view: string, commands: readonly Command[]): void {
  const latest = useRef(commands);
  latest.current = commands;
  const signature = commands.map(({ id, label }) => `${id}|${label}`).join('\n');
  useEffect(() => {
    // The list is told anew when a name changes; what a command does is looked up when it runs.
    const told = latest.current.map((command) => ({
      ...command,
      run: () => latest.current.find(({ id }) => id === command.id)?.run(),
    }));
    useOffered.setState(({ offered }) => ({ offered: { ...offered, [view]: told } }));
    // A view may be set up twice while its tab opens: the one that stays runs what was asked for.
    const timer = window.setTimeout(() => runPending(told), 0);
    return () => {
      window.clearTimeout(timer);
      useOffered.setState(({ offered }) => {
        const { [view]: _gone, ...rest } = offered;
        return { offered: rest };
      });
    };
  }, [view, signature]);
}

/** Runs a command that a view on another tab offers, once it is shown. */
export function runOn(tab: TabId, id: string): void {
  const { offered } = useOffered.getState();
  useOffered.setState({ pending: id });
  openTab(tab);
  if (useApp.getState().tab !== tab) {
    useOffered.setState({ pending: null });
    return;
  }
  runPending(Object.values(offered).flat());
}
