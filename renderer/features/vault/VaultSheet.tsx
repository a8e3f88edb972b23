import { useState } from 'react';
import type { ReactNode } from 'react';
import type { VaultState } from '../../../shared/contract/vault.ts';
import { allSecrets, secretWords } from '../../../shared/vault/words.ts';
import { closeSheet, core, openSheet, useApp } from '../../session/store.ts';
import { useManaged } from '../../data/managed.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Sheet } from '../../ui/controls.tsx';
import { SheetForm } from '../../ui/sheet-form.tsx';
import layout from '../../ui/layout.module.css';
import { errorText, useVaultAction } from './actions.ts';
import type { VaultAction } from './actions.ts';
import { IdleLock } from './IdleLock.tsx';
import { NewPassphrase, newPassphraseIsReady, Trouble } from './pieces.tsx';
import styles from './Vault.module.css';
import { isOutOfReach, keeperWords, keychainTrouble } from './words.ts';

/** A way beside the main one: what it means, and the button that takes it. */
function Way({ children, action }: { readonly children: ReactNode; readonly action: ReactNode }) {
  return (
    <li className={styles.way}>
      <span>{children}</span>
      {action}
    </li>
  );
}

/** What was sealed before the vault was reset, and how it may come back. */
function Waiting({ vault }: { readonly vault: VaultState }) {
  if (allSecrets(vault.waiting) === 0) return null;
  const byKeychain = vault.waitingFor.includes('os-keychain');
  return (
    <section className={styles.part} aria-labelledby="vault-waiting">
      <h3 id="vault-waiting">
        {vault.waiting.dkimKeys > 0 ? 'To be entered or made again' : 'To be entered again'}:{' '}
        {secretWords(vault.waiting)}
      </h3>
      <p>
        They were sealed before the vault was reset, and are kept.
        {byKeychain && ' They come back by themselves when the system keychain opens them again.'}
      </p>
      {vault.ways.includes('bring-back') && (
        <div>
          <Button onPress={() => openSheet('bring-back')}>Open them with the earlier passphrase</Button>
        </div>
      )}
    </section>
  );
}

/** Who may open the vault, where the organisation decides it. */
function KeeperLock() {
  const lockWord = useManaged()('Keeper');
  return lockWord === null ? null : <p className={layout.muted}>Who opens the vault: {lockWord}</p>;
}

function OpenVault({ vault, deed }: { readonly vault: VaultState; readonly deed: VaultAction }) {
  const can = (way: VaultState['ways'][number]) => vault.ways.includes(way);
  return (
    <Sheet
      title="Vault"
      isOpen
      onClose={closeSheet}
      actions={
        <>
          {can('change-passphrase') && <Button onPress={() => openSheet('passphrase')}>Change the passphrase</Button>}
          {can('create') && <Button onPress={() => openSheet('passphrase')}>Choose a passphrase</Button>}
          <Button
            isPending={deed.running === 'lock'}
            onPress={() =>
              void deed.run(
                'lock',
                () => core().vault.lock({}),
                () => 'The vault is locked',
              )
            }
          >
            Lock now
          </Button>
        </>
      }
    >
      <p>
        Secrets are sealed and can be used. They are never shown again in full, and no export holds them unless you ask
        for that.
      </p>
      <dl className={styles.facts}>
        <dt>Opens with</dt>
        <dd>{keeperWords(vault.keepers)}</dd>
        <dt>Sealed</dt>
        <dd>{secretWords(vault.sealed)}</dd>
      </dl>
      <KeeperLock />
      <IdleLock />
      <Waiting vault={vault} />
      <ul className={styles.ways}>
        {can('renew-key') && (
          <Way action={<Button onPress={() => openSheet('new-key')}>New key</Button>}>
            Has somebody else had a copy of the data folder? Seal everything under a new key.
          </Way>
        )}
        {can('add-keychain') && (
          <Way
            action={
              <Button
                isPending={deed.running === 'add-keychain'}
                onPress={() =>
                  void deed.run(
                    'add-keychain',
                    () => core().vault.addKeychain({}),
                    () => 'The system keychain opens the vault from now on',
                  )
                }
              >
                Use the system keychain
              </Button>
            }
          >
            The system keychain of this computer can open the vault without the passphrase.
          </Way>
        )}
      </ul>
      <Trouble error={deed.error} />
    </Sheet>
  );
}

function OtherWays({ vault, deed }: { readonly vault: VaultState; readonly deed: VaultAction }) {
  const can = (way: VaultState['ways'][number]) => vault.ways.includes(way);
  const opener = vault.keepers.includes('passphrase')
    ? 'Forgotten, or lost together with another computer?'
    : 'Lost for good?';
  return (
    <ul className={styles.ways}>
      {can('begin-anew') && (
        <Way action={<Button onPress={() => openSheet('begin-anew')}>Reset vault</Button>}>
          {opener} Another key seals secrets from then on; what is sealed now is kept.
        </Way>
      )}
      {can('use-session') && (
        <Way
          action={
            <Button
              isPending={deed.running === 'use-session'}
              onPress={() =>
                void deed.run(
                  'use-session',
                  () => core().vault.useSession({}),
                  () => 'Secrets are kept until the console closes',
                )
              }
            >
              This session only
            </Button>
          }
        >
          Keep what you type now until the console closes, and nothing on the disk.
        </Way>
      )}
    </ul>
  );
}

