import type { DescribedFinding } from '../findings/catalogue.ts';
import { describeFindings } from '../findings/catalogue.ts';
import type { SpfNode, SpfTree } from '../spf/budget.ts';
import { remainingTerms } from '../spf/remaining-terms.ts';
import type { SpfSaving } from '../spf/savings.ts';
import { proposeSavings } from '../spf/savings.ts';

/** What an SPF record costs its receivers, told in words. */

export interface DescribedSpfNode extends Omit<SpfNode, 'findings' | 'children'> {
  readonly findings: readonly DescribedFinding[];
  readonly children: readonly DescribedSpfNode[];
}

export interface DescribedSpfTree extends Omit<SpfTree, 'findings' | 'children'> {
  readonly findings: readonly DescribedFinding[];
  readonly children: readonly DescribedSpfNode[];
}

/** A way to save lookups; a term that a provider requires may be given up for it. */
export interface OfferedSaving extends SpfSaving {
  readonly isRequired: boolean;
}

function describedNode(node: SpfNode): DescribedSpfNode {
  return { ...node, findings: describeFindings(node.findings), children: node.children.map(describedNode) };
}

/** A tree with its findings in words. */
export function describedTree(tree: SpfTree): DescribedSpfTree {
  return { ...tree, findings: describeFindings(tree.findings), children: tree.children.map(describedNode) };
}

/**
 * The savings that are offered for a prepared record.
 *
 * @param required the mechanisms that the providers require.
 */
export function offeredSavings(tree: SpfTree, required: readonly string[]): readonly OfferedSaving[] {
  return (
    proposeSavings(tree)
      .map((saving) => ({ ...saving, isRequired: remainingTerms(required, [saving.term]).length < required.length }))
      // What the provider requires is not dead, only not answered for now.
      .filter(({ kind, isRequired }) => kind !== 'drop-dead' || !isRequired)
  );
}
