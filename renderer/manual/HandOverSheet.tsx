import { Mail, Printer } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { HandOverText } from '../../shared/contract/schemas.ts';
import { email, mailDraft } from '../../shared/manual/formats/email.ts';
import { handOverFormats } from '../../shared/manual/formats/index.ts';
import type { Manual } from '../../shared/manual/manual.ts';
import { attempt, core } from '../app/store.ts';
import controls from '../ui/controls.module.css';
import { Button } from '../ui/button.tsx';
import { CopyButton, Select, Sheet, Switch } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { Skeleton } from '../ui/status.tsx';
import { saveFile } from '../ui/time.ts';
import type { Where } from './configuration.ts';

const REMEMBERED = 'sendwright.format';

/** The prepared records in the form that whoever edits DNS wants. */
export function HandOverSheet({
  workspaceId,
  domainId,
  manual,
  onClose,
}: Where & {
  readonly manual: Manual;
  readonly onClose: () => void;
}) {
  const [format, setFormat] = useState(() => localStorage.getItem(REMEMBERED) ?? 'text');
  const [wayBack, setWayBack] = useState(false);
  const [text, setText] = useState<HandOverText | null>(null);
  useEffect(() => {
    let current = true;
    setText(null);
    localStorage.setItem(REMEMBERED, format);
    void attempt(() => core().domains.handOver({ workspaceId, domainId, format, wayBack })).then((found) => {
      if (current) setText(found);
    });
    return () => {
      current = false;
    };
  }, [workspaceId, domainId, format, wayBack]);
  const chosen = handOverFormats.find((candidate) => candidate.id === format);
  const draft = useMemo(() => {
    const changes = wayBack ? manual.plan.wayBack : manual.plan.changes;
    const { domain, zone, unicodeName } = manual;
    return mailDraft({ domain, zone, changes, generatedAt: new Date().toISOString(), isWayBack: wayBack }, unicodeName);
  }, [manual, wayBack]);
  return (
    <Sheet
      title={`Hand over ${manual.unicodeName}`}
      isOpen
      onClose={onClose}
      isWide
      actions={
        text !== null && (
          <>
            {draft.mailto === null ? (
              <Button
                look="quiet"
                onPress={() => saveFile(`${manual.domain}.${email.extension}`, email.mediaType, draft.message)}
              >
                <Mail size={14} aria-hidden />
                E-mail draft
              </Button>
            ) : (
              <a className={controls.linkButton} href={draft.mailto}>
                <Mail size={14} aria-hidden />
                E-mail draft
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
      <Switch label="The way back: what undoes these changes" isOn={wayBack} onChange={setWayBack} />
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
