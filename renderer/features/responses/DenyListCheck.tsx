import { counted } from '../../../shared/text/counted.ts';
import { useRef, useState } from 'react';
import type { CatchingEntry, DenyList, ServiceAddress } from '../../../shared/service/deny-list.ts';
import { useCommands } from '../../session/commands.ts';
import { LastAsked } from '../../data/reader.ts';
import { attempt, core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { VerdictMark } from '../../ui/status.tsx';

interface Outcome {
  readonly list: DenyList;
  readonly catching: readonly CatchingEntry[];
  readonly addresses: readonly ServiceAddress[];
  readonly gaps: readonly string[];
}

const SHOWN = 50;
const SHOWN_ADDRESSES = 3;

function summary({ catching, addresses }: Outcome): { verdict: 'verified' | 'failing' | 'unknown'; word: string } {
  if (addresses.length === 0)
    return { verdict: 'unknown', word: 'Not checked: no address of the service is known yet' };
  const caught = new Set(catching.flatMap((entry) => entry.caught.map((each) => each.address)));
  return caught.size === 0
    ? {
        verdict: 'verified',
        word: counted(addresses.length, {
          one: 'The one known address is not caught',
          other: 'None of {count} known addresses is caught',
        }),
      }
    : {
        verdict: 'failing',
        word: counted(addresses.length, {
          one: 'The one known address is caught',
          other: `${caught.size} of {count} known addresses caught`,
        }),
      };
}

function Caught({ entry }: { readonly entry: CatchingEntry }) {
  const more = entry.caught.length - SHOWN_ADDRESSES;
  return (
    <li>
      Line {entry.line}, <code>{entry.entry}</code>, catches{' '}
      {entry.caught.slice(0, SHOWN_ADDRESSES).map(({ address, from }, index) => (
        <span key={address}>
          {index > 0 && ', '}
          <code>{address}</code> ({from})
        </span>
      ))}
      {more > 0 && ` and ${more} more`}. Remove it, or narrow it.
    </li>
  );
}

function Report({ outcome }: { readonly outcome: Outcome }) {
  const { list, catching, addresses, gaps } = outcome;
  const { verdict, word } = summary(outcome);
  return (
    <div className={layout.stack} role="status">
      <div>
        <VerdictMark verdict={verdict} word={word} isPill />
      </div>
      {addresses.length === 0 && (
        <p>Test the connection in General settings, and choose the record template of the email provider.</p>
      )}
      {catching.length > 0 && (
        <ul className={layout.list}>
          {catching.slice(0, SHOWN).map((entry) => (
            <Caught key={`${entry.line}-${entry.entry}`} entry={entry} />
          ))}
        </ul>
      )}
      {catching.length > SHOWN && (
        <p>
          {counted(catching.length - SHOWN, {
            one: '{count} further line catches something.',
            other: '{count} further lines catch something.',
          })}
        </p>
      )}
      {list.faults.length > 0 && (
        <>
          <h3>
            {counted(list.faults.length, {
              one: '{count} entry can’t be read',
              other: '{count} entries can’t be read',
            })}
          </h3>
          <ul className={layout.list}>
            {list.faults.slice(0, SHOWN).map((fault) => (
              <li key={`${fault.line}-${fault.text}`}>
                Line {fault.line},{' '}
                <code>
                  <OutsideText text={fault.text} />
                </code>
                . {fault.remedy}
              </li>
            ))}
          </ul>
        </>
      )}
      {list.unread > 0 && (
        <p>
          {counted(list.unread, {
            one: '{count} further line was not read. Check a long list in parts.',
            other: '{count} further lines were not read. Check a long list in parts.',
          })}
        </p>
      )}
      <details className={layout.details}>
        <summary>
          {[
            counted(addresses.length, {
              one: 'Compared with {count} address',
              other: 'Compared with {count} addresses',
            }),
            ...(gaps.length === 0
              ? []
              : [
                  counted(gaps.length, {
                    one: '{count} source could not be read',
                    other: '{count} sources could not be read',
                  }),
                ]),
          ].join('; ')}
        </summary>
        <ul className={layout.list}>
          {addresses.map(({ address, from }) => (
            <li key={address}>
              <code>{address}</code> ({from})
            </li>
          ))}
          {gaps.map((gap) => (
            <li key={gap}>Not read: {gap}</li>
          ))}
        </ul>
      </details>
    </div>
  );
}

/** Whether a deny list catches the service: paste it, see which line catches which address. */
export function DenyListCheck({ workspaceId }: { readonly workspaceId: number }) {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isBusy, setBusy] = useState(false);
  const section = useRef<HTMLElement>(null);
  const [asked] = useState(() => new LastAsked());
  const check = async () => {
    const isOfNow = asked.next();
    setBusy(true);
    const known = await attempt(() => core().probes.serviceAddresses({ workspaceId }));
    if (known !== null) {
      const { checkDenyList, parseDenyList } = await import('../../../shared/service/deny-list.ts');
      const list = parseDenyList(text);
      if (isOfNow()) setOutcome({ list, catching: checkDenyList(list, known.addresses), ...known });
    }
    setBusy(false);
  };
  /** Leads to the field while there is no list in it. */
  const begin = () => {
    section.current?.scrollIntoView({ block: 'start' });
    if (text.trim() === '') section.current?.querySelector('textarea')?.focus({ preventScroll: true });
    else void check();
  };
  useCommands('deny-list', [{ id: 'responses.deny-list', label: 'Check a deny list', kind: 'Responses', run: begin }]);
  return (
    <section ref={section} className={layout.card} aria-labelledby="deny-title" aria-busy={isBusy}>
      <h2 id="deny-title">Deny-list check</h2>
      <Field
        label="Deny list"
        value={text}
        onChange={(next) => {
          asked.next();
          setText(next);
          setOutcome(null);
        }}
        rows={5}
        isMono
        placeholder={'192.0.2.0/24\n198.51.100.7\n203.0.113.1-203.0.113.9'}
        help="Addresses, blocks and ranges, one per line; # begins a comment. They are compared with the addresses at which the service was seen and those in its provider’s SPF record. The service’s addresses change, so a pass is only good for today."
      />
      <div className={layout.row}>
        <Button onPress={() => void check()} isPending={isBusy} isDisabled={text.trim() === ''}>
          {isBusy ? 'Checking…' : 'Check the list'}
        </Button>
      </div>
      {outcome !== null && <Report outcome={outcome} />}
    </section>
  );
}
