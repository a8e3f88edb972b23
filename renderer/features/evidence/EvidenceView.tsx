import { countText } from '../../../shared/text/counted.ts';
import { lazy, Suspense, useCallback, useState } from 'react';
import type { Sender, SenderKind } from '../../../shared/evidence/senders/senders.ts';
import { hurryEvidence, useFreshEvidence } from '../../data/fresh.ts';
import { attempt, core, showDomain, tell, useApp } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { Empty, Skeleton } from '../../ui/status.tsx';
import { saveFile } from '../../ui/time.ts';
import { BringIn } from './BringIn.tsx';
import styles from './EvidenceView.module.css';
import { EvidenceRetention } from './EvidenceRetention.tsx';
import { Senders } from './Senders.tsx';
import { TlsPart } from './TlsPart.tsx';
import { Volume } from './Volume.tsx';
import { WatchedFolders } from './Watched.tsx';

const PracticeMailing = lazy(() => import('./PracticeMailing.tsx'));
const SenderPictures = lazy(() => import('./SenderPictures.tsx'));

const TIMES = [
  { id: 'month', label: '30 days', days: 30 },
  { id: 'year', label: 'A year', days: 365 },
  { id: 'all', label: 'All', days: null },
] as const;

/** In the place of what could not be read; why not, the notice tells. */
function Unread({ onAgain }: { readonly onAgain: () => Promise<void> }) {
  return (
    <div className={layout.row}>
      <p>What came back from mail could not be read.</p>
      <Button onPress={() => void onAgain()}>Try again</Button>
    </div>
  );
}

/** Where a domain's reports lead: to the list of sender domains, and from there to its manual with the steps of its policy. */
function NextPlace({ workspaceId, domain, domainId }: Parameters<typeof DomainMail>[0]) {
  const add = async () => {
    const report = await attempt(() => core().domains.add({ workspaceId, text: domain }));
    hurryEvidence();
    const [added] = report?.added ?? [];
    const [refused] = report?.refused ?? [];
    if (refused !== undefined) tell(refused.message);
    if (added !== undefined) showDomain(workspaceId, added.id);
  };
  return (
    <div className={layout.row}>
      {domainId === null ? (
        <>
          <p>{domain} is not in the list of sender domains, so it has no manual yet.</p>
          <Button onPress={() => void add()}>Add {domain}</Button>
        </>
      ) : (
        <Button onPress={() => showDomain(workspaceId, domainId)}>
          Open its manual and the next step of its policy
        </Button>
      )}
    </div>
  );
}

