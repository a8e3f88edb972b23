import type { CoreContext } from './context.ts';
import { record } from './context.ts';

/** Places that the log names one by one. */
const MOST_NAMED = 20;

/** Damages in words for a person. */
export function damageWords(amount: number): { readonly message: string; readonly remedy: string } {
  return {
    message: `${amount} value${amount === 1 ? '' : 's'} of the data file can no longer be read and count${amount === 1 ? 's' : ''} as unknown`,
    remedy: 'Restore an earlier copy, or check the domains and save the settings again.',
  };
}

/** Tells log and Activity as soon as more is found to be damaged than was told. */
export function createDamageReporter(context: CoreContext): () => void {
  let told = 0;
  return () => {
    const damage = context.store.damage();
    if (damage.length <= told) return;
    told = damage.length;
    const { message, remedy } = damageWords(damage.length);
    context.log.error({ damage: damage.slice(0, MOST_NAMED) }, 'values of the data file are damaged');
    for (const { id } of context.store.workspaces.list())
      record(context, id, 'workspace', message, { detail: remedy, severity: 'error' });
  };
}
