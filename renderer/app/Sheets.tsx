import { lazy, Suspense, useState } from 'react';
import { Button, Field, Sheet } from '../ui/controls.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import type { ShownError } from './errors.ts';
import { shownError } from './errors.ts';
import { closeError, core, openSheet, openTab, openWorkspace, tell, useApp } from './store.ts';

const TemplatesSheet = lazy(() => import('../settings/TemplatesSheet.tsx'));

const close = () => openSheet(null);

function NewWorkspace() {
  const [name, setName] = useState('');
  const [error, setError] = useState<ShownError | null>(null);
  const create = async () => {
    try {
      const workspace = await core().workspaces.create({ name });
      close();
      openWorkspace(workspace.id);
      openTab('settings');
    } catch (caught) {
      setError(shownError(caught));
    }
  };
  return (
    <Sheet
      title="New workspace"
      isOpen
      onClose={close}
      actions={
        <>
          <Button onPress={close}>Cancel</Button>
          <Button look="primary" onPress={() => void create()} isDisabled={name.trim() === ''}>
            Create workspace
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <Field
          label="Name"
          value={name}
          onChange={setName}
          help="One workspace for each account at the cloud email service, for example the company’s or a client’s name."
          fault={error?.message}
          maxLength={80}
          autoFocus
        />
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
        actions={<Button onPress={() => void run(() => core().vault.lock({}), 'The vault is locked')}>Lock now</Button>}
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
export function Sheets() {
  const sheet = useApp((state) => state.sheet);
  const workspaceId = useApp((state) => state.workspaceId);
  if (sheet === 'workspace') return <NewWorkspace />;
  if (sheet === 'vault') return <VaultSheet />;
  if (sheet === 'templates' && workspaceId !== null) {
    return (
      <Suspense fallback={null}>
        <TemplatesSheet workspaceId={workspaceId} />
      </Suspense>
    );
  }
  return sheet === 'palette' ? <CommandPalette /> : null;
}
