import { Upload } from 'lucide-react';
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import type { DomainListReport } from '../../shared/contract/schemas.ts';
import { attempt, core, tell } from '../app/store.ts';
import { Button } from '../ui/button.tsx';
import { Field, Sheet } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import styles from './DomainsView.module.css';
import { openDomain } from './store.ts';

const SHOWN = 200;

/** Adds one domain or many: typed, pasted, or from a CSV file, with a preview of what is refused and why. */
export default function AddDomains({
  workspaceId,
  onClose,
}: {
  readonly workspaceId: number;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState('');
  const [report, setReport] = useState<DomainListReport | null>(null);
  const [busy, setBusy] = useState(false);

  const preview = async (list: string) => {
    setBusy(true);
    setReport(await attempt(() => core().domains.preview({ workspaceId, text: list })));
    setBusy(false);
  };
  const read = async (files: FileList | null) => {
    const file = files?.[0];
    if (file === undefined) return;
    const content = await file.text();
    setText(content);
    await preview(content);
  };
  const add = async () => {
    setBusy(true);
    const result = await attempt(() => core().domains.add({ workspaceId, text }));
    setBusy(false);
    if (result === null) return;
    const [first] = result.added;
    if (first !== undefined) openDomain(first.id);
    tell(`${result.added.length} domain${result.added.length === 1 ? '' : 's'} added`);
    if (result.refused.length === 0) onClose();
    else {
      setText(result.refused.map((line) => line.text).join('\n'));
      setReport({ accepted: [], refused: result.refused });
    }
  };
  const accepted = report?.accepted.length ?? 0;
  const refused = report?.refused.length ?? 0;
  return (
    <Sheet
      title="Add sender domains"
      isOpen
      onClose={onClose}
      isWide
      actions={
        <>
          <Button onPress={onClose}>Close</Button>
          <Button onPress={() => void preview(text)} isDisabled={busy || text.trim() === ''}>
            Preview
          </Button>
          <Button
            look="primary"
            onPress={() => void add()}
            isDisabled={busy || text.trim() === '' || (report !== null && accepted === 0)}
          >
            {report === null || accepted === 0 ? 'Add' : `Add ${accepted} domain${accepted === 1 ? '' : 's'}`}
          </Button>
        </>
      }
    >
      <Field
        label="Domains"
        value={text}
        onChange={(value) => {
          setText(value);
          setReport(null);
        }}
        rows={7}
        isMono
        placeholder={'news.example.com\nmail.example.org'}
        help="One to a line, or CSV with a column named domain. Every subdomain that sends is listed by itself. A domain stays listed for good; it can be marked not in use."
        autoFocus
      />
      <div className={layout.row}>
        <FileTrigger acceptedFileTypes={['.csv', '.txt', '.tsv']} onSelect={(files) => void read(files)}>
          <Button>
            <Upload size={14} aria-hidden />
            Import a file
          </Button>
        </FileTrigger>
        {report !== null && (
          <span role="status">
            {accepted} can be added, {refused} refused
          </span>
        )}
      </div>
      {refused > 0 && (
        <ul className={styles.report} tabIndex={0} aria-label="Refused lines">
          {report?.refused.slice(0, SHOWN).map((line) => (
            <li key={`${line.line}-${line.text}`}>
              <small>line {line.line}</small>
              <span>
                {line.message} <strong>{line.remedy}</strong>
              </span>
            </li>
          ))}
          {refused > SHOWN && <li>and {refused - SHOWN} more</li>}
        </ul>
      )}
    </Sheet>
  );
}
