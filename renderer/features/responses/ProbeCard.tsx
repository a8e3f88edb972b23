import { Square } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { openTab } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import ProbeReport from '../../ui/ProbeTimeline.tsx';
import { Empty, VerdictMark } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import { useProbing } from './probing.ts';

export function NoResponseDomain() {
  return (
    <Empty
      title="No response domain yet"
      action={<Button onPress={() => openTab('settings')}>Open General settings</Button>}
    >
      Enter the domain to receive responses and save; this page then shows the exact address and probes it.
    </Empty>
  );
}

/** An address of the application with its probe: what was found, or that nothing was and why. */
export function ProbeCard(props: {
  readonly id: string;
  readonly title: string;
  readonly address: string;
  readonly copyLabel: string;
  readonly action: string;
  readonly children: ReactNode;
  /** Of this very address; null when there is none. */
  readonly trace: ProbeTrace | null;
  /** When another address was probed last, which says nothing any more. */
  readonly outdatedAt: number | null;
  /** Whether the Auth key can be proved here: it is set, and the address is https. */
  readonly canProveAuthKey: boolean;
  readonly run: (signal: AbortSignal, signed: boolean) => Promise<ProbeTrace>;
}) {
  const { id, trace, outdatedAt } = props;
  const { isBusy, start, stop } = useProbing(props.run);
  return (
    <section className={layout.card} aria-labelledby={id} aria-busy={isBusy}>
      <div className={layout.cardHead}>
        <h2 id={id}>{props.title}</h2>
        <div className={layout.row}>
          {isBusy && (
            <Button onPress={stop}>
              <Square size={12} aria-hidden />
              Stop
            </Button>
          )}
          {props.canProveAuthKey && (
            <Button onPress={() => start(true)} isPending={isBusy}>
              Test with the Auth key
            </Button>
          )}
          <Button look="primary" onPress={() => start()} isPending={isBusy}>
            {isBusy ? 'Probing…' : props.action}
          </Button>
        </div>
      </div>
      <p className={layout.address}>
        {props.address}
        <CopyButton text={props.address} label={props.copyLabel} />
      </p>
      <div className={layout.muted}>{props.children}</div>
      {trace !== null && <ProbeReport trace={trace} />}
      {trace === null && (
        <div className={layout.row} role="status">
          <VerdictMark verdict="unknown" word="Not checked" isPill />
          {outdatedAt !== null && (
            <span className={layout.small}>
              The probe of {shortTime(outdatedAt)} was made with other settings and no longer counts.
            </span>
          )}
        </div>
      )}
    </section>
  );
}
