import { counted } from '../../../shared/text/counted.ts';
import { Upload } from 'lucide-react';
import { showControls } from '../../../shared/text/controls.ts';
import { useState } from 'react';
import type { DragEvent } from 'react';
import { FileTrigger } from 'react-aria-components';
import type { DomainListReport } from '../../../shared/contract/domains.ts';
import { namesAsList } from '../../../shared/lists/names-as-list.ts';
import { refusedTable } from '../../../shared/lists/refused-table.ts';
import { decodeText } from '../../../shared/text/decode.ts';
import { LastAsked } from '../../data/reader.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { attempt, core, tell, useApp } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select, Sheet, Switch } from '../../ui/controls.tsx';
import { octetsOf } from '../../ui/file-text.ts';
import { saveFile } from '../../ui/time.ts';
import layout from '../../ui/layout.module.css';
import styles from './DomainsView.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { openAdded } from '../../data/domains.ts';

const SHOWN = 200;

/** What was typed and not added, by workspace: closing the sheet loses nothing. */
const kept = new Map<number, string>();

/** Asks which column of a table holds the domains. */
function ColumnQuestion(props: {
  readonly columns: NonNullable<DomainListReport['question']>;
  readonly onChoose: (index: number) => void;
}) {
  return (
    <Select
      label="Which column holds the sender domains?"
      value=""
      placeholder="Choose a column"
      onChange={(index) => props.onChoose(Number(index))}
      choices={props.columns.map(({ index, heading, samples }) => ({
        id: String(index),
        label: `${heading === '' ? `Column ${index + 1}` : heading}: ${samples.join(', ')}`,
      }))}
      help="More than one column may hold domains. Nothing is added until you choose."
    />
  );
}

function Lines({
  label,
  lines,
}: {
  readonly label: string;
  readonly lines: readonly { line: number; text: string }[];
}) {
  return (
    <details className={layout.details}>
      <summary>{label}</summary>
      <ul className={styles.report} tabIndex={0} aria-label={label}>
        {lines.slice(0, SHOWN).map(({ line, text }) => (
          <li key={`${line}-${text}`}>
            <small>line {line}</small>
            <span>
              <OutsideText text={text} />
            </span>
          </li>
        ))}
        {lines.length > SHOWN && <li>and {lines.length - SHOWN} more</li>}
      </ul>
    </details>
  );
}

/** Offers the domains of another workspace of this data folder. */
function OtherWorkspaces({
  workspaceId,
  onChoose,
}: {
  readonly workspaceId: number;
  readonly onChoose: (id: number) => void;
}) {
  const workspaces = useApp((state) => state.workspaces);
  const others = workspaces.filter(({ id, domainCount }) => id !== workspaceId && domainCount > 0);
  if (others.length === 0) return null;
  return (
    <Select
      label="Copy the domains of another workspace"
      value=""
      placeholder="Choose a workspace"
      onChange={(id) => onChoose(Number(id))}
      choices={others.map(({ id, name, domainCount }) => ({
        id: String(id),
        label: `${showControls(name)} (${counted(domainCount, { one: '{count} domain', other: '{count} domains' })})`,
      }))}
    />
  );
}

/** What the text was understood to be, where that is more than a list. */
function readAs(report: DomainListReport): string {
  if (report.answerOf !== null) return `Read as a response from ${report.answerOf}. `;
  if (report.readAs === 'zone') return 'Read as a zone: the names that have mail records. ';
  const heading = report.column?.heading ?? '';
  return heading === '' ? '' : `Read from the column “${heading}”. `;
}

