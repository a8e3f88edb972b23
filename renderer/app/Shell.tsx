import { GraduationCap, Lock, LockOpen, Moon, Plus, ShieldQuestion, Sun, X } from 'lucide-react';
import { Suspense, useEffect } from 'react';
import { Button as AriaButton, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { VaultState } from '../../shared/contract/schemas.ts';
import { Button } from '../ui/controls.tsx';
import { ConnectionMark, Skeleton } from '../ui/status.tsx';
import status from '../ui/status.module.css';
import { shortTime } from '../ui/time.ts';
import styles from './App.module.css';
import { openPractice } from './practice.ts';
import { Sheets } from './Sheets.tsx';
import { closeAlert, closeError, openSheet, openTab, openWorkspace, tabs, useApp } from './store.ts';
import type { TabId } from './store.ts';
import { applyTheme } from './theme.ts';
import { viewOf } from './views.ts';

const VAULT_WORDS: Readonly<Record<VaultState['state'], string>> = {
  none: 'No passphrase yet',
  locked: 'Locked',
  open: 'Protected',
  session: 'This session only',
};

function VaultButton() {
  const vault = useApp((state) => state.vault);
  if (vault === null) return null;
  const Icon = vault.state === 'open' ? Lock : vault.state === 'none' ? ShieldQuestion : LockOpen;
  return (
    <Button look="quiet" onPress={() => openSheet('vault')} aria-label={`Vault: ${VAULT_WORDS[vault.state]}`}>
      <Icon size={14} aria-hidden />
      <span className={styles.vaultWord}>{VAULT_WORDS[vault.state]}</span>
    </Button>
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

const isMac = /mac/i.test(navigator.userAgent);

function Rail() {
  const workspaces = useApp((state) => state.workspaces);
  const workspaceId = useApp((state) => state.workspaceId);
  const about = useApp((state) => state.about);
  const hasPractice = workspaces.some((workspace) => workspace.practice);
  return (
    <nav className={styles.rail} aria-label="Workspaces">
      <div className={styles.brand}>
        <img src="/icon.svg" alt="" />
        <span className={styles.wide}>Sendwright</span>
      </div>
      <div className={`${styles.railTitle} ${styles.wide}`}>Workspaces</div>
      {workspaces.map((workspace) => (
        <div key={workspace.id} title={workspace.name}>
          <AriaButton
            className={styles.workspace ?? ''}
            aria-current={workspace.id === workspaceId}
            onPress={() => openWorkspace(workspace.id)}
          >
            <i className={styles.initials} aria-hidden>
              {initials(workspace.name)}
            </i>
            <b>{workspace.name}</b>
            {workspace.practice && <span className={`${styles.badge} ${styles.wide}`}>practice</span>}
            <small>
              {workspace.domainCount} domain{workspace.domainCount === 1 ? '' : 's'}
              {workspace.verdictCounts.failing > 0 && `, ${workspace.verdictCounts.failing} failing`}
            </small>
          </AriaButton>
        </div>
      ))}
      <div title="New workspace">
        <Button look="quiet" onPress={() => openSheet('workspace')}>
          <Plus size={14} aria-hidden />
          <span className={styles.wide}>New workspace</span>
        </Button>
      </div>
      {!hasPractice && (
        <div title="Practice workspace">
          <Button look="quiet" onPress={() => void openPractice()}>
            <GraduationCap size={14} aria-hidden />
            <span className={styles.wide}>Practice workspace</span>
          </Button>
        </div>
      )}
      <div className={styles.railFoot}>
        <span className={styles.wide}>Version {about?.version}</span>
        <Button look="quiet" isIcon onPress={toggleTheme} aria-label="Switch between light and dark">
          <Sun size={14} className={styles.whenDark} aria-hidden />
          <Moon size={14} className={styles.whenLight} aria-hidden />
        </Button>
      </div>
    </nav>
  );
}

function Header() {
  const workspace = useApp((state) => state.workspaces.find((candidate) => candidate.id === state.workspaceId));
  if (workspace === undefined) return null;
  const { connection } = workspace;
  return (
    <header className={styles.header}>
      <h1>
        <span>{workspace.name}</span>
        {workspace.practice && <span className={styles.badge}>practice</span>}
      </h1>
      <div className={styles.facts}>
        <span className={styles.provider}>{workspace.provider ?? 'Provider not told by the service'}</span>
        <ConnectionMark status={connection} />
        {connection.seenAt !== null && (
          <time dateTime={new Date(connection.seenAt).toISOString()}>seen {shortTime(connection.seenAt)}</time>
        )}
        <VaultButton />
        <Button look="quiet" onPress={() => openSheet('palette')}>
          <span className={status.visuallyHidden}>Command palette</span>
          <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
        </Button>
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
          <p>The console does not answer. What you typed is kept; this window connects again by itself.</p>
        </div>
      )}
      {alert !== null && (
        <div className={`${styles.banner} ${styles.error}`} role="alert">
          <p>
            <strong>{alert.title}.</strong> {alert.body}
          </p>
          <Button
            onPress={() => {
              openWorkspace(alert.workspaceId, 'domains');
              closeAlert();
            }}
          >
            Show the domains
          </Button>
          <Button look="quiet" isIcon aria-label="Close the notice" onPress={closeAlert}>
            <X size={15} aria-hidden />
          </Button>
        </div>
      )}
      {error !== null && (
        <div className={`${styles.banner} ${styles.error}`} role="alert">
          <p>
            <strong>{error.message}.</strong> {error.remedy}
          </p>
          <Button look="quiet" isIcon aria-label="Close the message" onPress={closeError}>
            <X size={15} aria-hidden />
          </Button>
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

  // Whoever opens the palette types on at once: it is there by then.
  useEffect(() => {
    const idle = requestIdleCallback(() => void import('./CommandPalette.tsx'));
    return () => cancelIdleCallback(idle);
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openSheet('palette');
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  const View = viewOf(tab);
  return (
    <div className={styles.frame}>
      <Rail />
      <main className={styles.main}>
        <Header />
        <Banners />
        <Tabs selectedKey={tab} onSelectionChange={(key) => openTab(key as TabId)} className={styles.contents ?? ''}>
          <TabList className={styles.tabs ?? ''} aria-label="Views of the workspace">
            {tabs.map((each) => (
              <Tab key={each.id} id={each.id} className={styles.tab ?? ''}>
                {each.label}
              </Tab>
            ))}
          </TabList>
          {tabs.map((each) => (
            <TabPanel key={each.id} id={each.id} className={styles.panel ?? ''}>
              <Suspense fallback={<Skeleton />}>
                {workspaceId !== null && <View key={workspaceId} workspaceId={workspaceId} />}
              </Suspense>
            </TabPanel>
          ))}
        </Tabs>
      </main>
      <Sheets />
      <output className={styles.notice}>{notice}</output>
    </div>
  );
}
