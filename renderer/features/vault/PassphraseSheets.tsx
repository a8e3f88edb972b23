import { counted } from '../../../shared/text/counted.ts';
import { useState } from 'react';
import type { VaultState } from '../../../shared/contract/vault.ts';
import { allSecrets, secretWords } from '../../../shared/vault/words.ts';
import { closeSheet, core, openSheet, useApp } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Segments, Sheet } from '../../ui/controls.tsx';
import { SheetForm } from '../../ui/sheet-form.tsx';
import { errorText, useVaultAction } from './actions.ts';
import { NewPassphrase, newPassphraseIsReady, Trouble } from './pieces.tsx';
import styles from './Vault.module.css';
import { keeperWords } from './words.ts';

const back = () => openSheet('vault');
const CURRENT_FAULTS = ['WRONG_PASSPHRASE', 'TOO_SOON'];

/** Another passphrase, or the first one beside the system keychain. */
export function PassphraseSheet() {
  const vault = useApp((state) => state.vault);
  const deed = useVaultAction();
  const [current, setCurrent] = useState('');
  const [chosen, setChosen] = useState({ passphrase: '', again: '' });
  const hasOne = vault?.keepers.includes('passphrase') === true;
  const canSave = newPassphraseIsReady(chosen) && (!hasOne || current !== '');
  const save = () => {
    if (!canSave) return;
    const input = { current: hasOne ? current : null, next: chosen.passphrase };
    void deed.run(
      'change',
      () => core().vault.changePassphrase(input),
      () => (hasOne ? 'The passphrase is changed' : 'The passphrase is chosen'),
    );
  };
  const { error } = deed;
  const isOfCurrent = error !== null && CURRENT_FAULTS.includes(error.code);
  const isOfNew = error?.code === 'BAD_INPUT';
  return (
    <Sheet
      title={hasOne ? 'Change the passphrase' : 'Choose a passphrase'}
      isOpen
      onClose={closeSheet}
      actions={
        <>
          <Button onPress={back}>Back</Button>
          <Button look="primary" onPress={save} isDisabled={!canSave} isPending={deed.running !== null}>
            {hasOne ? 'Change the passphrase' : 'Choose the passphrase'}
          </Button>
        </>
      }
    >
      <p>
        {hasOne
          ? 'Everything is encrypted again, so an older copy of the data folder and the old passphrase open none of today’s secrets.'
          : 'It opens the vault in addition to the system keychain: on the command line, in the browser, and if the keychain is lost.'}
      </p>
      <SheetForm onSubmit={save}>
        {hasOne && (
          <Field
            label="Current passphrase"
            type="password"
            value={current}
            onChange={setCurrent}
            fault={isOfCurrent ? errorText(error) : undefined}
            autoFocus
          />
        )}
        <NewPassphrase
          value={chosen}
          onChange={setChosen}
          fault={isOfNew ? errorText(error) : undefined}
          autoFocus={!hasOne}
        />
      </SheetForm>
      <Trouble error={isOfCurrent || isOfNew ? null : error} />
      {hasOne && vault.ways.includes('begin-anew') && (
        <ul className={styles.ways}>
          <li className={styles.way}>
            <span>Forgotten the current one?</span>
            <Button onPress={() => openSheet('begin-anew')}>Reset vault</Button>
          </li>
        </ul>
      )}
    </Sheet>
  );
}

/** Everything sealed under a new key that the same passphrase or keychain opens. */
export function NewKeySheet() {
  const deed = useVaultAction();
  const hasPassphrase = useApp((state) => state.vault?.keepers.includes('passphrase') === true);
  const [passphrase, setPassphrase] = useState('');
  const canRenew = !hasPassphrase || passphrase !== '';
  const renew = () => {
    if (!canRenew) return;
    let isCompacted = true;
    void deed.run(
      'renew',
      async () => {
        const { vault, compacted } = await core().vault.renewKey({ passphrase: hasPassphrase ? passphrase : null });
        isCompacted = compacted;
        return vault;
      },
      () =>
        isCompacted
          ? 'Everything is sealed under a new key'
          : 'Everything is sealed under a new key; the data file is rewritten later',
    );
  };
  const { error } = deed;
  const isOfField = error?.field === 'passphrase';
  return (
    <Sheet
      title="Seal everything under a new key"
      isOpen
      onClose={closeSheet}
      actions={
        <>
          <Button onPress={back}>Back</Button>
          <Button look="primary" onPress={renew} isDisabled={!canRenew} isPending={deed.running !== null}>
            Make a new key
          </Button>
        </>
      }
    >
      <p>
        {hasPassphrase
          ? 'The passphrase stays. Copies made until now open with what opened them: whoever has one and knows the passphrase reads the secrets of that time'
          : 'The system keychain goes on opening the vault. Copies made until now open with what opened them: whoever has one and works in this account of this computer reads the secrets of that time'}
        , so set new ones at the service as well, and delete the copies.
      </p>
      {hasPassphrase && (
        <SheetForm onSubmit={renew}>
          <Field
            label="Passphrase"
            type="password"
            value={passphrase}
            onChange={setPassphrase}
            fault={isOfField ? errorText(error) : undefined}
            autoFocus
          />
        </SheetForm>
      )}
      <Trouble error={isOfField ? null : error} />
    </Sheet>
  );
}

