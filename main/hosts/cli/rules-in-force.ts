import type { MailboxProvider } from '../../../shared/policy/mailbox-providers.ts';
import { mailboxProviders } from '../../../shared/policy/mailbox-providers.ts';
import { builtKey, createReceiverRules } from '../../core/rules/service.ts';
import { dataFolder } from '../data-folder.ts';

export interface RulesOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** The receivers' rules that hold, for a command that needs nothing else of the data folder. */
export function rulesInForce({ dataDir }: RulesOptions): readonly MailboxProvider[] {
  const key = builtKey();
  // Without a key no file is taken, and no data folder looked for.
  if (key === '') return mailboxProviders;
  return createReceiverRules({ dataFolder: dataFolder(dataDir), key, clock: { now: Date.now } }).providers();
}