/** Adds one domain or many: typed, pasted, or from a file, after showing what will be added, what is known, and what is refused. */
export default function AddDomains({
  workspaceId,
  onClose,
}: {
  readonly workspaceId: number;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState(kept.get(workspaceId) ?? '');
  const [report, setReport] = useState<DomainListReport | null>(null);
  const [column, setColumn] = useState<number | undefined>(undefined);
  const [takeOffered, setTakeOffered] = useState(false);
  const [encoding, setEncoding] = useState('');
  const [busy, setBusy] = useState(false);
  const { whileShown } = useSheetAnswers();

  const [asked] = useState(() => new LastAsked());

  const change = (value: string) => {
    asked.next();
    setText(value);
    kept.set(workspaceId, value);
    setReport(null);
    setColumn(undefined);
    setEncoding('');
  };
  const preview = async (list: string, chosen = column, offered = takeOffered) => {
    const isOfNow = asked.next();
    setBusy(true);
    const input = { workspaceId, text: list, takeOffered: offered };
    const found = await attempt(() =>
      core().domains.preview(chosen === undefined ? input : { ...input, column: chosen }),
    );
    setBusy(false);
    // Something else stands there by now: what is said of another text must not be taken for what will be added.
    if (!isOfNow()) return null;
    setReport(found);
    return found;
  };
  const read = async (files: FileList | null) => {
    const file = files?.[0];
    if (file === undefined) return;
    const decoded = decodeText(await octetsOf(file));
    change(decoded.text);
    if (decoded.encoding === 'Windows-1252')
      setEncoding('The file was read as Windows-1252. Check letters with accents.');
    await preview(decoded.text, undefined);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (event.dataTransfer.files.length > 0) void read(event.dataTransfer.files);
  };
  const takeFrom = async (other: number) => {
    const rows = await attempt(() => core().domains.list({ workspaceId: other }));
    if (rows === null) return;
    const list = namesAsList(rows);
    change(list);
    await preview(list, undefined);
  };
  const add = async () => {
    // What is added stays for good, so that it is shown before.
    const seen = report ?? (await preview(text));
    const isShown = report !== null || !text.trim().includes('\n');
    if (seen === null || seen.question !== null || seen.accepted.length === 0 || !isShown) return;
    const isOfNow = asked.next();
    setBusy(true);
    const input = { workspaceId, text, takeOffered };
    const result = await attempt(() => core().domains.add(column === undefined ? input : { ...input, column }));
    setBusy(false);
    if (result === null) return;
    openAdded(workspaceId, result.added);
    tell(counted(result.added.length, { one: '{count} domain added', other: '{count} domains added' }));
    // What was typed since is looked at and added for itself.
    if (!isOfNow()) return;
    // The hosts of a zone were never meant to be added.
    const offers = result.readAs === 'zone' ? [] : result.offered;
    if (result.refused.length + offers.length === 0) {
      if (kept.get(workspaceId) === text) kept.delete(workspaceId);
      whileShown(onClose);
      return;
    }
    // What is left stands on lines of its own, and the messages with it.
    const left = [...result.refused, ...offers.map((line) => ({ ...line, code: '', message: '', remedy: '' }))];
    change(left.map((line) => line.text).join('\n'));
    setReport({
      ...result,
      accepted: [],
      known: [],
      refused: result.refused.map((line, index) => ({ ...line, line: index + 1 })),
      offered: offers.map((line, index) => ({ ...line, line: result.refused.length + index + 1 })),
    });
  };
  const accepted = report?.accepted ?? [];
  const refused = report?.refused ?? [];
  const known = report?.known ?? [];
  const offered = report?.offered ?? [];
  const isAsking = report !== null && report.question !== null;
  const isZone = report?.readAs === 'zone';
  const summary = [
    counted(accepted.length, { one: '{count} new', other: '{count} new' }),
    ...(known.length === 0
      ? []
      : [counted(known.length, { one: '{count} already listed', other: '{count} already listed' })]),
    ...(offered.length === 0
      ? []
      : [
          isZone
            ? counted(offered.length, { one: '{count} other name', other: '{count} other names' })
            : counted(offered.length, { one: '{count} in addresses', other: '{count} in addresses' }),
        ]),
    ...(refused.length === 0 ? [] : [counted(refused.length, { one: '{count} refused', other: '{count} refused' })]),
  ].join(', ');
  return (
    <Sheet
      title="Add sender domains"
      isOpen
      onClose={onClose}
      isWide
      actions={
        <>
          <Button onPress={onClose}>Close</Button>
          <Button onPress={() => void preview(text)} isPending={busy} isDisabled={text.trim() === ''}>
            Preview
          </Button>
          <Button look="primary" onPress={() => void add()} isPending={busy} isDisabled={text.trim() === ''}>
            {accepted.length === 0
              ? 'Add'
              : counted(accepted.length, { one: 'Add {count} domain', other: 'Add {count} domains' })}
          </Button>
        </>
      }
    >
      <div className={layout.stack} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <Field
          label="Domains"
          value={text}
          onChange={change}
          rows={7}
          isMono
          placeholder={'news.example.com\nmail.example.org'}
          help="One per line, a table, what a provider’s console or API lists (Amazon SES, SendGrid, Mailgun, Postmark, Brevo, Resend), or a zone. List every subdomain that sends. A domain can’t be deleted later, only marked as not in use."
          autoFocus
        />
        <div className={layout.row}>
          <FileTrigger onSelect={(files) => void read(files)}>
            <Button>
              <Upload size={14} aria-hidden />
              Import a file, or drop it here
            </Button>
          </FileTrigger>
          <span role="status">
            {report === null || isAsking ? encoding : `${readAs(report)}${summary}. ${encoding}`}
          </span>
        </div>
      </div>
      <OtherWorkspaces workspaceId={workspaceId} onChoose={(id) => void takeFrom(id)} />
      {report?.question != null && (
        <ColumnQuestion
          columns={report.question}
          onChoose={(index) => {
            setColumn(index);
            void preview(text, index);
          }}
        />
      )}
      {(offered.length > 0 || takeOffered) && (
        <Switch
          label={
            isZone ? 'Also add the other names of the zone' : 'Also add the domains found in web and mail addresses'
          }
          isOn={takeOffered}
          onChange={(isTaken) => {
            setTakeOffered(isTaken);
            void preview(text, column, isTaken);
          }}
        />
      )}
      {accepted.length > 0 && (
        <Lines
          label={counted(accepted.length, {
            one: '{count} domain will be added',
            other: '{count} domains will be added',
          })}
          lines={accepted.map(({ line, unicodeName }) => ({ line, text: unicodeName }))}
        />
      )}
      {offered.length > 0 && (
        <Lines
          label={
            isZone
              ? counted(offered.length, {
                  one: '{count} other name of the zone',
                  other: '{count} other names of the zone',
                })
              : counted(offered.length, {
                  one: '{count} web or mail address with a domain in it',
                  other: '{count} web and mail addresses with a domain in them',
                })
          }
          lines={offered.map(({ line, text: shown, unicodeName }) => ({
            line,
            text: isZone ? shown : `${shown} → ${unicodeName}`,
          }))}
        />
      )}
      {known.length > 0 && <Lines label={`${known.length} already listed`} lines={known} />}
      {refused.length > 0 && (
        <ul className={styles.report} tabIndex={0} aria-label="Refused lines">
          {refused.slice(0, SHOWN).map((line) => (
            <li key={`${line.line}-${line.text}`}>
              <small>line {line.line}</small>
              <span>
                <OutsideText text={line.message} /> <strong>{line.remedy}</strong>
              </span>
            </li>
          ))}
          {refused.length > SHOWN && <li>and {refused.length - SHOWN} more</li>}
        </ul>
      )}
      {refused.length > 0 && (
        <div className={layout.row}>
          <Button onPress={() => saveFile('refused-lines.csv', 'text/csv', refusedTable(refused))}>
            Save the refused lines
          </Button>
        </div>
      )}
    </Sheet>
  );
}
