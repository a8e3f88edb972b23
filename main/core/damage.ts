import { fact } from '../../shared/facts/catalogue.ts';
import { factText } from '../../shared/facts/fact-text.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import type { Damage } from '../store/damage.ts';
import type { Loss } from '../store/losses.ts';
import { tableFacts } from '../store/losses.ts';
import type { CoreContext } from './context.ts';
import { record } from './context.ts';

/** Places that the log names one by one. */
const MOST_NAMED = 20;

const AFTER = fact('store.after-damage');

/** What was damaged, and what to do. */
const detailsOf = (damage: readonly Damage[]): readonly Fact[] => [
  fact('store.damaged-parts', { parts: tableFacts(damage.map(({ table }) => table)) }),
  AFTER,
];

/** Damages in words for a person. */
export function damageWords(damage: readonly Damage[]): { readonly message: string; readonly remedy: string } {
  return {
    message: factText(fact('store.damage', { count: damage.length })),
    remedy: detailsOf(damage).map(factText).join(' '),
  };
}

/** What was lost, in words for a person. */
export const lossWords = (loss: Loss): { readonly message: string; readonly remedy: string } => ({
  message: factText(loss.what),
  remedy: loss.remedies.map(factText).join(' '),
});

/** Tells log and Activity as soon as more is found to be damaged than was told. */
export function createDamageReporter(context: CoreContext): () => void {
  let told = 0;
  return () => {
    const damage = context.store.damage();
    if (damage.length <= told) return;
    told = damage.length;
    context.log.error({ damage: damage.slice(0, MOST_NAMED) }, 'values of the data file are damaged');
    for (const { id } of context.store.workspaces.list())
      record(context, id, 'workspace', fact('store.damage', { count: told }), {
        details: detailsOf(damage),
        severity: 'error',
      });
  };
}

/** Tells log and Activity what the data file has lost, then goes on with what it holds. */
export function reportLosses(context: CoreContext): void {
  const { losses } = context.store;
  if (losses.length === 0) return;
  context.log.error({ losses: losses.map(lossWords) }, 'the data file has lost what was saved');
  for (const { id } of context.store.workspaces.list())
    for (const { what, remedies } of losses)
      record(context, id, 'workspace', what, { details: remedies, severity: 'error' });
  // Only now: whoever is stopped before is told again.
  context.store.goOnWithout();
}
