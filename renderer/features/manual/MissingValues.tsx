import { nextSelector } from '../../../shared/dkim/rotation.ts';
import type { WaitingField } from '../../../shared/manual/manual.ts';
import { fieldKey, providerKeys } from '../../../shared/providers/field-keys.ts';
import { shownError } from '../../session/errors.ts';
import { attempt, core, openSheet, tell, useApp } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/controls.tsx';
import { PlainButton } from '../../ui/plain-button.tsx';
import { useStateFor } from '../../ui/state-for.ts';
import { usePractice } from '../../data/practice.ts';
import type { DomainRef } from '../../data/manual-follower.ts';
import { configure } from './configuration.ts';
import styles from './ManualPane.module.css';

/** Asks for the values that only the provider knows, right where the record waits for them. */
export function WaitingForm({
  workspaceId,
  domainId,
  fields,
  onPaste,
}: DomainRef & { readonly fields: readonly WaitingField[]; readonly onPaste: () => void }) {
  const isPractice = useApp(
    (app) => app.workspaces.find((workspace) => workspace.id === workspaceId)?.practice === true,
  );
  const practice = usePractice(workspaceId, isPractice);
  const [values, setValues] = useStateFor<Readonly<Record<string, string>>>(domainId, {});
  const [fault, setFault] = useStateFor<{ field: string; text: string } | null>(domainId, null);
  const save = async () => {
    let keys: readonly string[] = [];
    try {
      await configure({ workspaceId, domainId }, ({ providers }) => {
        keys = providerKeys(providers.map(({ templateId }) => templateId));
        const filled = providers.map((provider, index) => {
          const own = fields.filter((field) => field.providerKey === keys[index] && values[field.key] !== undefined);
          const entered = Object.fromEntries(own.map((field) => [field.id, values[field.key] ?? '']));
          return { ...provider, fields: { ...provider.fields, ...entered } };
        });
        return { providers: filled };
      });
      tell('Saved');
    } catch (error) {
      const shown = shownError(error);
      const [, index, id] = /providers\.(\d+)\.fields\.(\w+)$/.exec(shown.field ?? '') ?? [];
      const field = id === undefined ? '' : fieldKey(keys[Number(index)] ?? '', id);
      setFault({ field, text: `${shown.message}. ${shown.remedy}` });
    }
  };
  const known = practice?.providerValues ?? {};
  const canFill = fields.some((field) => known[field.id] !== undefined);
  const fillIn = () => {
    const given = fields.flatMap((field) => {
      const value = known[field.id];
      return value === undefined ? [] : [[field.key, value] as const];
    });
    setValues({ ...values, ...Object.fromEntries(given) });
  };
  const hasFault = fault !== null && fields.some((field) => field.key === fault.field);
  const isOfSeveral = new Set(fields.map((field) => field.providerKey)).size > 1;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {fields.map((field) => (
        <Field
          key={field.key}
          label={isOfSeveral ? `${field.label} (${field.providerName})` : field.label}
          value={values[field.key] ?? ''}
          onChange={(value) => setValues({ ...values, [field.key]: value })}
          help={field.help}
          placeholder={field.example}
          fault={fault?.field === field.key ? fault.text : undefined}
          isMono
        />
      ))}
      {fault !== null && !hasFault && <p role="alert">{fault.text}</p>}
      <div className={styles.actions}>
        <PlainButton
          type="submit"
          look="primary"
          disabled={Object.values(values).every((value) => value.trim() === '')}
        >
          {fields.length === 1 ? 'Save the value' : 'Save the values'}
        </PlainButton>
        {canFill && <PlainButton onClick={fillIn}>Use the practice value</PlainButton>}
        <PlainButton look="quiet" onClick={onPaste}>
          Paste what the provider shows
        </PlainButton>
      </div>
    </form>
  );
}

const KINDS = [
  { id: 'rsa-2048', label: 'RSA, 2048 bits' },
  { id: 'rsa-3072', label: 'RSA, 3072 bits' },
  { id: 'rsa-4096', label: 'RSA, 4096 bits' },
  { id: 'ed25519', label: 'Ed25519 (beside an RSA key)' },
] as const;

interface KnownKey {
  readonly selector: string;
  readonly algorithm: 'rsa' | 'ed25519';
}

/** Makes a DKIM key pair; its private half is sealed in the vault. A second key goes beside the first. */
export function KeyPairForm({ workspaceId, domainId, keys = [] }: DomainRef & { readonly keys?: readonly KnownKey[] }) {
  const vault = useApp((state) => state.vault?.state);
  const hasRsaAlone = keys.some((key) => key.algorithm === 'rsa') && !keys.some((key) => key.algorithm === 'ed25519');
  const proposal =
    keys.length === 0
      ? 'sendwright1'
      : nextSelector(
          keys.at(-1)?.selector ?? 'sendwright1',
          keys.map((key) => key.selector),
        );
  const [typed, setSelector] = useStateFor<string | null>(domainId, null);
  const [chosen, setKind] = useStateFor<(typeof KINDS)[number]['id'] | null>(domainId, null);
  const selector = typed ?? proposal;
  const kind = chosen ?? (hasRsaAlone ? 'ed25519' : 'rsa-2048');
  const [busy, setBusy] = useStateFor(domainId, false);
  const make = async () => {
    setBusy(true);
    const key = await attempt(() => core().domains.makeDkimKey({ workspaceId, domainId, selector, algorithm: kind }));
    if (key !== null) {
      tell(`Key pair ${key.selector} made`);
      setSelector(null);
      setKind(null);
    }
    setBusy(false);
  };
  const isLocked = vault !== 'open' && vault !== 'session';
  return (
    <div className={styles.form}>
      <Field
        label="Selector"
        value={selector}
        onChange={setSelector}
        help="Any unused name; a later key gets a new one."
        isMono
        maxLength={63}
      />
      <Select
        label="Key type"
        value={kind}
        onChange={(id) => setKind(id as typeof kind)}
        choices={KINDS}
        help="RSA first: every receiver verifies it. Ed25519 goes beside it, never alone."
      />
      <div className={styles.actions}>
        {isLocked ? (
          <Button look="primary" onPress={() => openSheet('vault')}>
            Unlock the vault first
          </Button>
        ) : (
          <Button look="primary" onPress={() => void make()} isPending={busy}>
            {busy ? 'Making…' : 'Make the key pair'}
          </Button>
        )}
      </div>
    </div>
  );
}
