import { isMailAddress, withoutMailto } from '../../../shared/dns/mail-address.ts';
import { countText } from '../../../shared/text/counted.ts';
import { Check, CircleHelp, X } from 'lucide-react';
import { memo } from 'react';
import type { StepCondition } from '../../../shared/dmarc/ladder.ts';
import type { StepEffect } from '../../../shared/dmarc/step-effect.ts';
import type { DmarcCard } from '../../../shared/manual/dmarc-card.ts';
import { policyRungs } from '../../../shared/manual/policy-rungs.ts';
import { preparedStep } from '../../../shared/manual/policy-step.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import { CopyButton, Field, Select } from '../../ui/controls.tsx';
import { useStateFor } from '../../ui/state-for.ts';
import { changeConfiguration } from './configuration.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import styles from './PolicyLadder.module.css';

/** The rungs from watching to refusing, with the one the record stands on. */
const Rungs = memo(function Rungs({ rung }: { readonly rung: number }) {
  return (
    <ol className={styles.rungs} aria-label="Policy ladder">
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
});

const WRITERS = [
  { id: 'unsaid', label: 'Not stated' },
  { id: 'people', label: 'People, who may post to mailing lists' },
  { id: 'programs', label: 'Only programs: newsletters, receipts' },
] as const;

/** Asks who writes from the domain: the standard asks for more time where people do. */
function Writers({ users, where }: { readonly users: DmarcCard['users']; readonly where: DomainRef }) {
  const choose = (id: string) => {
    const chosen = id === 'people' || id === 'programs' ? id : undefined;
    void changeConfiguration(where, () => ({ users: chosen }), 'Saved: who writes from the domain');
  };
  return (
    <div className={styles.writers}>
      <Select
        label="Who writes from this domain"
        value={users ?? 'unsaid'}
        onChange={choose}
        choices={WRITERS}
        help="Posts to a mailing list are modified on the way, and then fail."
      />
    </div>
  );
}

const STATES = {
  met: { word: 'Met', Icon: Check },
  'not-met': { word: 'Not met', Icon: X },
  unknown: { word: 'Not known', Icon: CircleHelp },
} as const;

/** What has to be true before a step, and what is known of each. */
function Conditions({ conditions }: { readonly conditions: readonly StepCondition[] }) {
  if (conditions.length === 0) return null;
  return (
    <ul className={styles.conditions} aria-label="Before this step">
      {conditions.map(({ kind, asks, state, known }) => {
        const { word, Icon } = STATES[state];
        return (
          <li key={kind}>
            <span className={`${styles.state} ${styles[state] ?? ''}`}>
              <Icon size={13} aria-hidden />
              {word}
            </span>
            <span>
              {asks} <span className={styles.known}>{known}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

/** What the step would have done to the mail of the reports, sender by sender. */
function Effect({ effect }: { readonly effect: StepEffect }) {
  const { from, until, deed, passing, failing, others } = effect;
  const time = from === null || until === null ? '' : ` from ${day(from)} to ${day(until)}`;
  return (
    <div>
      <p>
        Of the mail in the reports{time}, this step would have left {countText(passing)} messages alone
        {failing.length === 0 ? ', and lost none.' : ` and, once it counts, ${deed}:`}
      </p>
      {failing.length > 0 && (
        <ul className={styles.lost} aria-label={`Would have been ${deed}`}>
          {failing.map((sender) => (
            <li key={`${sender.is} ${sender.name}`}>
              <b>{countText(sender.failing)}</b> of {countText(sender.messages)} of {sender.name}{' '}
              <span className={styles.known}>({sender.is})</span>
            </li>
          ))}
          {others > 0 && <li>{countText(others)} of other senders</li>}
        </ul>
      )}
    </div>
  );
}

function NextStep({ next, where }: { readonly next: NonNullable<DmarcCard['next']>; readonly where: DomainRef }) {
  const { asksAddress } = next;
  const step = `${where.domainId} ${next.record}`;
  const [address, setAddress] = useStateFor(step, withoutMailto(next.report));
  const [fault, setFault] = useStateFor<string | undefined>(step, undefined);
  const apply = () => {
    if (asksAddress && !isMailAddress(address.trim())) {
      setFault('Enter one address, such as dmarc@example.com.');
      return;
    }
    void changeConfiguration(
      where,
      ({ dmarc }) => ({ dmarc: preparedStep(dmarc, next, address.trim()) }),
      `Prepared: ${next.label}`,
    );
  };
  const record =
    asksAddress && isMailAddress(address.trim())
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
      <h4>Next step: {next.label}</h4>
      <p>{next.why}</p>
      <Conditions conditions={next.conditions} />
      {next.effect !== null && <Effect effect={next.effect} />}
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
        <PlainButton type="submit">Prepare this step</PlainButton>
      </div>
    </form>
  );
}

/** Where the policy stands, the next step with what it leans on, and what holds for subdomains. */
export function PolicyLadder({ card, where }: { readonly card: DmarcCard; readonly where: DomainRef }) {
  const { next } = card;
  return (
    <>
      <Rungs rung={card.rung} />
      {next !== null && !next.asksAddress && <Writers users={card.users} where={where} />}
      {next !== null && <NextStep next={next} where={where} />}
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
