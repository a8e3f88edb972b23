import { GraduationCap } from 'lucide-react';
import { useState } from 'react';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/controls.tsx';
import { useManaged } from '../../data/managed.ts';
import { usePractice } from '../../data/practice.ts';
import layout from '../../ui/layout.module.css';
import { changeSecret, type } from './store.ts';

/** What a real service's support would have sent, and the fault that the practice service plays. */
export function PracticeValues({ workspaceId }: { readonly workspaceId: number }) {
  const practice = usePractice(workspaceId, true);
  const lockWord = useManaged()('Practice');
  const [isBusy, setBusy] = useState(false);
  if (practice === null) return null;
  const reset = async () => {
    setBusy(true);
    const done = await attempt(() => core().practice.reset({ workspaceId }));
    setBusy(false);
    if (done !== null) tell('The practice zone is empty again');
  };
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
        <div className={layout.row}>
          <Button look="quiet" onPress={() => void reset()} isPending={isBusy} isDisabled={!practice.running}>
            Reset practice
          </Button>
          <Button onPress={fill} isDisabled={!practice.running}>
            Fill in the practice values
          </Button>
        </div>
      </div>
      <p className={layout.muted}>
        A service and a DNS zone inside this console, on this machine alone. Nothing you do here reaches the internet.
      </p>
      {!practice.running && (
        <p role="alert" className={layout.row}>
          {lockWord === null
            ? 'It is not running: it stopped unexpectedly. Nothing in this workspace can be checked until it is back.'
            : `It does not run on this computer. ${lockWord}`}
          {lockWord === null && (
            <Button onPress={() => void attempt(() => core().practice.open({}))}>Start it again</Button>
          )}
        </p>
      )}
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