function KeychainButton({ vault, deed }: { readonly vault: VaultState; readonly deed: VaultAction }) {
  if (!vault.ways.includes('open-with-keychain')) return null;
  const isFirst = vault.keepers.length === 0;
  const again = keychainTrouble(vault) !== null;
  return (
    <Button
      look={vault.keepers.includes('passphrase') || isFirst ? 'plain' : 'primary'}
      autoFocus={!vault.keepers.includes('passphrase') && !isFirst}
      isPending={deed.running === 'open-with-keychain'}
      onPress={() =>
        void deed.run(
          'open-with-keychain',
          () => core().vault.openWithKeychain({}),
          () => (isFirst ? 'Secrets are protected' : 'The vault is open'),
        )
      }
    >
      {isFirst
        ? 'Use the system keychain'
        : again
          ? 'Ask the system keychain again'
          : 'Unlock with the system keychain'}
    </Button>
  );
}

function lockedTitle(vault: VaultState): string {
  if (isOutOfReach(vault)) return 'The vault can’t be opened here';
  return vault.keepers.length === 0 ? 'Protect secrets with the system keychain' : 'Unlock the vault';
}

function LockedVault({ vault, deed }: { readonly vault: VaultState; readonly deed: VaultAction }) {
  const [passphrase, setPassphrase] = useState('');
  const reason = useApp((state) => state.vaultReason);
  const byPassphrase = vault.ways.includes('unlock');
  const unlock = () => {
    if (passphrase === '') return;
    void deed.run(
      'unlock',
      () => core().vault.unlock({ passphrase }),
      () => 'The vault is open',
    );
  };
  const trouble = keychainTrouble(vault);
  const isFieldFault = byPassphrase && deed.error?.field === 'passphrase';
  return (
    <Sheet
      title={lockedTitle(vault)}
      isOpen
      onClose={closeSheet}
      actions={
        <>
          <Button onPress={closeSheet}>Cancel</Button>
          <KeychainButton vault={vault} deed={deed} />
          {byPassphrase && (
            <Button
              look="primary"
              isDisabled={passphrase === ''}
              isPending={deed.running === 'unlock'}
              onPress={unlock}
            >
              Unlock
            </Button>
          )}
        </>
      }
    >
      {reason !== null && <p>{reason}. What you were doing continues once it is open.</p>}
      {trouble !== null && <p>{trouble}</p>}
      {vault.keepers.length === 0 && (
        <p>Keys are sealed before they reach the disk; the system keychain of this computer opens them.</p>
      )}
      <KeeperLock />
      {allSecrets(vault.sealed) > 0 && (
        <p className={layout.muted}>
          Sealed and kept: {secretWords(vault.sealed)}.{' '}
          {isOutOfReach(vault)
            ? 'Only the system keychain that sealed them can open them.'
            : `${keeperWords(vault.keepers).replace(/^t/, 'T')} opens them.`}
        </p>
      )}
      {byPassphrase && (
        <SheetForm onSubmit={unlock}>
          <Field
            label="Passphrase"
            type="password"
            value={passphrase}
            onChange={setPassphrase}
            fault={isFieldFault && deed.error !== null ? errorText(deed.error) : undefined}
            autoFocus
          />
        </SheetForm>
      )}
      <Trouble error={isFieldFault ? null : deed.error} />
      <OtherWays vault={vault} deed={deed} />
    </Sheet>
  );
}

function FirstPassphrase({ vault, deed }: { readonly vault: VaultState; readonly deed: VaultAction }) {
  const [chosen, setChosen] = useState({ passphrase: '', again: '' });
  const reason = useApp((state) => state.vaultReason);
  const create = () => {
    if (!newPassphraseIsReady(chosen)) return;
    const { passphrase } = chosen;
    void deed.run(
      'create',
      () => core().vault.create({ passphrase }),
      () => 'Secrets are protected',
    );
  };
  const isFieldFault = deed.error?.field === 'passphrase';
  return (
    <Sheet
      title="Protect secrets with a passphrase"
      isOpen
      onClose={closeSheet}
      actions={
        <>
          <Button onPress={closeSheet}>Cancel</Button>
          <KeychainButton vault={vault} deed={deed} />
          <Button
            look="primary"
            isDisabled={!newPassphraseIsReady(chosen)}
            isPending={deed.running === 'create'}
            onPress={create}
          >
            Protect secrets
          </Button>
        </>
      }
    >
      {reason !== null && (
        <p>How should keys be protected before they are saved? What you were doing continues afterwards.</p>
      )}
      <KeeperLock />
      <p>
        Keys are sealed with this passphrase before they reach the disk. Nobody can open them without it, so store it
        where you store passwords.
      </p>
      <SheetForm onSubmit={create}>
        <NewPassphrase
          value={chosen}
          onChange={setChosen}
          fault={isFieldFault && deed.error !== null ? errorText(deed.error) : undefined}
          isFirst
        />
      </SheetForm>
      <Trouble error={isFieldFault ? null : deed.error} />
      <OtherWays vault={vault} deed={deed} />
    </Sheet>
  );
}

/** The vault as it is, with the ways that lead on from there and no others. */
export function VaultSheet() {
  const vault = useApp((state) => state.vault);
  const deed = useVaultAction();
  if (vault === null) return null;
  if (vault.state === 'open') return <OpenVault vault={vault} deed={deed} />;
  return vault.keepers.length === 0 && vault.ways.includes('create') ? (
    <FirstPassphrase vault={vault} deed={deed} />
  ) : (
    <LockedVault vault={vault} deed={deed} />
  );
}
