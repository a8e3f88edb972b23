import { useState } from 'react';
import type { VaultState } from '../../../shared/contract/vault.ts';
import type { ShownError } from '../../session/errors.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { closeSheet, tell, vaultChanged } from '../../session/store.ts';

export interface VaultAction {
  /** The name of what runs, or null. */
  readonly running: string | null;
  readonly error: ShownError | null;
  /** Runs one thing at a time; done, it is told in a line and the sheet closes. */
  readonly run: (name: string, call: () => Promise<VaultState>, done: (vault: VaultState) => string) => Promise<void>;
}

/** Changes of the vault out of a sheet: a failure is told in the sheet, which stays open with all that was typed. */
export function useVaultAction(): VaultAction {
  const [running, setRunning] = useState<string | null>(null);
  const { error, setError, failed, whileShown } = useSheetAnswers();
  return {
    running,
    error,
    async run(name, call, done) {
      if (running !== null) return;
      setRunning(name);
      setError(null);
      try {
        const vault = await call();
        tell(done(vault));
        vaultChanged(vault);
        whileShown(closeSheet);
      } catch (caught) {
        failed(caught);
      }
      setRunning(null);
    },
  };
}

/** The text of an error, for a field or a line of its own. */
export const errorText = ({ message, remedy }: ShownError): string => `${message}. ${remedy}`;
