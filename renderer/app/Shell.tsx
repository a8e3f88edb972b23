import { counted } from '../../shared/text/counted.ts';
import { GraduationCap, Lock, LockOpen, Moon, Plus, ShieldQuestion, Sun, X } from 'lucide-react';
import { showControls } from '../../shared/text/controls.ts';
import { OutsideText } from '../ui/outside-text.tsx';
import { useEffect, useState } from 'react';
import { PlainButton } from '../ui/plain-button.tsx';
import type { ConnectionStatus } from '../../shared/service/evidence.ts';
import { ConnectionMark, Skeleton } from '../ui/status.tsx';
import status from '../ui/status.module.css';
import { shortTime } from '../ui/time.ts';
import styles from './App.module.css';
import { commandKey, useKeys } from './keys.ts';
import { useManaged } from '../data/managed.ts';
import { openPractice } from '../session/practice.ts';
import { useSignsOfWork } from '../session/in-use.ts';
import { closeAlert, closeError, core, openSheet, openWorkspace, useApp } from '../session/store.ts';
import { TabBar, TabPanel } from './TabBar.tsx';
import { useAfterFrame } from '../ui/after-paint.ts';
import { applyTheme } from '../session/theme.ts';
import { vaultWord } from '../features/vault/words.ts';
import { useView } from './views.ts';

/** What the first screen needs comes before the service is asked. */
const ASK_AFTER_MS = 300;

function VaultButton() {
  const vault = useApp((state) => state.vault);
  if (vault === null) return null;
  const Icon = vault.state === 'open' ? Lock : vault.state === 'none' ? ShieldQuestion : LockOpen;
  const word = vaultWord(vault);
  return (
    <PlainButton look="quiet" onClick={() => openSheet('vault')} aria-label={`Vault: ${word}`}>
      <Icon size={14} aria-hidden />
      <span className={styles.vaultWord}>{word}</span>
    </PlainButton>
  );
}

function toggleTheme(): void {
  applyTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
}

/** Two letters that stand for a workspace where the rail is narrow. */
function initials(name: string): string {
  const words = name.trim().split(/[\s.-]+/);
  const [first = '', second = ''] = words;
  return `${first.slice(0, 1)}${second === '' ? first.slice(1, 2) : second.slice(0, 1)}`;
}

function Rail() {
  const workspaces = useApp((state) => state.workspaces);
  const workspaceId = useApp((state) => state.workspaceId);
  const about = useApp((state) => state.about);
  const hasPractice = workspaces.some((workspace) => workspace.practice);
  const practiceLock = useManaged()('Practice');
  return (
    <nav className={styles.rail} aria-label="Workspaces">
      <div className={styles.brand}>
        <img src="/icon.svg" alt="" />
        <span className={styles.wide}>Sendwright</span>
      </div>
      <div className={`${styles.railTitle} ${styles.wide}`}>Workspaces</div>
      {workspaces.map((workspace) => (
        <div key={workspace.id} title={showControls(workspace.name)}>
          <button
            type="button"
            className={styles.workspace}
            aria-current={workspace.id === workspaceId}
            onClick={() => openWorkspace(workspace.id)}
          >
            <i className={styles.initials} aria-hidden>
              {initials(showControls(workspace.name))}
            </i>
            <b>
              <OutsideText text={workspace.name} />
            </b>
            {workspace.practice && <span className={`${styles.badge} ${styles.wide}`}>practice</span>}
            <small>
              {counted(workspace.domainCount, { one: '{count} domain', other: '{count} domains' })}
              {workspace.verdictCounts.failing > 0 && `, ${workspace.verdictCounts.failing} failing`}
            </small>
          </button>
        </div>
      ))}
      <div title="New workspace">
        <PlainButton look="quiet" onClick={() => openSheet('workspace')}>
          <Plus size={14} aria-hidden />
          <span className={styles.wide}>New workspace</span>
        </PlainButton>
      </div>
      {!hasPractice && (
        <div title={practiceLock ?? 'Practice workspace'}>
          <PlainButton look="quiet" onClick={() => void openPractice()} disabled={practiceLock !== null}>
            <GraduationCap size={14} aria-hidden />
            <span className={styles.wide}>Practice workspace</span>
          </PlainButton>
        </div>
      )}
      <div className={styles.railFoot}>
        <span className={styles.wide}>Version {about?.version}</span>
        <PlainButton look="quiet" isIcon onClick={toggleTheme} aria-label="Switch between light and dark">
          <Sun size={14} className={styles.whenDark} aria-hidden />
          <Moon size={14} className={styles.whenLight} aria-hidden />
        </PlainButton>
      </div>
    </nav>
  );
}

