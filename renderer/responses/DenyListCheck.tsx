import { useState } from 'react';
import type { CaughtAddress, DenyList } from '../../shared/service/deny-list.ts';
import { attempt, core } from '../app/store.ts';
import { Button, Field } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { VerdictMark } from '../ui/status.tsx';

interface Outcome {
  readonly list: DenyList;
  readonly caught: readonly CaughtAddress[];
  readonly known: number;
}

const SHOWN = 50;

/** Whether a deny list catches the service: paste it, see which line catches which address. */
export function DenyListCheck({ workspaceId }: { readonly workspaceId: number }) {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const check = async () => {
    const addresses = await attempt(() => core().probes.serviceAddresses({ workspaceId }));
    if (addresses === null) return;
    const { checkDenyList, parseDenyList } = await import('../../shared/service/deny-list.ts');
    const list = parseDenyList(text);
    setOutcome({ list, caught: checkDenyList(list, addresses), known: addresses.length });
  };
  return (
    <section className={layout.card} aria-labelledby="deny-title">
      <h2 id="deny-title">Deny-list check</h2>
      <Field
        label="Deny list"
        value={text}
        onChange={setText}
        rows={5}
        isMono
        placeholder={'192.0.2.0/24\n198.51.100.7\n203.0.113.1-203.0.113.9'}
        help="Addresses, blocks and ranges, one to a line. They are compared with the addresses the service was seen at and those of its provider’s SPF record."
      />
      <div className={layout.row}>
        <Button onPress={() => void check()} isDisabled={text.trim() === ''}>
          Check the list
        </Button>
      </div>
      {outcome !== null && (
        <div className={layout.stack} role="status">
          <VerdictMark
            verdict={outcome.known === 0 ? 'unknown' : outcome.caught.length > 0 ? 'failing' : 'verified'}
            word={
              outcome.known === 0
                ? 'No address of the service is known yet; test the connection first'
                : outcome.caught.length > 0
                  ? `${outcome.caught.length} of ${outcome.known} addresses are caught`
                  : `None of ${outcome.known} known addresses is caught`
            }
            isPill
          />
          {outcome.caught.slice(0, SHOWN).map((hit) => (
            <p key={`${hit.address}-${hit.line}`}>
              Line {hit.line}, <code>{hit.entry}</code>, catches <code>{hit.address}</code> ({hit.from}). Remove it, or
              narrow it.
            </p>
          ))}
          {outcome.list.faults.slice(0, SHOWN).map((fault) => (
            <p key={`${fault.line}-${fault.text}`}>
              Line {fault.line}, <code>{fault.text}</code>, can’t be read. {fault.remedy}
            </p>
          ))}
        </div>
      )}
    </section>
  );
}
