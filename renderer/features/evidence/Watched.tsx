import { counted, countText } from '../../../shared/text/counted.ts';
import { FOLDER_TROUBLE_WORDS } from '../../../shared/evidence/watched/folder-trouble.ts';
import { useCallback, useState } from 'react';
import { hurryEvidence, useFreshEvidence } from '../../data/fresh.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { VerdictMark } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import styles from './EvidenceView.module.css';

type Looked = Awaited<ReturnType<ReturnType<typeof core>['evidence']['look']>>;

function lookedWords({ files, reports, refused, waiting }: Looked): string {
  if (files === 0)
    return waiting === 0
      ? 'Nothing new'
      : counted(waiting, { one: '{count} file still being written', other: '{count} files still being written' });
  const parts = [
    counted(files, { one: '{count} new file read', other: '{count} new files read' }),
    counted(reports, { one: '{count} new report kept', other: '{count} new reports kept' }),
    ...(refused === 0 ? [] : [`${countText(refused)} without a report`]),
  ];
  return parts.join(', ');
}

/** Folders whose new files are read by themselves: watched, looked through and let go on a person's word. */
export function WatchedFolders({ workspaceId }: { readonly workspaceId: number }) {
  const [path, setPath] = useState('');
  const [isBusy, setBusy] = useState(false);
  const ask = useCallback(() => core().evidence.folders({ workspaceId }), [workspaceId]);
  const { value: folders, again, put } = useFreshEvidence(workspaceId, ask);
  if (folders === null) return null;
  const watch = async () => {
    const now = await attempt(() => core().evidence.watch({ workspaceId, path: path.trim() }));
    if (now === null) return;
    put(now);
    setPath('');
    tell('Watched from now on');
  };
  const stop = async (folderId: number) => {
    const now = await attempt(() => core().evidence.unwatch({ workspaceId, folderId }));
    if (now === null) return;
    put(now);
    tell('Watched no longer. What was read of it stays');
  };
  const look = async () => {
    setBusy(true);
    const found = await attempt(() => core().evidence.look({ workspaceId }));
    setBusy(false);
    if (found === null) return;
    tell(lookedWords(found));
    hurryEvidence();
    await again();
  };
  return (
    <section className={`${layout.card} ${styles.onScreen}`} aria-labelledby="watched-title">
      <div className={layout.cardHead}>
        <h2 id="watched-title">Watched folders</h2>
        {folders.length > 0 && (
          <Button isPending={isBusy} onPress={() => void look()}>
            Look now
          </Button>
        )}
      </div>
      {folders.length === 0 ? (
        <p className={layout.muted}>
          None. New reports in a watched folder are read by themselves while this console runs, each file once.
        </p>
      ) : (
        <ul className={styles.mails} aria-label="Watched folders">
          {folders.map(({ id, path: folder, files, lookedAt, trouble }) => (
            <li key={id}>
              <div className={styles.folder}>
                <b>
                  <OutsideText text={folder} />
                </b>
                <span className={layout.small}>
                  {trouble === null ? (
                    <>
                      {counted(files, { one: '{count} file read', other: '{count} files read' })}
                      {lookedAt === null ? ', not looked at yet' : `, looked at ${shortTime(lookedAt)}`}
                    </>
                  ) : (
                    <VerdictMark verdict="pending" word={`Can’t be read: ${FOLDER_TROUBLE_WORDS[trouble]}`} />
                  )}
                </span>
              </div>
              <Button aria-label={`Stop watching ${folder}`} onPress={() => void stop(id)}>
                Stop watching
              </Button>
            </li>
          ))}
        </ul>
      )}
      <details className={layout.details}>
        <summary>Watch a folder</summary>
        <form
          className={layout.stack}
          onSubmit={(event) => {
            event.preventDefault();
            if (path.trim() !== '') void watch();
          }}
        >
          <Field
            label="Folder"
            value={path}
            onChange={setPath}
            isMono
            maxLength={4096}
            help="Its whole path on this machine: where a mail program or a server saves reports."
          />
          <div>
            <Button type="submit" isDisabled={path.trim() === ''}>
              Watch it
            </Button>
          </div>
        </form>
      </details>
    </section>
  );
}
