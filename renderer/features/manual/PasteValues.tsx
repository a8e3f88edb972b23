import { ClipboardPaste, Upload } from 'lucide-react';
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import type { Recognition } from '../../../shared/providers/recognise.ts';
import { recogniseValues } from '../../../shared/providers/recognise.ts';
import type { TemplateMode } from '../../../shared/providers/template/template.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import { textOf } from '../../ui/file-text.ts';
import { VerdictMark } from '../../ui/status.tsx';
import { OutsideText } from '../../ui/outside-text.tsx';
import styles from './Configure.module.css';

function Result({ recognition, mode }: { readonly recognition: Recognition; readonly mode: TemplateMode }) {
  const labelOf = (id: string) => mode.fields.find((field) => field.id === id)?.label ?? id;
  return (
    <ul className={styles.recognised} aria-label="What was recognised">
      {recognition.values.map(({ field, value, line }) => (
        <li key={field}>
          <VerdictMark verdict="verified" word={labelOf(field)} />
          <code>
            <OutsideText text={value} />
          </code>
          <small>line {line}</small>
        </li>
      ))}
      {recognition.missing.map((field) => (
        <li key={field.id}>
          <VerdictMark verdict="unknown" word={field.label} />
          <span className={styles.muted}>not in this text</span>
        </li>
      ))}
    </ul>
  );
}

/** Takes many values at once: pasted from the provider's page, a zone file or a letter, or read from a file. */
export function PasteValues(props: {
  readonly mode: TemplateMode;
  readonly domain: string;
  readonly isOpen?: boolean;
  readonly onTyped: () => void;
  readonly onFound: (values: Readonly<Record<string, string>>) => void;
}) {
  const { mode, domain } = props;
  const [isOpen, setOpen] = useState(props.isOpen === true);
  const [text, setText] = useState('');
  const take = (pasted: string) => {
    setText(pasted);
    props.onTyped();
    const { values, asUsual } = recogniseValues(pasted, mode, domain);
    const emptied = asUsual.map((field) => [field, ''] as const);
    const read = values.map(({ field, value }) => [field, value] as const);
    if (emptied.length + read.length > 0) props.onFound(Object.fromEntries([...emptied, ...read]));
  };
  if (!isOpen) {
    return (
      <div>
        <Button onPress={() => setOpen(true)}>
          <ClipboardPaste size={14} aria-hidden />
          Paste what the provider shows
        </Button>
      </div>
    );
  }
  const recognition = text.trim() === '' ? null : recogniseValues(text, mode, domain);
  return (
    <div className={styles.paste}>
      <Field
        label="What the provider shows"
        value={text}
        onChange={take}
        rows={5}
        help="Copy the records from the provider’s page, a zone file or a letter, as they are. The fields below are filled from it."
        isMono
        autoFocus
      />
      <div>
        <FileTrigger
          acceptedFileTypes={['.txt', '.csv', '.tsv', '.zone', '.db']}
          onSelect={(files) => void textOf(files?.[0]).then(take)}
        >
          <Button>
            <Upload size={14} aria-hidden />
            Read a file
          </Button>
        </FileTrigger>
      </div>
      <div role="status">{recognition !== null && <Result recognition={recognition} mode={mode} />}</div>
    </div>
  );
}