/** When the connection was seen last; written after the frame is painted, for its words take long to load. */
function SeenTime({ instant }: { readonly instant: number }) {
  const [words, setWords] = useState('');
  useEffect(() => setWords(`seen ${shortTime(instant)}`), [instant]);
  return <time dateTime={new Date(instant).toISOString()}>{words}</time>;
}

/** One of the two statuses of the service connection, and when it was seen. */
function HeaderStatus({ label, status: shown }: { readonly label: string; readonly status: ConnectionStatus }) {
  return (
    <span className={styles.fact}>
      <ConnectionMark status={shown} label={label} />
      {shown.seenAt !== null && <SeenTime instant={shown.seenAt} />}
    </span>
  );
}

function Header() {
  const workspace = useApp((state) => state.workspaces.find((candidate) => candidate.id === state.workspaceId));
  if (workspace === undefined) return null;
  const { connection, responses } = workspace;
  return (
    <header className={styles.header}>
      <h1>
        <span>
          <OutsideText text={workspace.name} />
        </span>
        {workspace.practice && <span className={styles.badge}>practice</span>}
      </h1>
      <div className={styles.facts}>
        <span className={styles.provider}>{workspace.provider ?? 'Provider not told by the service'}</span>
        <HeaderStatus label="Sending" status={connection} />
        <HeaderStatus label="Responses" status={responses} />
        <VaultButton />
        <PlainButton look="quiet" onClick={() => openSheet('palette')}>
          <span className={status.visuallyHidden}>Command palette</span>
          <kbd>{commandKey('K')}</kbd>
        </PlainButton>
      </div>
    </header>
  );
}

function Banners() {
  const lost = useApp((state) => state.lost);
  const error = useApp((state) => state.error);
  const alert = useApp((state) => state.alert);
  return (
    <div aria-live="polite">
      {lost && (
        <div className={styles.banner}>
          <p>The console does not answer. What you typed is kept; this window reconnects automatically.</p>
        </div>
      )}
      {alert !== null && (
        <div className={`${styles.banner} ${styles.error}`} role="alert">
          <p>
            <strong>{alert.title}.</strong> {alert.body}
          </p>
          <PlainButton
            onClick={() => {
              openWorkspace(alert.workspaceId, 'domains');
              closeAlert();
            }}
          >
            Show the domains
          </PlainButton>
          <PlainButton look="quiet" isIcon aria-label="Close the notice" onClick={closeAlert}>
            <X size={15} aria-hidden />
          </PlainButton>
        </div>
      )}
      {error !== null && (
        <div className={`${styles.banner} ${styles.error}`} role="alert">
          <p>
            <strong>{error.message}.</strong> {error.remedy}
          </p>
          <PlainButton look="quiet" isIcon aria-label="Close the message" onClick={closeError}>
            <X size={15} aria-hidden />
          </PlainButton>
        </div>
      )}
    </div>
  );
}

/** Rail, header, tabs and the open view. */
export function Shell() {
  const tab = useApp((state) => state.tab);
  const workspaceId = useApp((state) => state.workspaceId);
  const notice = useApp((state) => state.notice);

  // A workspace that is opened has its service asked, once; nobody waits for it.
  useEffect(() => {
    if (workspaceId === null) return undefined;
    const timer = setTimeout(() => {
      // Who the console does not answer is told so elsewhere.
      core()
        .service.ask({ workspaceId })
        .catch(() => undefined);
    }, ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [workspaceId]);

  useKeys();
  useSignsOfWork();
  const View = useView(tab);
  // Tabs and header answer at once; the view, which is more, comes with the next frame.
  const isPainted = useAfterFrame();
  return (
    <div className={styles.frame}>
      <Rail />
      <main className={styles.main}>
        <Header />
        <Banners />
        <div className={styles.contents}>
          <TabBar />
          <TabPanel>
            {View === null || workspaceId === null || !isPainted ? (
              <Skeleton />
            ) : (
              <View key={workspaceId} workspaceId={workspaceId} />
            )}
          </TabPanel>
        </div>
      </main>
      <output className={styles.notice}>{notice}</output>
    </div>
  );
}
