import { counted } from '../../../shared/text/counted.ts';
import { useCallback, useEffect, useState } from 'react';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { LastAsked } from '../../data/reader.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { closeSheet, core, tell, useApp } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Sheet } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { longTime } from '../../ui/time.ts';
import { Trouble } from '../vault/pieces.tsx';
import styles from '../vault/Vault.module.css';
import type { CopyFile } from '../../../shared/contract/copies.ts';
import { copyText } from '../../../shared/contract/copy-words.ts';

type Contents = Awaited<ReturnType<CoreClient['copies']['look']>>;

function Inside(props: {
  readonly name: string;
  readonly contents: Contents;
  readonly isPending: boolean;
  readonly onRestore: () => void;
}) {
  const { name, contents } = props;
  const [isMeant, setMeant] = useState(false);
  return (
    <section className={styles.part} aria-labelledby="copy-inside">
      <h3 id="copy-inside">In {name}</h3>
      <ul>
        {contents.workspaces.map((workspace) => (
          <li key={workspace.name}>
            <OutsideText text={workspace.name} />:{' '}
            {counted(workspace.domains, { one: '{count} domain', other: '{count} domains' })},{' '}
            {workspace.checkedAt === null ? 'never checked' : `checked ${longTime(workspace.checkedAt)}`}
          </li>
        ))}
        <li>{counted(contents.secrets, { one: '{count} sealed secret', other: '{count} sealed secrets' })}</li>
      </ul>
      <p>
        To put it back the console ends and starts again. What was done since the copy was made is not in it; the data
        file of today is set aside among the copies, and can be put back in the same way.
        {contents.secrets > 0 && ' Its secrets open with the passphrase or keychain that was in use then.'}
      </p>
      <div className={layout.row}>
        {isMeant ? (
          <>
            <Button look="primary" isPending={props.isPending} onPress={props.onRestore} autoFocus>
              Put it back and start again
            </Button>
            <Button onPress={() => setMeant(false)}>Keep the file of today</Button>
          </>
        ) : (
          <Button onPress={() => setMeant(true)}>Put it back…</Button>
        )}
      </div>
    </section>
  );
}

/** The copies of the data file: which there are, what is in one, and one more. */
export default function CopiesSheet() {
  const [copies, setCopies] = useState<readonly CopyFile[] | null>(null);
  const [inside, setInside] = useState<{ readonly name: string; readonly contents: Contents } | null>(null);
  const [running, setRunning] = useState<string | null>(null);
  const { error, setError, failed, whileShown } = useSheetAnswers();
  const about = useApp((state) => state.about);
  const run = useCallback(
    async (name: string, work: () => Promise<void>) => {
      setRunning(name);
      setError(null);
      try {
        await work();
      } catch (caught) {
        failed(caught);
      }
      setRunning((now) => (now === name ? null : now));
    },
    [setError, failed],
  );
  useEffect(() => {
    void run('list', async () => setCopies(await core().copies.list({})));
  }, [run]);
  const make = () =>
    void run('make', async () => {
      await core().copies.make({});
      setCopies(await core().copies.list({}));
      tell('The data file was copied');
    });
  const restore = (name: string) =>
    void run('restore', async () => {
      await core().copies.restore({ name });
      whileShown(closeSheet);
      tell('The console starts again with the copy');
    });
  const [looks] = useState(() => new LastAsked());
  const look = (name: string) => {
    const isWanted = looks.next();
    setInside(null);
    void run(name, async () => {
      const contents = await core().copies.look({ name });
      if (isWanted()) setInside({ name, contents });
    });
  };
  return (
    <Sheet
      title="Copies of the data file"
      isOpen
      isWide
      onClose={closeSheet}
      actions={
        <Button look="primary" isPending={running === 'make'} onPress={make}>
          Copy now
        </Button>
      }
    >
      <p>
        One is made every day while the console runs. They are kept in the data folder; include them in your own backup.
      </p>
      {copies?.length === 0 && <p>There are no copies yet.</p>}
      {copies !== null && copies.length > 0 && (
        <ul className={styles.ways}>
          {copies.map(({ name, madeAt, ...copy }) => (
            <li className={styles.way} key={name}>
              <span>
                {longTime(madeAt)}, {copyText(copy)}
              </span>
              <Button
                aria-label={`Look inside the copy of ${longTime(madeAt)}`}
                isPending={running === name}
                onPress={() => look(name)}
              >
                Look inside
              </Button>
            </li>
          ))}
        </ul>
      )}
      {inside !== null && (
        <Inside
          key={inside.name}
          name={inside.name}
          contents={inside.contents}
          isPending={running === 'restore'}
          onRestore={() => restore(inside.name)}
        />
      )}
      {about?.troubles.map(({ message, remedy }) => (
        <p key={message} role="note">
          <b>{message}.</b> {remedy}
        </p>
      ))}
      <Trouble error={error} />
    </Sheet>
  );
}
