import { counted } from '../../../shared/text/counted.ts';
import { EllipsisVertical, ListChecks, Plus } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { useCommands } from '../../session/commands.ts';
import type { DomainRow } from '../../../shared/contract/domains.ts';
import { afterPaint, attempt, core, useApp } from '../../session/store.ts';
import { AccountNotice } from '../service/AccountNotice.tsx';
import { useAfterPaint } from '../../ui/after-paint.ts';
import { PlainButton } from '../../ui/plain-button.tsx';
import { Empty, Skeleton } from '../../ui/status.tsx';
import { saveFile } from '../../ui/time.ts';
import { Coverage } from './Coverage.tsx';
import { DomainTable } from './DomainTable.tsx';
import styles from './DomainsView.module.css';
import { JobBar } from './JobBar.tsx';
import type { ListAction } from './ListMenu.tsx';
import { ShowSelect } from './ShowSelect.tsx';
import {
  openAdded,
  openDomain,
  openDomains,
  publishAll,
  setInUse,
  useDomains,
  verify,
  visibleRows,
} from '../../data/domains.ts';

/*
 * Frame and list are made of the browser's own elements: they are painted before React Aria is loaded, which the manual,
 * the menu and the sheets bring with them.
 */
const AddDomains = lazy(() => import('./AddDomains.tsx'));
const loadMenu = () => import('./ListMenu.tsx');
const ListMenu = lazy(loadMenu);
const PrintedReport = lazy(() => import('./PrintedReport.tsx'));
const ChangesSheet = lazy(() => import('./ChangesSheet.tsx'));
const AccountSheet = lazy(() => import('../service/AccountSheet.tsx'));
const HandOverSeveralSheet = lazy(() => import('./HandOverSeveralSheet.tsx'));
const ConfigureSeveralSheet = lazy(() => import('./ConfigureSeveralSheet.tsx'));
const ScheduleSheet = lazy(() => import('./ScheduleSheet.tsx'));
const ManualPane = lazy(() => import('../manual/ManualPane.tsx'));

async function saveReport(workspaceId: number, format: 'csv' | 'json'): Promise<void> {
  const report = await attempt(() => core().domains.report({ workspaceId, format }));
  if (report !== null) saveFile(report.fileName, report.mediaType, report.text);
}

const rowNamed = (name: string): DomainRow | undefined =>
  useDomains.getState().list?.rows.find((row) => row.name === name);

const verdictOf = (name: string): DomainRow['verdict'] | undefined => rowNamed(name)?.verdict;

const LEAST_WIDTH = 25;
const MOST_WIDTH = 70;
const STEP = 3;

/** The border between list and manual: dragged, or moved with the arrow keys. */
function useSplit() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(44);
  const move = (next: number) => {
    const bounded = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, next));
    setWidth(bounded);
    box.current?.style.setProperty('--list-width', `${bounded}%`);
  };
  const onPointerMove = (event: PointerEvent) => {
    const area = box.current?.getBoundingClientRect();
    if (event.buttons !== 1 || area === undefined) return;
    move(((event.clientX - area.left) / area.width) * 100);
  };
  const onPointerDown = (event: PointerEvent) => event.currentTarget.setPointerCapture(event.pointerId);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') move(width - STEP);
    if (event.key === 'ArrowRight') move(width + STEP);
  };
  return { box, width, handle: { onPointerMove, onPointerDown, onKeyDown } };
}

/** The button of the list's menu: the menu itself is loaded when the button is pressed first. */
function More({
  onAction,
  hasChosen,
  isPractice,
}: {
  readonly onAction: (action: ListAction) => void;
  readonly hasChosen: boolean;
  readonly isPractice: boolean;
}) {
  const [isWanted, setWanted] = useState(false);
  const button = (
    <PlainButton
      isIcon
      aria-label="More for the list"
      onPointerEnter={() => void loadMenu()}
      onClick={() => setWanted(true)}
    >
      <EllipsisVertical size={14} aria-hidden />
    </PlainButton>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <ListMenu onAction={onAction} hasChosen={hasChosen} isPractice={isPractice} />
    </Suspense>
  );
}

