import { lazy, Suspense, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Field, Sheet } from '../ui/controls.tsx';
import styles from './Palette.module.css';
import { CommandPalette } from './CommandPalette.tsx';
import type { ShownError } from './errors.ts';
import { LeaveSheet } from './LeaveSheet.tsx';
import { shownError } from './errors.ts';
import { closeError, core, openSheet, openWorkspace, tell, useApp } from './store.ts';

const TemplatesSheet = lazy(() => import('../settings/TemplatesSheet.tsx'));

const close = () => openSheet(null);

/** Names a workspace: a new one, or the open one anew. */
function NameSheet({ renames }: { readonly renames: { readonly id: number; readonly name: string } | null }) {
  const [name, setName] = useState(renames?.name ?? '');
  const [error, setError] = useState<ShownError | null>(null);
  const save = async () => {
    if (name.trim() === '') return;
    try {
      if (renames === null) {
        const workspace = await core().workspaces.create({ name });
        close();
        openWorkspace(workspace.id, 'settings');
        return;
      }
      await core().workspaces.rename({ workspaceId: renames.id, name });
      close();
      tell('Renamed');
    } catch (caught) {
      setError(shownError(caught));
    }
  };
  return (
    <Sheet
      title={renames === null ? 'New workspace' : 'Rename the workspace'}
      isOpen
      onClose={close}
      actions={
        <>
          <Button onPress={close}>Cancel</Button>
          <Button look="primary" onPress={() => void save()} isDisabled={name.trim() === ''}>
            {renames === null ? 'Create workspace' : 'Rename'}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field
          label="Name"
          value={name}
          onChange={setName}
          help="One workspace for each account at the cloud email service, for example the company’s or a client’s name."
          fault={error === null ? undefined : `${error.message}. ${error.remedy}`}
          maxLength={80}
          autoFocus
        />
      </form>
    </Sheet>
  );
}

/** Another passphrase for what is sealed; the keys themselves stay as they are. */
function PassphraseSheet() {
  const hasOne = useApp((state) => state.vault?.keepers.includes('passphrase') === true);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<ShownError | null>(null);
  const canSave = next !== '' && next === again && (!hasOne || current !== '');
  const save = async () => {
    if (!canSave) return;
    try {
      await core().vault.changePassphrase({ current: hasOne ? current : null, next });
      close();
      tell('The passphrase is changed');
    } catch (caught) {
      setError(shownError(caught));
    }
  };
  const fault = error === null ? undefined : `${error.message}. ${error.remedy}`;
  return (
    <Sheet
      title="Change the passphrase"
      isOpen
      onClose={close}
      actions={
        <>
          <Button onPress={close}>Cancel</Button>
          <Button look="primary" onPress={() => void save()} isDisabled={!canSave}>
            Change the passphrase
          </Button>
        </>
      }
    >
      <form
        className={styles.palette}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {hasOne && (
          <Field
            label="Passphrase today"
            type="password"
            value={current}
            onChange={setCurrent}
            fault={error?.code === 'WRONG_PASSPHRASE' ? fault : undefined}
            autoFocus
          />
        )}
        <Field
          label="New passphrase"
          type="password"
          value={next}
          onChange={setNext}
          fault={error?.code === 'WRONG_PASSPHRASE' ? undefined : fault}
          help="At least 8 characters; a few words are best."
        />
        <Field
          label="New passphrase again"
          type="password"
          value={again}
          onChange={setAgain}
          fault={again !== '' && again !== next ? 'The two are not the same yet' : undefined}
        />
        <button type="submit" hidden />
      </form>
    </Sheet>
  );
}

function VaultSheet() {
  const vault = useApp((state) => state.vault);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<ShownError | null>(null);
  const [busy, setBusy] = useState(false);
  const isNew = vault !== null && !vault.keepers.includes('passphrase');
  const differs = isNew && again !== '' && again !== passphrase;

  const run = async (call: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await call();
      closeError();
      tell(done);
      close();
    } catch (caught) {
      setError(shownError(caught));
    }
    setBusy(false);
  };
  const submit = () =>
    isNew
      ? run(() => core().vault.create({ passphrase }), 'Secrets are protected')
      : run(() => core().vault.unlock({ passphrase }), 'The vault is open');

  if (vault?.state === 'open') {
    return (
      <Sheet
        title="Vault"
        isOpen
        onClose={close}
        actions={
          <>
            <Button onPress={() => openSheet('passphrase')}>Change the passphrase</Button>
            <Button onPress={() => void run(() => core().vault.lock({}), 'The vault is locked')}>Lock now</Button>
          </>
        }
      >
        <p>Secrets are sealed and can be used. They are never shown again in full, and no export holds them.</p>
      </Sheet>
    );
  }
  return (
    <Sheet
      title={isNew ? 'Protect secrets with a passphrase' : 'Unlock the vault'}
      isOpen
      onClose={close}
      actions={
        <>
          {isNew && vault?.state !== 'session' && (
            <Button
              look="quiet"
              onPress={() => void run(() => core().vault.useSession({}), 'Secrets are kept until the console closes')}
            >
              This session only
            </Button>
          )}
          <Button onPress={close}>Cancel</Button>
          <Button
            look="primary"
            isDisabled={busy || passphrase === '' || (isNew && again !== passphrase)}
            onPress={() => void submit()}
          >
            {isNew ? 'Protect secrets' : 'Unlock'}
          </Button>
        </>
      }
    >
      <p>
        {isNew
          ? 'Keys are sealed with this passphrase before they reach the disk. Without it they can’t be opened again: there is no other way in.'
          : 'Type the passphrase that the secrets were sealed with.'}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!(isNew && again !== passphrase)) void submit();
        }}
      >
        <Field
          label="Passphrase"
          type="password"
          value={passphrase}
          onChange={setPassphrase}
          fault={error === null ? undefined : `${error.message}. ${error.remedy}`}
          autoFocus
        />
        {isNew && (
          <Field
            label="Passphrase again"
            type="password"
            value={again}
            onChange={setAgain}
            fault={differs ? 'The two are not the same yet' : undefined}
            help="At least 8 characters; a few words are best."
          />
        )}
        <button type="submit" hidden />
      </form>
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
  if (sheet === 'leave') return <LeaveSheet />;
  if (sheet === 'palette') return <CommandPalette />;
  return (
    <Suspense fallback={null}>
      {sheet === 'templates' && workspace !== undefined && <TemplatesSheet workspaceId={workspace.id} />}
    </Suspense>
  );
}
