import { counted } from '../../../shared/text/counted.ts';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { OfferedSaving, DescribedSpfNode, DescribedSpfTree } from '../../../shared/manual/spf-budget.ts';
import type { SpfCard } from '../../../shared/manual/spf-card.ts';
import { attempt, core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { FindingNote, Skeleton } from '../../ui/status.tsx';
import { decideSpf } from './configuration.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import styles from './SpfPanel.module.css';

/** Limits of RFC 7208 §4.6.4 and §3.4. */
const LOOKUPS = 10;
const VOIDS = 2;
const OCTETS = 512;
const LONG = 450;

/** A measure against its limit: by length, by number and, over the limit, by word. */
function Gauge(props: {
  readonly label: string;
  readonly value: number;
  readonly limit: number;
  readonly warnFrom?: number;
  readonly unit?: string;
  readonly isLeast?: boolean;
}) {
  const { label, value, limit, warnFrom = limit + 1 } = props;
  const state = value > limit ? 'over' : value >= warnFrom ? 'near' : 'within';
  const whole = Math.max(limit, value);
  const isCounted = limit <= LOOKUPS;
  return (
    <div className={`${styles.gauge} ${styles[state]}`}>
      <span>{label}</span>
      <span className={styles.slots} aria-hidden>
        {isCounted ? (
          Array.from({ length: whole }, (_nothing, index) => (
            <i key={index} className={index < value ? (index >= limit ? styles.beyond : styles.used) : ''} />
          ))
        ) : (
          <svg viewBox="0 0 100 8" preserveAspectRatio="none">
            <rect width={(value / whole) * 100} height="8" />
          </svg>
        )}
      </span>
      <span className={styles.figure}>
        {props.isLeast === true && 'at least '}
        {value} of {limit}
        {props.unit ?? ''}
        {state === 'over' && ': too many'}
      </span>
    </div>
  );
}

function Node({ node }: { readonly node: DescribedSpfNode }) {
  const voids = Math.max(node.voids4, node.voids6);
  return (
    <li>
      <div className={styles.node}>
        <code>{node.term}</code>
        {node.unknown !== undefined && <small>{node.unknown}</small>}
        {node.findings.map((finding) => (
          <small key={finding.code} className={styles.nodeFault}>
            {finding.title}
          </small>
        ))}
        {voids > 0 && node.children.length > 0 && <small>{voids} empty below</small>}
        <span
          className={node.cost === 0 ? styles.free : styles.cost}
          aria-label={counted(node.cost, { one: '{count} lookup', other: '{count} lookups' })}
          role="img"
        >
          {node.cost}
        </span>
      </div>
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

function Cost(props: { readonly tree: DescribedSpfTree; readonly label: string; readonly children?: ReactNode }) {
  const { tree, label } = props;
  return (
    <section className={styles.block} aria-label={label}>
      <h4>{label}</h4>
      <div className={styles.gauges}>
        <Gauge
          label="Lookups"
          value={tree.lookups}
          limit={LOOKUPS}
          warnFrom={9}
          unit=" lookups"
          isLeast={tree.partial}
        />
        <Gauge label="Empty answers, IPv4" value={tree.voids4} limit={VOIDS} />
        <Gauge label="Empty answers, IPv6" value={tree.voids6} limit={VOIDS} />
        <Gauge label="TXT response size" value={tree.answerOctets} limit={OCTETS} warnFrom={LONG} unit=" octets" />
      </div>
      {tree.findings.map((finding) => (
        <FindingNote key={finding.code} finding={finding} />
      ))}
      {props.children}
      <ul className={`${styles.tree} ${styles.root}`}>
        {tree.children.map((node, index) => (
          <Node key={`${index}-${node.term}`} node={node} />
        ))}
      </ul>
    </section>
  );
}

const KINDS: Readonly<Record<OfferedSaving['kind'], string>> = {
  'drop-dead': 'Remove dead terms',
  'drop-repeated': 'Remove duplicates',
  'write-addresses': 'Write the addresses',
  delegate: 'Move to a subdomain',
  flatten: 'Flatten',
};

function Savings(props: {
  readonly savings: readonly OfferedSaving[];
  readonly card: SpfCard;
  readonly where: DomainRef;
}) {
  const { savings, card, where } = props;
  if (savings.length === 0) return null;
  const apply = (saving: OfferedSaving) => {
    const without = saving.isRequired ? [...card.choice.without, saving.term] : card.choice.without;
    void decideSpf(
      where,
      { edited: { from: card.published, to: saving.record }, without },
      `Applied: ${saving.proposal}`,
    );
  };
  return (
    <section className={styles.block} aria-label="Ways to save lookups">
      <h4>Ways to save lookups, the safest first</h4>
      <ol className={styles.savings}>
        {savings.map((saving) => (
          <li key={`${saving.kind}-${saving.term}`}>
            <div>
              <strong>{KINDS[saving.kind]}</strong>{' '}
              <small>{counted(saving.saves, { one: 'saves {count} lookup', other: 'saves {count} lookups' })}</small>
              <p>{saving.proposal}</p>
              <p className={styles.danger}>Danger: {saving.danger}</p>
            </div>
            <Button onPress={() => apply(saving)} aria-label={`Apply: ${saving.proposal}`}>
              Apply
            </Button>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Trees {
  readonly today: DescribedSpfTree | null;
  readonly prepared: DescribedSpfTree | null;
  readonly savings: readonly OfferedSaving[];
}

/** What the SPF record costs its receivers: the tree with the lookups of every branch, prepared beside today's. */
export function SpfBudget({ card, where }: { readonly card: SpfCard; readonly where: DomainRef }) {
  const { workspaceId, domainId } = where;
  const [trees, setTrees] = useState<Trees | 'failed' | null>(null);
  useEffect(() => {
    let current = true;
    void attempt(() => core().domains.spfTree({ workspaceId, domainId })).then((found) => {
      if (current) setTrees(found ?? 'failed');
    });
    return () => {
      current = false;
    };
  }, [workspaceId, domainId]);
  if (trees === null) return <Skeleton lines={4} />;
  if (trees === 'failed') return <p>The lookups could not be counted. The message at the top says why.</p>;
  const { today, prepared, savings } = trees;
  return (
    <div className={styles.budgets}>
      {prepared !== null && (
        <Cost tree={prepared} label="With the prepared record">
          <Savings savings={savings} card={card} where={where} />
        </Cost>
      )}
      {today?.record != null && today.record !== prepared?.record && <Cost tree={today} label="Today" />}
    </div>
  );
}
