import { useEffect, useState } from 'react';
import { describeFindings } from '../../shared/findings/catalogue.ts';
import type { SpfNode, SpfTree } from '../../shared/spf/budget.ts';
import { attempt, core } from '../app/store.ts';
import { FindingNote, Skeleton } from '../ui/status.tsx';
import styles from './ManualPane.module.css';

const LOOKUPS = 10;

function Node({ node }: { readonly node: SpfNode }) {
  return (
    <li>
      <div className={styles.node}>
        <code>{node.term}</code>
        {node.unknown !== undefined && <small>{node.unknown}</small>}
        <span className={node.cost === 0 ? styles.free : styles.cost}>{node.cost}</span>
      </div>
      {node.findings.map((finding) => (
        <small key={finding.code} className={styles.nodeFault}>
          {describeFindings([finding])[0]?.title}
        </small>
      ))}
      {node.children.length > 0 && (
        <ul className={styles.tree}>
          {node.children.map((child, index) => (
            <Node key={`${index}-${child.term}`} node={child} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Budget({ tree, label }: { readonly tree: SpfTree; readonly label: string }) {
  const isOver = tree.lookups > LOOKUPS;
  return (
    <div className={styles.budget}>
      <div className={styles.budgetHead}>
        <strong>{label}</strong>
        <span>
          {tree.lookups} of {LOOKUPS} lookups{tree.partial ? ' at least' : ''}; empty answers: {tree.voids4} for IPv4,{' '}
          {tree.voids6} for IPv6 (2 allowed); {tree.recordOctets} octets
        </span>
      </div>
      <div className={styles.slots} aria-hidden>
        {Array.from({ length: Math.max(LOOKUPS, tree.lookups) }, (_nothing, index) => (
          <i
            key={index}
            className={
              index >= LOOKUPS
                ? styles.overSlot
                : index < tree.lookups
                  ? isOver
                    ? styles.fullSlot
                    : styles.usedSlot
                  : ''
            }
          />
        ))}
      </div>
      <ul className={styles.tree}>
        {tree.children.map((node, index) => (
          <Node key={`${index}-${node.term}`} node={node} />
        ))}
      </ul>
      {describeFindings(tree.findings).map((finding) => (
        <FindingNote key={finding.code} finding={finding} />
      ))}
    </div>
  );
}

/** The SPF record as a tree with the cost of every branch, prepared beside today's. */
export function SpfTreePanel({ workspaceId, domainId }: { readonly workspaceId: number; readonly domainId: number }) {
  const [trees, setTrees] = useState<{ today: SpfTree | null; prepared: SpfTree | null } | null>(null);
  useEffect(() => {
    void attempt(() => core().domains.spfTree({ workspaceId, domainId })).then(setTrees);
  }, [workspaceId, domainId]);
  if (trees === null) return <Skeleton lines={3} />;
  return (
    <div>
      {trees.prepared !== null && <Budget tree={trees.prepared} label="With the prepared record" />}
      {trees.today?.record != null && trees.today.record !== trees.prepared?.record && (
        <Budget tree={trees.today} label="Today" />
      )}
    </div>
  );
}
