import { lazy, Suspense, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Field, Sheet } from '../ui/controls.tsx';
import { SheetForm } from '../ui/sheet-form.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import { LeaveSheet } from './LeaveSheet.tsx';
import { LinkSheet } from './LinkSheet.tsx';
import { ShortcutsSheet } from './ShortcutsSheet.tsx';
import { useSheetAnswers } from '../session/sheet-answers.ts';
import { closeSheet, core, openSheet, openWorkspace, tell, useApp } from '../session/store.ts';
import { BeginAnewSheet, BringBackSheet, NewKeySheet, PassphraseSheet } from '../features/vault/PassphraseSheets.tsx';
import { VaultSheet } from '../features/vault/VaultSheet.tsx';

const CopiesSheet = lazy(async () => import('../features/copies/CopiesSheet.tsx'));
const ExportSheet = lazy(() => import('../features/transfer/ExportSheet.tsx'));
const ImportSheet = lazy(() => import('../features/transfer/ImportSheet.tsx'));
const TemplatesSheet = lazy(() => import('../features/settings/TemplatesSheet.tsx'));

/** Names a workspace: a new one, or the open one anew. */
function NameSheet({ renames }: { readonly renames: { readonly id: number; readonly name: string } | null }) {
  const [name, setName] = useState(renames?.name ?? '');
  const { error, failed, whileShown } = useSheetAnswers();
  const save = async () => {
    if (name.trim() === '') return;
    try {
      if (renames === null) {
        const workspace = await core().workspaces.create({ name });
        whileShown(closeSheet);
        openWorkspace(workspace.id, 'settings');
        return;
      }
      await core().workspaces.rename({ workspaceId: renames.id, name });
      whileShown(closeSheet);
      tell('Renamed');
    } catch (caught) {
      failed(caught);
    }
  };
  return (
    <Sheet
      title={renames === null ? 'New workspace' : 'Rename the workspace'}
      isOpen
      onClose={closeSheet}
      actions={
        <>
          <Button onPress={closeSheet}>Cancel</Button>
          <Button look="primary" onPress={() => void save()} isDisabled={name.trim() === ''}>
            {renames === null ? 'Create workspace' : 'Rename'}
          </Button>
        </>
      }
    >
      <SheetForm onSubmit={() => void save()}>
        <Field
          label="Name"
          value={name}
          onChange={setName}
          help="One workspace for each account at the cloud email service, for example the company’s or a client’s name."
          fault={error === null ? undefined : `${error.message}. ${error.remedy}`}
          maxLength={80}
          autoFocus
        />
      </SheetForm>
      {renames === null && (
        <div>
          <Button look="quiet" onPress={() => openSheet('import')}>
            Import one from a file…
          </Button>
        </div>
      )}
    </Sheet>
  );
}

/** The sheets that any view may open. */
export default function Sheets() {
  const sheet = useApp((state) => state.sheet);
  const workspace = useApp((state) => state.workspaces.find(({ id }) => id === state.workspaceId));
  if (sheet === 'workspace') return <NameSheet renames={null} />;
  if (sheet === 'rename' && workspace !== undefined) return <NameSheet renames={workspace} />;
  if (sheet === 'vault') return <VaultSheet />;
  if (sheet === 'passphrase') return <PassphraseSheet />;
  if (sheet === 'new-key') return <NewKeySheet />;
  if (sheet === 'begin-anew') return <BeginAnewSheet />;
  if (sheet === 'bring-back') return <BringBackSheet />;
  if (sheet === 'leave') return <LeaveSheet />;
  if (sheet === 'link') return <LinkSheet />;
  if (sheet === 'palette') return <CommandPalette />;
  if (sheet === 'shortcuts') return <ShortcutsSheet />;
  return (
    <Suspense fallback={null}>
      {sheet === 'export' && workspace !== undefined && (
        <ExportSheet workspaceId={workspace.id} name={workspace.name} />
      )}
      {sheet === 'import' && <ImportSheet workspace={workspace?.practice === false ? workspace : null} />}
      {sheet === 'copies' && <CopiesSheet />}
      {sheet === 'templates' && workspace !== undefined && <TemplatesSheet workspaceId={workspace.id} />}
    </Suspense>
  );
}
