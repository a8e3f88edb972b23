import { counted } from '../../../shared/text/counted.ts';
import { useState } from 'react';
import { showControls } from '../../../shared/text/controls.ts';
import { FileTrigger } from 'react-aria-components';
import type { ImportInput, ImportPlan, WorkspaceChange } from '../../../shared/contract/transfer.ts';
import { changeCounts, changeText, contentWords } from '../../../shared/workspace/change-words.ts';
import { shownError } from '../../session/errors.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { attempt, closeSheet, core, openWorkspace, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Segments, Sheet } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { SheetForm } from '../../ui/sheet-form.tsx';
import { longTime } from '../../ui/time.ts';
import { errorText } from '../vault/actions.ts';
import { Trouble } from '../vault/pieces.tsx';
import styles from './Transfer.module.css';
import type { Chosen } from './upload.ts';
import { chosenFolder, octetsIn, upload } from './upload.ts';

const LONGEST_NAME = 80;
/** Less is there before anybody could read how far it is. */
const TELLING_OCTETS = 16 * 1024 * 1024;
const megabytes = (octets: number) => Math.round(octets / 1024 / 1024);

/** What the core need not keep any more; with its end it is gone in any case. */
function drop(uploadId: string | null): void {
  if (uploadId !== null) void attempt(() => core().transfer.drop({ uploadId }));
}

function sealedOf(files: FileList | null): Chosen | null {
  const file = files?.item(0) ?? null;
  return file === null ? null : { kind: 'sealed', name: file.name, file };
}

const folderOf = (files: FileList | null): Chosen | null =>
  files === null || files.length === 0 ? null : chosenFolder([...files]);

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
  const [chosen, setChosen] = useState<Chosen | null>(null);
  /** What was chosen, as the core has it already. */
  const [uploadId, setUploadId] = useState<string | null>(null);
  const [octets, setOctets] = useState(0);
  const [passphrase, setPassphrase] = useState('');
  const [target, setTarget] = useState(workspace === null ? 'new' : 'this');
  const [newName, setNewName] = useState('');
  const [mode, setMode] = useState<ImportInput['mode']>('merge');
  const [looked, setLooked] = useState<{ readonly input: ImportInput; readonly plan: ImportPlan } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { error, setError, failed, whileShown } = useSheetAnswers();

  const during = async (work: () => Promise<void>, fail: (caught: unknown) => void) => {
    if (isBusy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (caught) {
      fail(caught);
    }
    setBusy(false);
  };
  const choose = (next: Chosen | null) => {
    if (next === null) return;
    drop(uploadId);
    setChosen(next);
    setUploadId(null);
    setOctets(0);
    setError(null);
  };
  const close = () => {
    drop(uploadId);
    closeSheet();
  };
  const isFolder = chosen?.kind === 'folder';
  const isReady = chosen !== null && (isFolder || passphrase !== '');
  const look = () =>
    during(
      async () => {
        if (chosen === null || !isReady) return;
        const into =
          target === 'this' && workspace !== null
            ? { workspaceId: workspace.id }
            : { name: newName.trim() || (isFolder ? chosen.name.slice(0, LONGEST_NAME) || null : null) };
        // Another passphrase is tried on what is there already.
        const id = uploadId ?? (await upload(chosen, setOctets));
        setUploadId(id);
        const source = { kind: 'uploaded' as const, uploadId: id, passphrase: isFolder ? null : passphrase };
        const input = { into, source, mode };
        setLooked({ input, plan: await core().transfer.preview(input) });
      },
      // Whoever closes the sheet while it looks has no use for what it would have found.
      (caught) => setError(shownError(caught)),
    );
  const bringIn = () =>
    during(async () => {
      if (looked === null) return;
      const { input, plan } = looked;
      const done = await core().transfer.import({ ...input, token: plan.token });
      whileShown(close);
      openWorkspace(done.workspaceId, 'domains');
      tell(`Imported: ${changeCounts(done.changes)}`);
    }, failed);
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
          <p>
            A sealed file, or a folder of text files, that an export wrote. Nothing is changed before you have reviewed
            it.
          </p>
          <div className={layout.row}>
            <FileTrigger acceptedFileTypes={['.sendwright']} onSelect={(files) => choose(sealedOf(files))}>
              <Button isDisabled={isBusy}>Choose a file…</Button>
            </FileTrigger>
            <FileTrigger acceptDirectory onSelect={(files) => choose(folderOf(files))}>
              <Button isDisabled={isBusy}>Choose a folder…</Button>
            </FileTrigger>
            {chosen !== null && (
              <span>
                <OutsideText text={chosen.name} />
                {chosen.kind === 'folder' &&
                  `: ${counted(chosen.files.length, { one: '{count} file', other: '{count} files' })}`}
              </span>
            )}
          </div>
          {isBusy && chosen !== null && octetsIn(chosen) > TELLING_OCTETS && (
            <p role="status">
              {megabytes(octets)} of {megabytes(octetsIn(chosen))} MB read
            </p>
          )}
          {!isFolder && (
            <Field
              label="Passphrase of the file"
              type="password"
              value={passphrase}
              onChange={setPassphrase}
              fault={isFieldFault ? errorText(error) : undefined}
              help="The one it was exported with; not the vault’s."
            />
          )}
          {workspace !== null && (
            <Segments
              label="Destination"
              choices={[
                { id: 'this', label: `Into ${showControls(workspace.name)}` },
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
              help={isFolder ? 'Empty: the name of the folder.' : 'Empty: the name in the file.'}
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
