import { GraduationCap } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { PracticeState } from '../../shared/contract/schemas.ts';
import { attempt, core, onChange, tell } from '../app/store.ts';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { changeSecret, type } from './store.ts';

/** The practice state of a workspace, read anew when it changes. */
export function usePractice(workspaceId: number, isPractice: boolean): PracticeState | null {
  const [state, setState] = useState<PracticeState | null>(null);
  useEffect(() => {
    if (!isPractice) return undefined;
    const load = async () => setState(await attempt(() => core().practice.state({ workspaceId })));
    void load();
    return onChange((change) => {
      if (change.kind === 'reload' || change.kind === 'practice') void load();
    });
  }, [workspaceId, isPractice]);
  return state;
}

/** What a real service's support would have sent, and the fault that the practice service plays. */
export function PracticeValues({ workspaceId }: { readonly workspaceId: number }) {
  const practice = usePractice(workspaceId, true);
  if (practice === null) return null;
  const fill = () => {
    type('serviceUrl', practice.serviceUrl ?? '');
    type('responseDomain', practice.responseDomain ?? '');
    if (practice.apiKey !== null) changeSecret('apiKey', { do: 'set', value: practice.apiKey });
    if (practice.authKey !== null) changeSecret('authKey', { do: 'set', value: practice.authKey });
    tell('Filled in. Look at the fields, then save.');
  };
  const current = practice.faults.find((fault) => fault.id === practice.fault);
  return (
    <section className={layout.card} aria-labelledby="practice-title">
      <div className={layout.cardHead}>
        <h2 id="practice-title" className={layout.row}>
          <GraduationCap size={17} aria-hidden />
          Practice service
        </h2>
        <Button onPress={fill} isDisabled={!practice.running}>
          Fill in the practice values
        </Button>
      </div>
      <p className={layout.muted}>
        A service and a DNS zone inside this console, on this machine alone. Nothing you do here reaches the internet.
      </p>
      <Select
        label="What goes wrong"
        value={practice.fault}
        onChange={(fault) => void attempt(() => core().practice.setFault({ workspaceId, fault }))}
        choices={practice.faults.map(({ id, label }) => ({ id, label }))}
        help={current?.explanation}
      />
    </section>
  );
}
