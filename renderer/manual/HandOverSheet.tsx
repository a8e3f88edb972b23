import { Mail, Printer } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { HandOverText } from '../../shared/contract/schemas.ts';
import { handOverFormats } from '../../shared/manual/formats/index.ts';
import { recordsMail } from '../../shared/service/support-mail.ts';
import { attempt, core } from '../app/store.ts';
import controls from '../ui/controls.module.css';
import { Button, CopyButton, Select, Sheet } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { Skeleton } from '../ui/status.tsx';
import { saveFile } from '../ui/time.ts';

const REMEMBERED = 'sendwright.format';
/** Mail programs cut longer addresses off. */
const MAX_MAILTO = 1900;

/** The draft for whoever edits DNS: with the records in it, or naming the file to attach where they are too long. */
function draftFor(domain: string, text: HandOverText) {
  const whole = recordsMail(domain, text.text);
  if (whole.mailto.length < MAX_MAILTO) return { mailto: whole.mailto, isWhole: true };
  const body = `Hello,\n\nplease publish the DNS records for ${domain} that are in the attached file ${text.fileName}.\n`;
  return { mailto: recordsMail(domain, body).mailto, isWhole: false };
}

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
    let current = true;
    setText(null);
    localStorage.setItem(REMEMBERED, format);
    void attempt(() => core().domains.handOver({ workspaceId, domainId, format })).then((found) => {
      if (current) setText(found);
    });
    return () => {
      current = false;
    };
  }, [workspaceId, domainId, format]);
  const chosen = handOverFormats.find((candidate) => candidate.id === format);
  const draft = text === null ? null : draftFor(props.domain, text);
  return (
    <Sheet
      title={`Hand over ${props.domain}`}
      isOpen
      onClose={props.onClose}
      isWide
      actions={
        text !== null && (
          <>
            {draft !== null && (
              <a
                className={controls.linkButton}
                href={draft.mailto}
                onClick={() => {
                  if (!draft.isWhole) saveFile(text.fileName, text.mediaType, text.text);
                }}
              >
                <Mail size={14} aria-hidden />
                {draft.isWhole ? 'E-mail draft' : 'E-mail draft, with the file to attach'}
              </a>
            )}
            <Button onPress={() => window.print()}>
              <Printer size={14} aria-hidden />
              Print
            </Button>
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
