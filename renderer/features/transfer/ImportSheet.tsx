import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import type { ImportInput, ImportPlan, WorkspaceChange } from '../../../shared/contract/transfer.ts';
import { changeCounts, changeText, contentWords } from '../../../shared/workspace/change-words.ts';
import type { ShownError } from '../../session/errors.ts';
import { shownError } from '../../session/errors.ts';
import { core, openSheet, openWorkspace, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Segments, Sheet } from '../../ui/controls.tsx';
import { base64Of } from '../../ui/file-text.ts';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { SheetForm } from '../../ui/sheet-form.tsx';
import { longTime } from '../../ui/time.ts';
import { errorText } from '../vault/deeds.ts';
import { Trouble } from '../vault/pieces.tsx';
import styles from './Transfer.module.css';

const close = () => openSheet(null);

/** A call carries 20 MB, and base64 makes four octets of three. */
const MOST_OCTETS = 14 * 1024 * 1024;
/** Changes of one kind that are listed; the others are counted. */
const MOST_LISTED = 100;

const HEADINGS: Readonly<Record<WorkspaceChange['does'], string>> = {
  add: 'Added',
  change: 'Changed',
  keep: 'Kept, although the file differs',
};

function Changes({ plan }: { readonly plan: ImportPlan }) {
  const { changes, name, exportedAt } = plan;
  return (
    <section className={styles.plan} aria-label="What the import does">
      {name !== null && exportedAt !== null && (
        <p className={layout.muted}>
          <OutsideText text={name} />, exported {longTime(exportedAt)}: {contentWords(plan)}.
        </p>
      )}
      {changes.length === 0 && <p>The workspace has all of it already.</p>}
      {(['add', 'change', 'keep'] as const).map((does) => {
        const these = changes.filter((change) => change.does === does);
        if (these.length === 0) return null;
        return (
          <div key={does} className={styles.part}>
            <h3>
              {HEADINGS[does]}: {these.length}
            </h3>
            {/* A list that scrolls has to be reachable by keyboard. */}
            <ul className={styles.changes} tabIndex={0} aria-label={HEADINGS[does]}>
              {these.slice(0, MOST_LISTED).map((change) => (
                <li key={`${change.of} ${change.domain} ${change.what}`}>
                  <OutsideText text={changeText(change)} />
                </li>
              ))}
              {these.length > MOST_LISTED && <li>and {these.length - MOST_LISTED} more</li>}
            </ul>
          </div>
        );
      })}
    </section>
  );
}

/** Brings a sealed export into this workspace or a new one: looked at first, then all of it or nothing. */
export default function ImportSheet({
  workspace,
}: {
  readonly workspace: { readonly id: number; readonly name: string } | null;
}) {
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [target, setTarget] = useState(workspace === null ? 'new' : 'this');
  const [newName, setNewName] = useState('');
  const [mode, setMode] = useState<ImportInput['mode']>('merge');
  const [looked, setLooked] = useState<{ readonly input: ImportInput; readonly plan: ImportPlan } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ShownError | null>(null);

  const during = async (work: () => Promise<void>) => {
    if (isBusy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (caught) {
      setError(shownError(caught));
    }
    setBusy(false);
  };
  const isReady = file !== null && passphrase !== '';
  const look = () =>
    during(async () => {
      if (file === null || passphrase === '') return;
      if (file.size > MOST_OCTETS) {
        const message = `${file.name} has more than ${MOST_OCTETS / 1024 / 1024} MB`;
        setError({
          code: 'BAD_INPUT',
          message,
          remedy: 'Import it by command: sendwright workspace import.',
          fields: {},
        });
        return;
      }
      const into =
        target === 'this' && workspace !== null ? { workspaceId: workspace.id } : { name: newName.trim() || null };
      const source = { kind: 'sealed' as const, content: await base64Of(file), passphrase };
      const input = { into, source, mode };
      setLooked({ input, plan: await core().transfer.preview(input) });
    });
  const bringIn = () =>
    during(async () => {
      if (looked === null) return;
      const { input, plan } = looked;
      const done = await core().transfer.import({ ...input, token: plan.token });
      close();
      openWorkspace(done.workspaceId, 'domains');
      tell(`Imported: ${changeCounts(done.changes)}`);
    });
  const isFieldFault = error?.field === 'passphrase';
  const does = looked !== null && looked.plan.changes.some((change) => change.does !== 'keep');
  return (
    <Sheet
      title="Import a workspace"
      isOpen
      onClose={close}
      actions={
        looked === null ? (
          <>
            <Button onPress={close}>Cancel</Button>
            <Button look="primary" isDisabled={!isReady} isPending={isBusy} onPress={() => void look()}>
              Look inside
            </Button>
          </>
        ) : (
          <>
            <Button onPress={() => setLooked(null)}>Back</Button>
            <Button look="primary" isDisabled={!does} isPending={isBusy} onPress={() => void bringIn()}>
              Import
            </Button>
          </>
        )
      }
    >
      {looked === null ? (
        <SheetForm onSubmit={() => void look()}>
          <p>A file that an export wrote. Nothing is changed before you have reviewed it.</p>
          <div className={layout.row}>
            <FileTrigger acceptedFileTypes={['.sendwright']} onSelect={(files) => setFile(files?.item(0) ?? file)}>
              <Button>{file === null ? 'Choose a file…' : 'Choose another file…'}</Button>
            </FileTrigger>
            {file !== null && <OutsideText text={file.name} />}
          </div>
          <Field
            label="Passphrase of the file"
            type="password"
            value={passphrase}
            onChange={setPassphrase}
            fault={isFieldFault ? errorText(error) : undefined}
            help="The one it was exported with; not the vault’s."
          />
          {workspace !== null && (
            <Segments
              label="Destination"
              choices={[
                { id: 'this', label: `Into ${workspace.name}` },
                { id: 'new', label: 'Into a new workspace' },
              ]}
              value={target}
              onChange={setTarget}
            />
          )}
          {target === 'new' && (
            <Field
              label="Name of the new workspace"
              value={newName}
              onChange={setNewName}
              help="Empty: the name in the file."
              maxLength={80}
            />
          )}
          {workspace !== null && target === 'this' && (
            <Segments
              label="Where both have a value"
              choices={[
                { id: 'merge', label: 'The file wins' },
                { id: 'add', label: 'The workspace wins' },
              ]}
              value={mode}
              onChange={(id) => setMode(id === 'add' ? 'add' : 'merge')}
            />
          )}
        </SheetForm>
      ) : (
        <Changes plan={looked.plan} />
      )}
      <Trouble error={isFieldFault && looked === null ? null : error} />
    </Sheet>
  );
}
