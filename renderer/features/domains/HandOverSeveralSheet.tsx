import { counted } from '../../../shared/text/counted.ts';
import { useState } from 'react';
import { handOverFormatIds, handOverWords, wordsOfFormat } from '../../../shared/handover/words/format-words.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Segments, Select, Sheet, Switch } from '../../ui/controls.tsx';
import { LeftOut } from './LeftOut.tsx';
import { fromBase64, saveFile } from '../../ui/time.ts';
import { lastFormat, rememberFormat } from '../manual/hand-over-format.ts';
import type { HandedOverFile } from '../../../shared/contract/domains.ts';
import { FileRemarks } from '../manual/FileRemarks.tsx';

/** Hands over what is prepared for the selected domains, in one file or in a zip with a file for each. */
export default function HandOverSeveralSheet({
  workspaceId,
  domainIds,
  onClose,
}: {
  readonly workspaceId: number;
  readonly domainIds: readonly number[];
  readonly onClose: () => void;
}) {
  const [formatId, setFormat] = useState(lastFormat);
  const [complete, setComplete] = useState(false);
  const [shape, setShape] = useState<'zip' | 'one'>('zip');
  const [isPending, setPending] = useState(false);
  const { whileShown } = useSheetAnswers();
  const [told, setTold] = useState<HandedOverFile | null>(null);
  const format = wordsOfFormat(formatId);
  const canBeOne = format?.canBeOne === true;
  const save = async () => {
    setPending(true);
    const input = { workspaceId, domainIds: [...domainIds], format: formatId, complete };
    const file = await attempt(() => core().domains.handOverSeveral({ ...input, asOne: canBeOne && shape === 'one' }));
    setPending(false);
    if (file === null) return;
    saveFile(file.fileName, file.mediaType, [fromBase64(file.octets)]);
    await attempt(() => core().domains.noteHandOver(input));
    tell(`${file.fileName} saved`);
    setTold(file);
    if (file.leftOut.length + file.remarks.length === 0) whileShown(onClose);
  };
  return (
    <Sheet
      title={counted(domainIds.length, { one: 'Hand over {count} domain', other: 'Hand over {count} domains' })}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Close</Button>
          <Button look="primary" onPress={() => void save()} isPending={isPending}>
            {isPending ? 'Preparing…' : 'Save the file'}
          </Button>
        </>
      }
    >
      <Select
        label="Format"
        value={formatId}
        onChange={(id) => {
          setFormat(id);
          setTold(null);
          rememberFormat(id);
        }}
        choices={handOverFormatIds.map((id) => ({ id, label: handOverWords[id].label }))}
        help={format?.note}
      />
      <Segments
        label="Files"
        value={canBeOne ? shape : 'zip'}
        onChange={(next) => setShape(next as 'zip' | 'one')}
        choices={
          canBeOne
            ? [
                { id: 'zip', label: 'One file per domain, in a zip' },
                { id: 'one', label: 'One file' },
              ]
            : [{ id: 'zip', label: 'One file per domain, in a zip' }]
        }
      />
      <Switch label="Every required record, including those already published" isOn={complete} onChange={setComplete} />
      <FileRemarks remarks={told?.remarks} />
      {told !== null && (
        <LeftOut
          title={`Left out of ${told.fileName}`}
          lines={told.leftOut.map(({ domain, reason }) => ({ domain, text: reason }))}
        />
      )}
    </Sheet>
  );
}