/** What is kept, and what is to be entered again, said before it is done. */
function Consequences({ vault }: { readonly vault: VaultState }) {
  const { sealed, keepers, keychain, keychainOpens } = vault;
  if (allSecrets(sealed) === 0) return <p>Nothing is sealed, so nothing has to be entered again.</p>;
  if (keepers.includes('os-keychain') && keychain === 'available' && keychainOpens === true) {
    return (
      <p>
        {secretWords(sealed)} are sealed. The system keychain opens them, so they are sealed again at once, and nothing
        has to be entered again.
      </p>
    );
  }
  return (
    <dl className={styles.facts}>
      <dt>Kept</dt>
      <dd>
        {secretWords(sealed)}, sealed as now. What {keeperWords(keepers)} opens again comes back, unless you have
        entered it meanwhile.
      </dd>
      {sealed.serviceKeys > 0 && (
        <>
          <dt>To be entered again</dt>
          <dd>API keys and Auth keys, in General settings. Until then they can’t be used.</dd>
        </>
      )}
      {sealed.dkimKeys > 0 && (
        <>
          <dt>To be made again</dt>
          <dd>DKIM key pairs made here. What is published stays valid; a new pair needs its own record.</dd>
        </>
      )}
    </dl>
  );
}

/** A new key where the old one is out of reach. */
export function BeginAnewSheet() {
  const vault = useApp((state) => state.vault);
  const deed = useVaultAction();
  const [chosen, setChosen] = useState({ passphrase: '', again: '' });
  const [wanted, setWanted] = useState<'keychain' | 'passphrase'>('keychain');
  if (vault === null) return null;
  const canChoose = vault.ways.includes('begin-anew-with-keychain');
  const byKeychain = canChoose && wanted === 'keychain';
  const canBegin = byKeychain || newPassphraseIsReady(chosen);
  const begin = () => {
    if (!canBegin) return;
    void deed.run(
      'begin',
      () => core().vault.beginAnew({ passphrase: byKeychain ? null : chosen.passphrase }),
      ({ waiting }) =>
        allSecrets(waiting) === 0
          ? 'The vault was reset'
          : `The vault was reset; to be entered again: ${secretWords(waiting)}`,
    );
  };
  const isFieldFault = !byKeychain && deed.error?.field === 'passphrase';
  return (
    <Sheet
      title="Reset vault"
      isOpen
      onClose={closeSheet}
      actions={
        <>
          <Button onPress={back}>Back</Button>
          <Button look="primary" isDisabled={!canBegin} isPending={deed.running !== null} onPress={begin}>
            Reset vault
          </Button>
        </>
      }
    >
      <p>Another key seals secrets from now on.</p>
      <Consequences vault={vault} />
      {canChoose && (
        <Segments
          label="What opens the vault from now on"
          choices={[
            { id: 'keychain', label: 'System keychain' },
            { id: 'passphrase', label: 'A new passphrase' },
          ]}
          value={wanted}
          onChange={(id) => setWanted(id === 'keychain' ? 'keychain' : 'passphrase')}
        />
      )}
      {byKeychain ? (
        <p>The system keychain of this computer opens the vault then. A passphrase can be added later.</p>
      ) : (
        <SheetForm onSubmit={begin}>
          <NewPassphrase
            value={chosen}
            onChange={setChosen}
            fault={isFieldFault && deed.error !== null ? errorText(deed.error) : undefined}
            autoFocus
          />
        </SheetForm>
      )}
      <Trouble error={isFieldFault ? null : deed.error} />
    </Sheet>
  );
}

/** The passphrase of the time before the vault was reset. */
export function BringBackSheet() {
  const waiting = useApp((state) => state.vault?.waiting);
  const deed = useVaultAction();
  const [passphrase, setPassphrase] = useState('');
  const before = waiting === undefined ? 0 : allSecrets(waiting);
  const open = () => {
    if (passphrase === '') return;
    void deed.run(
      'bring-back',
      () => core().vault.bringBack({ passphrase }),
      (vault) => {
        const came = before - allSecrets(vault.waiting);
        return counted(came, { one: '{count} secret came back', other: '{count} secrets came back' });
      },
    );
  };
  const isFieldFault = deed.error?.field === 'passphrase';
  return (
    <Sheet
      title="Open what was sealed before"
      isOpen
      onClose={closeSheet}
      actions={
        <>
          <Button onPress={back}>Back</Button>
          <Button look="primary" isDisabled={passphrase === ''} isPending={deed.running !== null} onPress={open}>
            Open
          </Button>
        </>
      }
    >
      <p>What you have entered again since stays as it is; the rest is sealed with today’s key.</p>
      <SheetForm onSubmit={open}>
        <Field
          label="Earlier passphrase"
          type="password"
          value={passphrase}
          onChange={setPassphrase}
          fault={isFieldFault && deed.error !== null ? errorText(deed.error) : undefined}
          autoFocus
        />
      </SheetForm>
      <Trouble error={isFieldFault ? null : deed.error} />
    </Sheet>
  );
}