/** The mail of one domain: its picture over time, and who sent it. */
function DomainMail(props: {
  readonly workspaceId: number;
  readonly domain: string;
  /** Null where the list of sender domains does not have it. */
  readonly domainId: number | null;
}) {
  const { workspaceId, domain, domainId } = props;
  const [time, setTime] = useState<string>('all');
  const sinceDays = TIMES.find(({ id }) => id === time)?.days ?? null;
  const ask = useCallback(async () => {
    const asked = { workspaceId, domain, sinceDays };
    const [senders, volume] = await Promise.all([core().evidence.senders(asked), core().evidence.volume(asked)]);
    return { senders, volume };
  }, [workspaceId, domain, sinceDays]);
  const { value: mail, isFailed, again } = useFreshEvidence(workspaceId, ask);
  const name = async (key: string, word: { readonly name: string; readonly kind: SenderKind } | null) => {
    const named = await attempt(() => core().evidence.nameSender({ workspaceId, domain, key, word }));
    if (named === null) return false;
    hurryEvidence();
    await again();
    tell(word === null ? 'Taken back' : 'Saved');
    return true;
  };
  const letSend = async (sender: Sender) => {
    const prepared = await attempt(() =>
      core().evidence.letSend({ workspaceId, domain, addresses: [...sender.notInSpf] }),
    );
    if (prepared === null) return false;
    tell(prepared.told);
    if (prepared.domainId !== null) showDomain(workspaceId, prepared.domainId);
    return true;
  };
  const save = async (format: 'csv' | 'json') => {
    const file = await attempt(() => core().evidence.export({ workspaceId, domain, sinceDays, format }));
    if (file !== null) saveFile(file.fileName, file.mediaType, file.text);
  };
  const own = mail?.senders.filter(({ kind }) => kind === 'ours' || kind === 'known') ?? [];
  const messages = own.reduce((sum, each) => sum + each.messages, 0);
  const failing = messages - own.reduce((sum, each) => sum + each.pass, 0);
  return (
    <section className={layout.card} aria-labelledby="senders-title">
      <div className={layout.cardHead}>
        <h2 id="senders-title">Who sends as {domain}</h2>
        <Segments
          label="Time"
          value={time}
          onChange={setTime}
          choices={TIMES.map(({ id, label }) => ({ id, label }))}
        />
      </div>
      {mail === null ? (
        isFailed ? (
          <Unread onAgain={again} />
        ) : (
          <Skeleton />
        )
      ) : mail.senders.length === 0 ? (
        <p className={layout.muted}>No report in this period covers mail from {domain}.</p>
      ) : (
        <>
          <p>
            {messages === 0
              ? 'None of this mail is recognised as the domain’s own.'
              : failing === 0
                ? `All ${countText(messages)} messages from own and known senders pass DMARC.`
                : `${countText(failing)} of ${countText(messages)} messages from own and known senders fail DMARC.`}
          </p>
          <Volume volume={mail.volume} />
          <Suspense fallback={<Skeleton />}>
            <SenderPictures workspaceId={workspaceId} domain={domain} sinceDays={sinceDays} />
          </Suspense>
          <Senders senders={mail.senders} onName={name} onLetSend={letSend} />
          <NextPlace workspaceId={workspaceId} domain={domain} domainId={domainId} />
          <div className={layout.row}>
            <Button onPress={() => void save('csv')}>Save as CSV</Button>
            <Button onPress={() => void save('json')}>Save as JSON</Button>
          </div>
        </>
      )}
    </section>
  );
}

/** What came back from mail: reports, messages and bounces, and what they tell of the senders. */
export default function EvidenceView({ workspaceId }: { readonly workspaceId: number }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const isPractice = useApp(
    (app) => app.workspaces.find((workspace) => workspace.id === workspaceId)?.practice === true,
  );
  const ask = useCallback(() => core().evidence.domains({ workspaceId }), [workspaceId]);
  const { value: domains, isFailed, again } = useFreshEvidence(workspaceId, ask);
  const open = domains?.find((each) => each.domain === chosen) ?? domains?.[0];
  const domain = open?.domain;
  return (
    <div className={`${layout.page} ${styles.view}`}>
      <Suspense>{isPractice && <PracticeMailing workspaceId={workspaceId} />}</Suspense>
      <BringIn workspaceId={workspaceId} />
      {domains === null && (isFailed ? <Unread onAgain={again} /> : <Skeleton />)}
      {domains?.length === 0 && (
        <Empty title="No report has been read yet">
          Receivers send DMARC reports to the address in a domain’s DMARC record. Save them from that mailbox and drop
          them above: they show who sends in a domain’s name, and what a stricter policy would block.
        </Empty>
      )}
      {domains !== null && domain !== undefined && (
        <>
          {domains.length > 1 && (
            <label className={styles.domain}>
              <span>Domain</span>
              <select value={domain} onChange={(event) => setChosen(event.target.value)}>
                {domains.map((each) => (
                  <option key={each.domain} value={each.domain}>
                    {each.domain}
                  </option>
                ))}
              </select>
            </label>
          )}
          <DomainMail key={domain} workspaceId={workspaceId} domain={domain} domainId={open?.domainId ?? null} />
          <TlsPart key={`tls ${domain}`} workspaceId={workspaceId} domain={domain} />
        </>
      )}
      <WatchedFolders workspaceId={workspaceId} />
      <EvidenceRetention workspaceId={workspaceId} />
    </div>
  );
}
