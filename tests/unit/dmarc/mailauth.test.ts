import fc from 'fast-check';
import { dmarc } from 'mailauth/lib/dmarc/index.js';
import { expect, it } from 'vitest';
import type { DmarcVerdict } from '../../../shared/dmarc/evaluate.ts';
import { evaluateDmarc } from '../../../shared/dmarc/evaluate.ts';
import { nodeResolver } from '../../support/node-resolver.ts';
import { seed } from '../../support/seed.ts';
import type { DmarcWorld } from './worlds.ts';
import { dmarcLookup, dmarcWorlds } from './worlds.ts';

/** What both say of a message: the result, and where it is known the policy, its place and the organization. */
type Opinion = readonly unknown[];

function ours({ result, requested, discovery }: DmarcVerdict, from: string): Opinion {
  if (result === 'temperror') return [result];
  if (result === 'none') return [result, discovery.organisationalDomain ?? from];
  return [result, requested, discovery.policyDomain];
}

async function theirs(world: DmarcWorld): Promise<Opinion> {
  const response = await dmarc({
    headerFrom: [`someone@${world.from}`],
    spfDomains: world.spf === null ? [] : [world.spf],
    dkimDomains: world.dkim.map((domain) => ({ domain })),
    resolver: nodeResolver(dmarcLookup(world)) as never,
  });
  if (response === false) return ['no author'];
  const { result } = response.status;
  if (result === 'temperror') return [result];
  if (result === 'none') return [result, response.domain];
  return [result, response.policy, (response as { policyDomain?: string }).policyDomain];
}

/**
 * Nobody can say whether the author's domain exists. Where that leaves the policy of a pass open, mailauth names the
 * milder one; where t=y makes sp= and np= the same, it still calls the result open. See docs/dmarc-differences.md.
 */
function isOpenPolicy(mine: Opinion, other: Opinion, world: DmarcWorld): boolean {
  if (!world.failing.includes(world.from)) return false;
  return (mine[0] === 'pass' && mine[1] === undefined) || (mine[0] === 'fail' && other[0] === 'temperror');
}

/** A failing server at the topmost label, with a record below: mailauth ends the walk there. */
function isPassedOver(world: DmarcWorld): boolean {
  return world.failing.some((name) => /^_dmarc\.[^.]+$/.test(name));
}

it('evaluates DMARC as mailauth does', async () => {
  const numRuns = Number(process.env.SENDWRIGHT_RUNS ?? 1000);
  const seen = new Map<string, number>();
  let open = 0;
  await fc.assert(
    fc.asyncProperty(dmarcWorlds, async (world) => {
      fc.pre(!isPassedOver(world));
      const verdict = await evaluateDmarc(
        {
          fromDomain: world.from,
          spf: { result: world.spf === null ? 'none' : 'pass', domain: world.spf ?? 'nobody.invalid' },
          dkim: world.dkim.map((domain) => ({ result: 'pass', domain })),
        },
        dmarcLookup(world),
      );
      seen.set(verdict.result, (seen.get(verdict.result) ?? 0) + 1);
      const mine = ours(verdict, world.from);
      const other = await theirs(world);
      if (isOpenPolicy(mine, other, world)) open += 1;
      else expect(mine).toEqual(other);
    }),
    { numRuns, seed },
  );
  expect(open).toBeLessThan(numRuns / 50);
  expect([...seen.keys()].sort()).toEqual(['fail', 'none', 'pass', 'temperror']);
});
