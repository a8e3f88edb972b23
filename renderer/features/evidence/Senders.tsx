import { countText } from '../../../shared/text/counted.ts';
import { useState } from 'react';
import { GridList, GridListItem } from 'react-aria-components';
import { SENDER_WORDS } from '../../../shared/evidence/senders/sender-words.ts';
import type { Sender, SenderKind } from '../../../shared/evidence/senders/senders.ts';
import type { PurposeVerdict } from '../../../shared/verdict/types.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select, Sheet } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { VerdictMark } from '../../ui/status.tsx';
import styles from './EvidenceView.module.css';
import { dayText } from './figures.ts';
import { usePaged } from './paged.tsx';
import { useIsPrinting } from '../../ui/printing.ts';

/** Seconds since the epoch as a day. */
const since = ({ since: at }: Sender): string => (at === null ? 'not told' : dayText().format(at * 1000));

/** A share in percent that says 0 and 100 only where it is so. */
function share(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (part / whole) * 100;
  const rounded =
    percent > 0 && percent < 1 ? '<1' : percent > 99 && percent < 100 ? '>99' : String(Math.round(percent));
  return `${rounded} %`;
}

const kindWord = (kind: SenderKind): string =>
  `${SENDER_WORDS[kind].charAt(0).toUpperCase()}${SENDER_WORDS[kind].slice(1)}`;

/** Red is for own mail that suffers. */
function markOf({ kind, messages, pass }: Sender): PurposeVerdict {
  if (kind === 'ours' || kind === 'known') return pass === messages ? 'verified' : pass === 0 ? 'failing' : 'pending';
  return kind === 'forwarding' ? 'not-needed' : 'unknown';
}

function Row({ sender }: { readonly sender: Sender }) {
  const { name, messages, pass, dkimAligned, spfAligned, reason, kind } = sender;
  return (
    <div className={styles.sender}>
      <b>
        <OutsideText text={name} />
      </b>
      <VerdictMark verdict={markOf(sender)} word={kindWord(kind)} />
      <span className={styles.figure}>{countText(messages)} messages</span>
      <span className={styles.figure}>{share(pass, messages)} pass</span>
      <span className={styles.figure}>DKIM {share(dkimAligned, messages)}</span>
      <span className={styles.figure}>SPF {share(spfAligned, messages)}</span>
      <span className={styles.figure}>since {since(sender)}</span>
      <small>
        <OutsideText text={reason} />
      </small>
    </div>
  );
}

const KINDS = (Object.keys(SENDER_WORDS) as SenderKind[]).map((id) => ({ id, label: kindWord(id) }));

/** One sender: where its mail comes from, and what a person says of it. */
function SenderSheet(props: {
  readonly sender: Sender;
  readonly onName: (word: { readonly name: string; readonly kind: SenderKind } | null) => void;
  readonly onLetSend: () => void;
  readonly onClose: () => void;
}) {
  const { sender, onName, onLetSend, onClose } = props;
  const [name, setName] = useState(sender.name);
  const [kind, setKind] = useState(sender.kind);
  const save = () => {
    if (name.trim() !== '') onName({ name: name.trim(), kind });
  };
  return (
    <Sheet
      title={sender.name}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={() => onName(null)}>Clear the classification</Button>
          <Button look="primary" isDisabled={name.trim() === ''} onPress={save}>
            Save
          </Button>
        </>
      }
    >
      <p>
        <OutsideText text={sender.reason} />
      </p>
      <p>
        {countText(sender.messages)} messages since {since(sender)}: {countText(sender.pass)} pass DMARC,{' '}
        {countText(sender.dkimAligned)} with an aligned signature, {countText(sender.spfAligned)} by SPF.
      </p>
      {sender.selectors.length > 0 && <p>Selectors that sign: {sender.selectors.join(', ')}</p>}
      <div className={layout.two}>
        <Field label="Name" value={name} onChange={setName} maxLength={100} />
        <Select label="What it is" value={kind} onChange={(id) => setKind(id as SenderKind)} choices={KINDS} />
      </div>
      {sender.notInSpf.length > 0 && (
        <div className={layout.stack}>
          <p>
            The SPF record does not name {sender.notInSpf.join(', ')}. If this is your server, add it; its mail then
            passes.
          </p>
          <div>
            <Button onPress={onLetSend}>Add it to the SPF record</Button>
          </div>
        </div>
      )}
      <details className={layout.details}>
        <summary>
          {sender.sourceCount === 1 ? '1 address' : `${countText(sender.sourceCount)} addresses`}
          {sender.sourceCount > sender.sources.length && `, the ${sender.sources.length} largest`}
        </summary>
        <ul className={layout.list}>
          {sender.sources.map(({ address, messages }) => (
            <li key={address}>
              {address}: {countText(messages)}
            </li>
          ))}
        </ul>
      </details>
    </Sheet>
  );
}

