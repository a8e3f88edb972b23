import { useState } from 'react';
import type { DmarcCard } from '../../shared/manual/dmarc-card.ts';
import { policyRungs } from '../../shared/manual/dmarc-card.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton, Field } from '../ui/controls.tsx';
import { changeConfiguration } from './configuration.ts';
import type { Where } from './configuration.ts';
import styles from './PolicyLadder.module.css';

const ADDRESS = /^[^@\s,;!]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;

/** The rungs from watching to refusing, with the one the record stands on. */
function Rungs({ rung }: { readonly rung: number }) {
  return (
    <ol className={styles.rungs} aria-label="Ladder of the policy">
      {policyRungs.map((label, index) => (
        <li
          key={label}
          className={index < rung ? styles.passed : index === rung ? styles.here : ''}
          aria-current={index === rung ? 'step' : undefined}
        >
          {label}
        </li>
      ))}
    </ol>
  );
}

function NextStep({ next, where }: { readonly next: NonNullable<DmarcCard['next']>; readonly where: Where }) {
  const { asksAddress } = next;
  const [address, setAddress] = useState(next.report.replace(/^mailto:/i, ''));
  const [fault, setFault] = useState<string>();
  const apply = () => {
    if (asksAddress && !ADDRESS.test(address.trim())) {
      setFault('Enter one address, such as dmarc@example.com.');
      return;
    }
    void changeConfiguration(
      where,
      ({ dmarc }) => ({
        dmarc: {
          ...dmarc,
          policy: next.policy,
          subdomainPolicy: next.subdomainPolicy,
          testing: next.testing,
          ...(asksAddress ? { reportAddress: address.trim() } : {}),
        },
      }),
      `Prepared: ${next.label}`,
    );
  };
  const record =
    asksAddress && ADDRESS.test(address.trim())
      ? next.record.replace(next.report, `mailto:${address.trim()}`)
      : next.record;
  return (
    <form
      className={styles.next}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <h4>Next safe step: {next.label}</h4>
      <p>{next.why}</p>
      <p className={styles.before}>Before: {next.before}</p>
      {asksAddress && (
        <Field
          label="Address for reports"
          value={address}
          onChange={(value) => {
            setAddress(value);
            setFault(undefined);
          }}
          fault={fault}
          placeholder="dmarc@example.com"
          help="Aggregate reports come daily, as files: a mailbox that a person or a report service reads."
        />
      )}
      <div className={styles.value}>
        <code>{record}</code>
        <CopyButton text={record} label="Copy the next record" />
      </div>
      <div>
        <Button type="submit">Prepare this step</Button>
      </div>
    </form>
  );
}

/** Where the policy stands, the next step that is safe, and what holds for subdomains. */
export function PolicyLadder({ card, where }: { readonly card: DmarcCard; readonly where: Where }) {
  const { next } = card;
  return (
    <>
      <Rungs rung={card.rung} />
      {next !== null && <NextStep key={next.record} next={next} where={where} />}
      <details className={styles.details}>
        <summary>What holds for subdomains</summary>
        <ul>
          {card.inheritance.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </details>
    </>
  );
}
