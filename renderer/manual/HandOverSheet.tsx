import { useEffect, useState } from 'react';
import type { HandOverText } from '../../shared/contract/schemas.ts';
import { handOverFormats } from '../../shared/manual/formats/index.ts';
import { recordsMail } from '../../shared/service/support-mail.ts';
import { attempt, core } from '../app/store.ts';
import { Button, CopyButton, Select, Sheet } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { Skeleton } from '../ui/status.tsx';
import { saveFile } from '../ui/time.ts';

const REMEMBERED = 'sendwright.format';
/** Mail programs cut longer addresses off. */
const MAX_MAILTO = 1900;

/** The prepared records in the form that whoever edits DNS wants. */
export function HandOverSheet(props: {
  readonly workspaceId: number;
  readonly domainId: number;
  readonly domain: string;
  readonly onClose: () => void;
}) {
  const { workspaceId, domainId } = props;
  const [format, setFormat] = useState(() => localStorage.getItem(REMEMBERED) ?? 'text');
  const [text, setText] = useState<HandOverText | null>(null);
  useEffect(() => {
    setText(null);
    localStorage.setItem(REMEMBERED, format);
    void attempt(() => core().domains.handOver({ workspaceId, domainId, format })).then(setText);
  }, [workspaceId, domainId, format]);
  const chosen = handOverFormats.find((candidate) => candidate.id === format);
  const mail = text === null ? null : recordsMail(props.domain, text.text);
  return (
    <Sheet
      title={`Hand over ${props.domain}`}
      isOpen
      onClose={props.onClose}
      isWide
      actions={
        text !== null && (
          <>
            {mail !== null && mail.mailto.length < MAX_MAILTO && <a href={mail.mailto}>E-mail draft</a>}
            <CopyButton text={text.text} label="Copy all" isNamed />
            <Button look="primary" onPress={() => saveFile(text.fileName, text.mediaType, text.text)}>
              Save {text.fileName}
            </Button>
          </>
        )
      }
    >
      <Select
        label="Format"
        value={format}
        onChange={setFormat}
        choices={handOverFormats.map(({ id, label }) => ({ id, label }))}
        help={chosen?.note}
      />
      {text === null ? (
        <Skeleton />
      ) : (
        <pre className={layout.code} tabIndex={0} role="region" aria-label="Preview">
          {text.text}
        </pre>
      )}
    </Sheet>
  );
}
