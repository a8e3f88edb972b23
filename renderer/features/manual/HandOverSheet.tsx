import { Mail, Printer } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { HandedOver } from '../../../shared/contract/domains.ts';
import { handOverFormatIds, handOverWords, wordsOfFormat } from '../../../shared/handover/words/format-words.ts';
import type { Manual } from '../../../shared/manual/manual.ts';
import { attempt, core } from '../../session/store.ts';
import controls from '../../ui/controls.module.css';
import { Button } from '../../ui/button.tsx';
import { CopyButton, Select, Sheet, Switch } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { Skeleton } from '../../ui/status.tsx';
import { saveFile } from '../../ui/time.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import { lastFormat, rememberFormat } from './hand-over-format.ts';
import { FileRemarks } from './FileRemarks.tsx';

/** The prepared records in the form that whoever edits DNS wants. */
export default function HandOverSheet({
  workspaceId,
  domainId,
  manual,
  onClose,
}: DomainRef & {
  readonly manual: Manual;
  readonly onClose: () => void;
}) {
  const [format, setFormat] = useState(lastFormat);
  const [content, setContent] = useState<'changes' | 'way-back' | 'complete'>('changes');
  const wayBack = content === 'way-back';
  const complete = content === 'complete';
  const [text, setText] = useState<HandedOver | null>(null);
  useEffect(() => {
    let current = true;
    setText(null);
    rememberFormat(format);
    void attempt(() => core().domains.handOver({ workspaceId, domainId, format, wayBack, complete })).then((found) => {
      if (current) setText(found);
    });
    return () => {
      current = false;
    };
  }, [workspaceId, domainId, format, wayBack, complete]);
  const take = () =>
    void attempt(() => core().domains.noteHandOver({ workspaceId, domainIds: [domainId], format, wayBack, complete }));
  return (
    <Sheet
      title={`Hand over ${manual.unicodeName}`}
      isOpen
      onClose={onClose}
      isWide
      actions={
        text !== null && (
          <>
            {text.draft.mailto === null ? (
              <Button
                look="quiet"
                onPress={() => {
                  saveFile(`${manual.domain}.eml`, 'message/rfc822', text.draft.message);
                  take();
                }}
              >
                <Mail size={14} aria-hidden />
                E-mail draft
              </Button>
            ) : (
              <a className={controls.linkButton} href={text.draft.mailto} onClick={take}>
                <Mail size={14} aria-hidden />
                E-mail draft
              </a>
            )}
            <Button
              onPress={() => {
                window.print();
                take();
              }}
            >
              <Printer size={14} aria-hidden />
              Print
            </Button>
            <CopyButton text={text.text} label="Copy all" isNamed onCopied={take} />
            <Button
              look="primary"
              onPress={() => {
                saveFile(text.fileName, text.mediaType, text.text);
                take();
              }}
            >
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
        choices={handOverFormatIds.map((id) => ({ id, label: handOverWords[id].label }))}
        help={wordsOfFormat(format)?.note}
      />
      <Switch
        label="Every required record, including those already published"
        isOn={complete}
        onChange={(isOn) => setContent(isOn ? 'complete' : 'changes')}
      />
      <Switch
        label="Undo: reverts these changes"
        isOn={wayBack}
        onChange={(isOn) => setContent(isOn ? 'way-back' : 'changes')}
      />
      <FileRemarks remarks={text?.remarks} />
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