/** Every sender on paper: the list itself draws those in sight alone. */
function PrintedSenders({ senders }: { readonly senders: readonly Sender[] }) {
  const isPrinting = useIsPrinting();
  if (!isPrinting) return null;
  return (
    <table className={`${styles.table} ${styles.onPaper}`}>
      <thead>
        <tr>
          {['Sender', 'What it is', 'Messages', 'Pass', 'DKIM', 'SPF', 'Since'].map((head) => (
            <th key={head}>{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {senders.map((sender) => (
          <tr key={sender.key}>
            <td>{sender.name}</td>
            <td>{kindWord(sender.kind)}</td>
            <td>{countText(sender.messages)}</td>
            <td>{share(sender.pass, sender.messages)}</td>
            <td>{share(sender.dkimAligned, sender.messages)}</td>
            <td>{share(sender.spfAligned, sender.messages)}</td>
            <td>{since(sender)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** More senders than these are searched rather than read. */
const FEW = 20;

/** Who sends in a domain's name. Enter on a sender says more, and names it. */
export function Senders(props: {
  readonly senders: readonly Sender[];
  /** Both tell whether it was done. */
  readonly onName: (key: string, word: { readonly name: string; readonly kind: SenderKind } | null) => Promise<boolean>;
  readonly onLetSend: (sender: Sender) => Promise<boolean>;
}) {
  const { senders, onName, onLetSend } = props;
  const [open, setOpen] = useState<string | null>(null);
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = senders.filter(({ key, name }) => `${key} ${name}`.toLowerCase().includes(wanted));
  const { shown, more } = usePaged(found);
  const sender = senders.find(({ key }) => key === open);
  // Another one's sheet may be open by the time that this one's word is taken.
  const close = (key: string) => setOpen((known) => (known === key ? null : known));
  return (
    <>
      {senders.length > FEW && (
        <Field label="Find a sender" type="search" value={text} onChange={setText} maxLength={200} />
      )}
      {found.length === 0 && <p>No sender has “{text.trim()}” in its name.</p>}
      <GridList
        aria-label="Senders, those with the most mail first"
        className={styles.senders ?? ''}
        items={shown.map((each) => ({ ...each, id: each.key }))}
        onAction={(key) => setOpen(String(key))}
      >
        {(each) => (
          <GridListItem id={each.key} textValue={each.name} className={styles.senderRow ?? ''}>
            <Row sender={each} />
          </GridListItem>
        )}
      </GridList>
      {more}
      <PrintedSenders senders={senders} />
      {sender !== undefined && (
        <SenderSheet
          key={sender.key}
          sender={sender}
          onClose={() => setOpen(null)}
          onName={(word) => void onName(sender.key, word).then((isDone) => isDone && close(sender.key))}
          onLetSend={() => void onLetSend(sender).then((isDone) => isDone && close(sender.key))}
        />
      )}
    </>
  );
}
