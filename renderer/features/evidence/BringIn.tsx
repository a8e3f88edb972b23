import { counted, countText } from '../../../shared/text/counted.ts';
import { FolderOpen, Upload } from 'lucide-react';
import { useState } from 'react';
import type { DragEvent } from 'react';
import { FileTrigger, GridList, GridListItem } from 'react-aria-components';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { VerdictMark } from '../../ui/status.tsx';
import {
  bringIn,
  bringInText,
  filesOfChoice,
  filesOfDrop,
  setMailOpen,
  stopBringingIn,
  useBroughtInto,
} from './bring-in.ts';
import type { BroughtIn } from './bring-in.ts';
import { MailCard } from './MailCard.tsx';
import styles from './EvidenceView.module.css';
import { usePaged } from './paged.tsx';

/** What has come of the files so far, in a sentence. */
function Summary({ workspaceId, brought }: { readonly workspaceId: number; readonly brought: BroughtIn }) {
  const { done, total, taken, known, conflicting, refused, mails, unread, isStopped, isRunning } = brought;
  const parts = [
    counted(taken, { one: '{count} new report imported', other: '{count} new reports imported' }),
    ...(known === 0 ? [] : [`${countText(known)} already imported`]),
    ...(conflicting === 0 ? [] : [`${countText(conflicting)} with figures that differ from those imported before`]),
    ...(refused === 0 ? [] : [counted(refused, { one: '{count} file refused', other: '{count} files refused' })]),
    ...(mails.length === 0
      ? []
      : [counted(mails.length, { one: '{count} mail without a report', other: '{count} mails without a report' })]),
  ];
  const read = counted(total, {
    one: `${countText(done)} of {count} file read`,
    other: `${countText(done)} of {count} files read`,
  });
  const left = isStopped
    ? counted(unread, { one: 'Stopped: {count} file was not read.', other: 'Stopped: {count} files were not read.' })
    : counted(unread, { one: '{count} file was not read.', other: '{count} files were not read.' });
  return (
    <div className={styles.progress}>
      <p role="status">
        {read}: {parts.join(', ')}. {unread > 0 && left}
      </p>
      {isRunning && (
        <>
          <progress max={total} value={done} aria-label="Files that are read" />
          <Button onPress={() => stopBringingIn(workspaceId)}>Stop</Button>
        </>
      )}
    </div>
  );
}

const OUTCOMES = {
  read: { verdict: 'verified', word: 'Read' },
  'read-with-problems': { verdict: 'pending', word: 'Read, with problems' },
  partial: { verdict: 'pending', word: 'Read in part' },
  refuse: { verdict: 'failing', word: 'Refused' },
} as const;

/** The files of which there is something to tell. */
function Told({ told }: Pick<BroughtIn, 'told'>) {
  const rows = told.flatMap(({ name, found }, file) =>
    found.map(({ outcome, told: sentences, kind }, index) => ({
      id: `${file}-${index}`,
      name,
      ...OUTCOMES[outcome],
      text: kind === 'failure-report' ? ['A failure report.', ...sentences] : sentences,
    })),
  );
  const { shown, more } = usePaged(rows);
  if (told.length === 0) return null;
  return (
    <>
      <GridList aria-label="Files with remarks" className={styles.told ?? ''} items={shown}>
        {(row) => (
          <GridListItem id={row.id} textValue={row.name} className={styles.toldRow ?? ''}>
            <div className={styles.toldFile}>
              <b>
                <OutsideText text={row.name} />
              </b>
              <VerdictMark verdict={row.verdict} word={row.word} />
              <span>{row.text.join(' ')}</span>
            </div>
          </GridListItem>
        )}
      </GridList>
      {more}
    </>
  );
}

/** Mails without a report: each can be laid on the table. */
function Mails({ workspaceId, brought }: { readonly workspaceId: number; readonly brought: BroughtIn }) {
  const { mails, open } = brought;
  const closed = mails.filter(({ id }) => !open.some((mail) => mail.id === id));
  return (
    <>
      {closed.length > 0 && (
        <ul className={styles.mails} aria-label="Mails without a report">
          {closed.slice(0, 100).map((mail) => (
            <li key={mail.id}>
              <OutsideText text={mail.name} />
              <Button aria-label={`Look at ${mail.name}`} onPress={() => setMailOpen(workspaceId, mail, true)}>
                Look at it
              </Button>
            </li>
          ))}
          {closed.length > 100 && <li>and {countText(closed.length - 100)} more</li>}
        </ul>
      )}
      {open.map((mail) => (
        <MailCard key={mail.id} workspaceId={workspaceId} mail={mail} />
      ))}
    </>
  );
}

/** Where files are dropped or chosen, and what came of them. */
export function BringIn({ workspaceId }: { readonly workspaceId: number }) {
  const [isOver, setOver] = useState(false);
  const [text, setText] = useState('');
  const [isReading, setReading] = useState(false);
  const brought = useBroughtInto(workspaceId);
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void filesOfDrop(event.dataTransfer).then((handed) => bringIn(workspaceId, handed));
  };
  const choose = (list: FileList | null) => void bringIn(workspaceId, filesOfChoice(list));
  const read = async () => {
    setReading(true);
    await bringInText(workspaceId, text);
    setReading(false);
  };
  return (
    <>
      <section className={layout.card} aria-labelledby="bring-in-title">
        <h2 id="bring-in-title">Import reports, messages and bounces</h2>
        <div
          className={`${styles.drop} ${isOver ? styles.over : ''}`}
          onDragEnter={over}
          onDragOver={over}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <p>
            Drop DMARC and TLS reports here as receivers send them: XML, JSON, gzip, ZIP, e-mail files, mailboxes, or a
            folder of these. A message or a bounce shows its verdict. Nothing leaves this machine except DNS queries.
          </p>
          <div className={layout.row}>
            <FileTrigger allowsMultiple onSelect={choose}>
              <Button look="primary">
                <Upload size={14} aria-hidden />
                Choose files
              </Button>
            </FileTrigger>
            <FileTrigger acceptDirectory onSelect={choose}>
              <Button>
                <FolderOpen size={14} aria-hidden />
                Choose a folder
              </Button>
            </FileTrigger>
          </div>
        </div>
        <details className={`${layout.details} ${styles.onScreen}`}>
          <summary>Paste a message or a bounce</summary>
          <form
            className={layout.stack}
            onSubmit={(event) => {
              event.preventDefault();
              if (text.trim() !== '' && !isReading) void read();
            }}
          >
            <Field
              label="Message or bounce"
              value={text}
              onChange={setText}
              rows={6}
              isMono
              help="A message with its header, or what a server said. Its verdict is kept, its text is not."
            />
            <div>
              <Button type="submit" isPending={isReading} isDisabled={text.trim() === ''}>
                Read it
              </Button>
            </div>
          </form>
        </details>
        {brought !== null && <Summary workspaceId={workspaceId} brought={brought} />}
        {brought !== null && <Told told={brought.told} />}
      </section>
      {brought !== null && <Mails workspaceId={workspaceId} brought={brought} />}
    </>
  );
}
