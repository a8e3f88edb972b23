import { countText } from '../../../shared/text/counted.ts';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { StepCondition } from '../../../shared/dmarc/ladder.ts';
import type { StepEffect } from '../../../shared/dmarc/step-effect.ts';
import type { DmarcCard } from '../../../shared/manual/dmarc-card.ts';
import { policyRungs } from '../../../shared/manual/policy-rungs.ts';
import { preparedStep } from '../../../shared/manual/policy-step.ts';
import type { Work } from './command.ts';
import type { Target } from './listed-domains.ts';
import { domainNamed } from './listed-domains.ts';
import { exitCodes, print } from './output.ts';
import { chosenWorkspace } from './session.ts';

/** What `evidence step` does. */

export interface StepOptions {
  readonly prepare?: boolean;
  readonly reports?: string;
  readonly writtenBy?: 'people' | 'programs';
}

type Change = Parameters<CoreClient['domains']['configure']>[0]['configuration'];

const STATES = { met: 'met', 'not-met': 'NOT MET', unknown: 'not known' } as const;
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

const conditionLines = (conditions: readonly StepCondition[]): readonly string[] =>
  conditions.map(({ asks, state, known }) => `  ${STATES[state]}: ${asks} ${known}`);

function effectLines(effect: StepEffect | null): readonly string[] {
  if (effect === null) return ['No report was read that shows what this step would have done.'];
  const { from, until, deed, passing, failing, others } = effect;
  const time = from === null || until === null ? '' : ` from ${day(from)} to ${day(until)}`;
  return [
    `Of the mail in the reports${time}, this step would have left ${countText(passing)} messages alone${
      failing.length === 0 ? ', and lost none.' : ` and, once it counts, ${deed}:`
    }`,
    ...failing.map(
      (sender) => `  ${countText(sender.failing)} of ${countText(sender.messages)} of ${sender.name} (${sender.is})`,
    ),
    ...(others === 0 ? [] : [`  ${countText(others)} of other senders`]),
  ];
}

async function dmarcOf(client: CoreClient, target: Target): Promise<DmarcCard | null> {
  const { steps } = await client.domains.manual(target);
  return steps.flatMap(({ cards }) => cards).find(({ dmarc }) => dmarc !== null)?.dmarc ?? null;
}

async function configure(client: CoreClient, target: Target, change: Change): Promise<void> {
  const { revision } = await client.domains.configuration(target);
  await client.domains.configure({ ...target, revision, configuration: change });
}

async function prepare(client: CoreClient, target: Target, next: NonNullable<DmarcCard['next']>, reports?: string) {
  if (next.asksAddress && reports === undefined)
    throw new RangeError('--reports: name the mailbox that aggregate reports shall go to.');
  const { configuration } = await client.domains.configuration(target);
  await configure(client, target, { dmarc: preparedStep(configuration.dmarc, next, reports ?? '') });
}

/** `evidence step`. Ends with 3 where something is to be mended first, with 6 where there is no DMARC record to go on from. */
export function policyStep(domain: string, { prepare: asked, reports, writtenBy }: StepOptions): Work<unknown> {
  return async ({ client, options, terminal }) => {
    const target = await domainNamed(client, await chosenWorkspace(client, options), domain);
    if (writtenBy !== undefined) await configure(client, target, { users: writtenBy });
    const card = await dmarcOf(client, target);
    if (card === null) {
      print(terminal, options.json === true, null, [
        `The manual of ${domain} has no DMARC record: choose its provider first.`,
      ]);
      return exitCodes.noResult;
    }
    const { next, rung } = card;
    if (asked === true && next !== null) await prepare(client, target, next, reports);
    const here = `${domain} stands at “${policyRungs[rung] ?? ''}”.`;
    print(
      terminal,
      options.json === true,
      { rung: policyRungs[rung] ?? null, next, prepared: asked === true && next !== null },
      next === null
        ? [here, 'There is no further step.']
        : [
            here,
            `Next step: ${next.label}. ${next.why}`,
            ...conditionLines(next.conditions),
            ...effectLines(next.effect),
            `Record: ${next.record}`,
            asked === true
              ? 'It is prepared: records and hand-over have it. Publish it, then verify.'
              : 'With --prepare it goes into the prepared records; nothing is published.',
          ],
    );
    if (next === null) return exitCodes.ok;
    return next.conditions.some(({ state }) => state === 'not-met') ? exitCodes.notVerified : exitCodes.ok;
  };
}
