import type { Settings } from '../../../shared/contract/settings.ts';
import type { WorkspaceSummary } from '../../../shared/contract/workspaces.ts';
import { openTab, useApp } from '../../session/store.ts';
import type { TabId } from '../../session/tabs.ts';
import { tabs } from '../../session/tabs.ts';
import { Button } from '../../ui/button.tsx';
import layout from '../../ui/layout.module.css';
import { VerdictMark } from '../../ui/status.tsx';
import styles from './NextSteps.module.css';

interface Step {
  readonly title: string;
  readonly detail: string;
  readonly isDone: boolean;
  readonly tab: TabId;
}

/** From a connection that works to mail that is trusted everywhere, in the order in which one rests on the other. */
function stepsOf({ fields, traces }: Settings, workspace: WorkspaceSummary): readonly Step[] {
  const { domainCount, verdictCounts } = workspace;
  const { verified } = verdictCounts;
  return [
    {
      title: 'Sender domains listed',
      detail: domainCount === 0 ? 'None yet' : `${domainCount} listed`,
      isDone: domainCount > 0,
      tab: 'domains',
    },
    {
      title: 'Verified everywhere',
      detail: domainCount === 0 ? 'Once domains are listed' : `${verified} of ${domainCount} domains`,
      isDone: domainCount > 0 && verified === domainCount,
      tab: 'domains',
    },
    {
      title: 'Responses come back',
      detail:
        fields.responseDomain === ''
          ? 'Enter the domain to receive responses below'
          : traces.responses?.outcome === 'passed'
            ? 'The address was tested'
            : 'Test the address',
      isDone: traces.responses?.outcome === 'passed',
      tab: 'responses',
    },
    {
      title: 'Monitoring allowed',
      detail: fields.monitoringEnabled ? 'On' : 'Off: support sees no figures',
      isDone: fields.monitoringEnabled,
      tab: 'monitoring',
    },
  ];
}

/** What is left to do once the service is reached; nothing before, and nothing when all of it is done. */
export function NextSteps({ settings }: { readonly settings: Settings }) {
  const workspace = useApp((state) => state.workspaces.find(({ id }) => id === settings.workspaceId));
  const isReached = settings.connection.state === 'active' || settings.connection.state === 'reached';
  if (workspace === undefined || !isReached) return null;
  const steps = stepsOf(settings, workspace);
  const next = steps.find((step) => !step.isDone);
  if (next === undefined) return null;
  return (
    <section className={layout.card} aria-labelledby="next-title">
      <div className={layout.cardHead}>
        <h2 id="next-title">Next steps</h2>
        <span className={layout.small}>
          {steps.filter((step) => step.isDone).length} of {steps.length} done
        </span>
      </div>
      <ol className={styles.steps}>
        {steps.map((step) => (
          <li key={step.title}>
            <VerdictMark verdict={step.isDone ? 'verified' : 'to-do'} word={step.title} />
            <span className={layout.small}>{step.detail}</span>
            {!step.isDone && (
              <Button look={step === next ? 'plain' : 'quiet'} onPress={() => openTab(step.tab)}>
                Open {tabs.find(({ id }) => id === step.tab)?.label}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
