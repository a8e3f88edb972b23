import { useState } from 'react';
import { showControls } from '../../../shared/text/controls.ts';
import { contentWords } from '../../../shared/workspace/change-words.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { closeSheet, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Sheet, Switch } from '../../ui/controls.tsx';
import { SheetForm } from '../../ui/sheet-form.tsx';
import { fromBase64, saveFile } from '../../ui/time.ts';
import { errorText } from '../vault/actions.ts';
import { NewPassphrase, newPassphraseIsReady, Trouble } from '../vault/pieces.tsx';

/** The workspace as one file, sealed under a passphrase of its own. */
export default function ExportSheet({ workspaceId, name }: { readonly workspaceId: number; readonly name: string }) {
  const [chosen, setChosen] = useState({ passphrase: '', again: '' });
  const [secrets, setSecrets] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const { error, setError, failed, whileShown } = useSheetAnswers();
  const isReady = newPassphraseIsReady(chosen);
  const save = async () => {
    if (!isReady || isBusy) return;
    setBusy(true);
    setError(null);
    try {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      const input = { workspaceId, passphrase: chosen.passphrase, secrets };
      for await (const part of await core().transfer.export(input)) {
        if (part.kind === 'part') {
          parts.push(fromBase64(part.content));
          continue;
        }
        saveFile(part.fileName, 'application/octet-stream', parts);
        const without = part.leftOut === 0 ? '' : `; ${part.leftOut} that can’t be opened are not in it`;
        tell(`Exported: ${contentWords(part)}${without}`);
        whileShown(closeSheet);
      }
    } catch (caught) {
      failed(caught);
    }
    setBusy(false);
  };
  const isFieldFault = error?.field === 'passphrase';
  return (
    <Sheet
      title={`Export ${showControls(name)}`}
      isOpen
      onClose={closeSheet}
      actions={
        <>
          <Button onPress={closeSheet}>Cancel</Button>
          <Button look="primary" isDisabled={!isReady} isPending={isBusy} onPress={() => void save()}>
            Export
          </Button>
        </>
      }
    >
      <p>
        One file with the settings, the record templates and every domain with what is prepared for it, sealed under a
        passphrase of its own. Checks and reports stay here.
      </p>
      <SheetForm onSubmit={() => void save()}>
        <NewPassphrase
          value={chosen}
          onChange={setChosen}
          fault={isFieldFault ? errorText(error) : undefined}
          isFirst
        />
        <Switch label="Include the keys that are sealed here" isOn={secrets} onChange={setSecrets} />
      </SheetForm>
      <p>
        {secrets
          ? 'Whoever has the file and its passphrase has the API key, the Auth key and the private DKIM keys.'
          : 'The file holds no keys; whoever imports it enters them again.'}
      </p>
      <Trouble error={isFieldFault ? null : error} />
    </Sheet>
  );
}