/** Finds domains by a part of their names; by itself, so that typing draws nothing else but the rows. */
function SearchField({ workspaceId }: { readonly workspaceId: number }) {
  const filter = useDomains((state) => state.filter);
  // The list may still be on its way while its first screen is shown.
  const total = useApp((state) => state.workspaces.find(({ id }) => id === workspaceId)?.domainCount ?? 0);
  return (
    <input
      className={styles.search}
      type="search"
      aria-label="Find a domain"
      placeholder={counted(total, { one: 'Search the domain', other: 'Search {count} domains' })}
      value={filter}
      onChange={(event) => useDomains.setState({ filter: event.target.value })}
    />
  );
}

/** The manual of the domain that is open; by itself, so that opening another draws nothing else. */
function OpenManual({ workspaceId }: { readonly workspaceId: number }) {
  const openId = useDomains((state) => state.openId);
  return openId === null ? null : <ManualPane workspaceId={workspaceId} domainId={openId} />;
}

/** What the list's menu opens a sheet for. */
const SHEETS = ['changes', 'schedule', 'account', 'hand-over', 'configure'] as const satisfies readonly ListAction[];

type OpenSheet = 'add' | (typeof SHEETS)[number];

/** Sender domains: the list on the left, the selected domain's manual on the right. */
export default function DomainsView({ workspaceId }: { readonly workspaceId: number }) {
  // Until its own list is opened, the one of the workspace before is still there: its domains are not this one's.
  const amount = useDomains((state) => (state.workspaceId === workspaceId ? (state.list?.rows.length ?? null) : null));
  const isPractice = useApp((state) => state.workspaces.find(({ id }) => id === workspaceId)?.practice === true);
  const chosenCount = useDomains((state) => state.selected.size);
  const [sheet, setSheet] = useState<OpenSheet | null>(null);
  /** What was selected when the sheet was opened, which stands over the list. */
  const [sheetFor, setSheetFor] = useState<readonly number[]>([]);
  const [printed, setPrinted] = useState<readonly DomainRow[] | null>(null);
  const [isScheduled, setScheduled] = useState(false);
  /** Taken over a moment ago: the list is drawn anew a little later. */
  const taken = useRef<readonly DomainRow[]>([]);
  const endPrinting = useCallback(() => setPrinted(null), []);
  const close = () => setSheet(null);
  const split = useSplit();
  // The list comes first: what the manual needs is loaded once the rows are painted.
  const isPainted = useAfterPaint();
  useCommands('domains', [
    { id: 'domains.add', label: 'Add domains', kind: 'Domains', run: () => setSheet('add') },
    {
      id: 'domains.account',
      label: 'Compare with the service’s account',
      kind: 'Domains',
      run: () => setSheet('account'),
    },
    {
      id: 'domains.csv',
      label: 'Save the report as CSV',
      kind: 'Domains',
      run: () => void saveReport(workspaceId, 'csv'),
    },
    {
      id: 'domains.json',
      label: 'Save the report as JSON',
      kind: 'Domains',
      run: () => void saveReport(workspaceId, 'json'),
    },
  ]);
  useEffect(() => openDomains(workspaceId), [workspaceId]);
  useEffect(() => {
    void afterPaint()
      .then(() => attempt(() => core().schedule.get({ workspaceId })))
      .then((found) => setScheduled(found?.enabled === true));
  }, [workspaceId]);

  if (amount === null) return <Skeleton lines={12} />;
  const addButton = (
    <PlainButton look="primary" onClick={() => setSheet('add')}>
      <Plus size={14} aria-hidden />
      Add domains
    </PlainButton>
  );
  // In one place whatever is beside it: the first domain of a list must not build the sheet anew.
  const addSheet = (
    <Suspense key="add">{sheet === 'add' && <AddDomains workspaceId={workspaceId} onClose={close} />}</Suspense>
  );
  const accountSheet = (
    <Suspense key="account">
      {sheet === 'account' && (
        <AccountSheet
          workspaceId={workspaceId}
          verdictOf={verdictOf}
          onOpen={(name) => {
            const row = rowNamed(name) ?? taken.current.find((each) => each.name === name);
            if (row !== undefined) openDomain(row.id);
            close();
          }}
          onTaken={(rows) => {
            taken.current = rows;
            openAdded(workspaceId, rows);
          }}
          onClose={close}
        />
      )}
    </Suspense>
  );
  const accountNotice = <AccountNotice workspaceId={workspaceId} onCompare={() => setSheet('account')} />;
  if (amount === 0) {
    return (
      <>
        <Empty title="No sender domain yet" action={addButton}>
          Add the domains that mail is sent from. Each gets a manual with its exact records; everything but the check
          works without a network.
        </Empty>
        {accountNotice}
        {addSheet}
        {accountSheet}
      </>
    );
  }
  const chosenIds = () => [...useDomains.getState().selected];
  const act = (action: ListAction) => {
    const chosen = chosenIds();
    if (action === 'publish') void publishAll(workspaceId, chosen);
    if (action === 'unused') void setInUse(workspaceId, chosen, false);
    if (action === 'used') void setInUse(workspaceId, chosen, true);
    if (action === 'open-only') void verify(workspaceId, 'not-verified');
    if (action === 'csv' || action === 'json') void saveReport(workspaceId, action);
    if (action === 'print') setPrinted(visibleRows(useDomains.getState()));
    const asked = SHEETS.find((each) => each === action);
    if (asked === undefined) return;
    setSheetFor(chosen);
    setSheet(asked);
  };
  return (
    <>
      <div className={styles.split} ref={split.box}>
        <section className={styles.left} aria-label="List of sender domains">
          <div className={styles.barBox}>
            <div className={styles.bar}>
              <div className={styles.tools}>
                {addButton}
                <PlainButton onClick={() => void verify(workspaceId, chosenCount > 0 ? chosenIds() : 'all')}>
                  <ListChecks size={14} className={styles.roomy} aria-hidden />
                  {chosenCount > 0 ? `Verify ${chosenCount} selected` : 'Verify all'}
                </PlainButton>
                <More onAction={act} hasChosen={chosenCount > 0} isPractice={isPractice} />
              </div>
              <div className={styles.finder}>
                <SearchField workspaceId={workspaceId} />
                <ShowSelect workspaceId={workspaceId} />
              </div>
            </div>
          </div>
          <Coverage workspaceId={workspaceId} />
          <JobBar
            workspaceId={workspaceId}
            isScheduled={isScheduled}
            onChanges={() => setSheet('changes')}
            onSchedule={() => setSheet('schedule')}
          />
          {accountNotice}
          <div className={styles.tableBox}>
            <DomainTable />
          </div>
        </section>
        <div
          className={styles.handle}
          role="separator"
          aria-orientation="vertical"
          aria-label="Width of the list"
          aria-valuenow={Math.round(split.width)}
          aria-valuemin={LEAST_WIDTH}
          aria-valuemax={MOST_WIDTH}
          tabIndex={0}
          {...split.handle}
        />
        <section className={styles.right} aria-label="DKIM/SPF manual">
          <Suspense fallback={<Skeleton lines={10} />}>
            {isPainted ? <OpenManual workspaceId={workspaceId} /> : <Skeleton lines={10} />}
          </Suspense>
        </section>
        <Suspense>
          {sheet === 'changes' && <ChangesSheet workspaceId={workspaceId} onClose={close} />}
          {sheet === 'schedule' && (
            <ScheduleSheet
              workspaceId={workspaceId}
              onClose={close}
              onChange={(schedule) => setScheduled(schedule.enabled)}
            />
          )}
          {sheet === 'hand-over' && (
            <HandOverSeveralSheet workspaceId={workspaceId} domainIds={sheetFor} onClose={close} />
          )}
          {sheet === 'configure' && (
            <ConfigureSeveralSheet workspaceId={workspaceId} domainIds={sheetFor} onClose={close} />
          )}
          {printed !== null && <PrintedReport rows={printed} onDone={endPrinting} />}
        </Suspense>
      </div>
      {addSheet}
      {accountSheet}
    </>
  );
}
