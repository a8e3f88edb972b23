import { allListed } from '../../../shared/text/listed.ts';
import { CircleCheck, CircleDashed, CircleDot } from 'lucide-react';
import type { RotationPlan, RotationStep } from '../../../shared/dkim/rotation.ts';
import { useBesideManual } from '../../data/manual.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/controls.tsx';
import { shortTime } from '../../ui/time.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import styles from './RotationPanel.module.css';

const MARKS = {
  done: { icon: CircleCheck, word: 'Done' },
  due: { icon: CircleDot, word: 'To do now' },
  later: { icon: CircleDashed, word: 'Later' },
} as const;

interface Actions {
  readonly plan: RotationPlan;
  readonly onMark: (as: 'signing' | 'revoked', selectors: readonly string[]) => void;
  readonly onMake: () => void;
}

function StepAction(props: Actions & { readonly step: RotationStep }) {
  const { plan, step } = props;
  if (plan.kind !== 'own-key' || step.state !== 'due') return null;
  if (step.id === 'make') return <Button onPress={props.onMake}>Make a key pair</Button>;
  if (step.id === 'switch') {
    return <Button onPress={() => props.onMark('signing', [plan.incoming])}>Mail is signed with it now</Button>;
  }
  if (step.id === 'revoke') {
    return <Button onPress={() => props.onMark('revoked', plan.outgoing)}>Revoke {allListed(plan.outgoing)}</Button>;
  }
  return null;
}

function Steps(props: Actions) {
  return (
    <ol className={styles.steps}>
      {props.plan.steps.map((step) => {
        const { icon: Icon, word } = MARKS[step.state];
        return (
          <li key={step.id} className={styles[step.state]}>
            <Icon size={15} role="img" aria-label={word} />
            <div>
              <b>{step.title}</b>
              {step.from !== null && step.state !== 'due' && (
                <time>{step.state === 'done' ? shortTime(step.from) : `not before ${shortTime(step.from)}`}</time>
              )}
              <p>{step.text}</p>
              {step.state !== 'done' &&
                step.records.map((record) => (
                  <div key={record.name} className={styles.record}>
                    <code>
                      {record.name} {record.type} {record.value ?? '(remove)'}
                    </code>
                    {record.value !== null && (
                      <CopyButton text={record.value} label={`Copy the value of ${record.name}`} />
                    )}
                  </div>
                ))}
              <StepAction {...props} step={step} />
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** How the domain's DKIM keys can be changed without losing a message, and how far each change has come. */
export function RotationPanel({
  where,
  revision,
  onMake,
}: {
  readonly where: DomainRef;
  readonly revision: string;
  readonly onMake: () => void;
}) {
  const { workspaceId, domainId } = where;
  const [plans, setPlans] = useBesideManual<readonly RotationPlan[]>(
    () => core().domains.rotations({ workspaceId, domainId }),
    revision,
  );
  const mark = async (as: 'signing' | 'revoked', selectors: readonly string[]) => {
    for (const selector of selectors) {
      const found = await attempt(() => core().domains.markDkimKey({ workspaceId, domainId, selector, as }));
      if (found === null) return;
      setPlans(found);
    }
    tell(as === 'signing' ? 'Noted: signed with the new key' : `${allListed(selectors)} revoked`);
  };
  if (plans === null || plans.length === 0) return null;
  return (
    <details className={styles.panel}>
      <summary>How to change the DKIM key</summary>
      {plans.map((plan) => (
        <section key={`${plan.kind}-${plan.algorithm}-${plan.incoming}`} aria-label={plan.summary}>
          <p>{plan.summary}</p>
          <Steps plan={plan} onMake={onMake} onMark={(as, selectors) => void mark(as, selectors)} />
        </section>
      ))}
    </details>
  );
}
