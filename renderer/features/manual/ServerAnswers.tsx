import { durationText } from '../../../shared/text/duration.ts';
import type { DescribedFinding } from '../../../shared/findings/catalogue.ts';
import type { ManualObservation, RecordCard } from '../../../shared/manual/manual.ts';
import { FindingNote, VerdictMark } from '../../ui/status.tsx';
import { duration, shortTime } from '../../ui/time.ts';
import { OutsideText } from '../../ui/outside-text.tsx';
import styles from './ServerAnswers.module.css';

const VIEWS = {
  has: ['verified', 'Has it'],
  works: ['change-prepared', 'Works, change planned'],
  behind: ['unknown', 'Has it, target unknown'],
  other: ['failing', 'Another value'],
  broken: ['failing', 'Unusable'],
  absent: ['pending', 'Not there'],
  failed: ['unknown', 'No answer'],
} as const;

/** Addresses of one server that say the same are one row. */
interface Row extends Pick<ManualObservation, 'server' | 'view' | 'answer'> {
  readonly told: readonly ManualObservation[];
}

interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

const isOwn = ({ kind }: ManualObservation) => kind === 'authoritative';

function rowsOf(observations: readonly ManualObservation[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const observation of observations) {
    const { server, view, answer } = observation;
    const key = `${server} ${view} ${answer.join('\n')}`;
    rows.set(key, { server, view, answer, told: [...(rows.get(key)?.told ?? []), observation] });
  }
  return [...rows.values()];
}

function groupsOf(observations: readonly ManualObservation[]): readonly Group[] {
  const own = observations.filter(isOwn);
  const pasted = observations.filter(({ kind }) => kind === 'pasted');
  const others = observations.filter((each) => !isOwn(each) && each.kind !== 'pasted');
  return [
    { title: 'The zone’s own name servers', rows: rowsOf(own) },
    { title: 'Resolvers', rows: rowsOf(others) },
    { title: 'Offline', rows: rowsOf(pasted) },
  ].filter((group) => group.rows.length > 0);
}

/** How long an answer may be kept and how long it took, of the addresses together. */
function facts({ told }: Row): string {
  const ttls = told.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]));
  const slowest = Math.max(...told.map(({ durationMs }) => durationMs));
  const kept = ttls.length === 0 ? [] : [`TTL ${durationText(Math.max(...ttls))}`];
  return [...kept, ...(slowest === 0 ? [] : [duration(slowest)])].join(' · ');
}

function ServerRow({ row }: { readonly row: Row }) {
  const addresses = row.told
    .map(({ address }) => address)
    .filter((address) => address !== '' && address !== row.server);
  return (
    <li>
      <VerdictMark verdict={VIEWS[row.view][0]} word={VIEWS[row.view][1]} />
      <span className={styles.server}>
        <OutsideText text={row.server} />
        {addresses.map((address) => (
          <code key={address}>{address}</code>
        ))}
      </span>
      <span className={styles.facts}>{facts(row)}</span>
      <pre>
        <OutsideText text={row.answer.join('\n')} />
      </pre>
    </li>
  );
}

/** What was asked, of whom, and what came, word for word. */
function EvidenceList({ finding }: { readonly finding: DescribedFinding }) {
  const { evidence = [] } = finding;
  if (evidence.length === 0) return null;
  return (
    <details className={styles.evidence}>
      <summary>Evidence</summary>
      <ul>
        {evidence.map(({ asked, of, answer }) => (
          <li key={`${asked}${of}`}>
            <code>
              <OutsideText text={asked} />
            </code>{' '}
            {of !== undefined && <span>at {of}</span>}
            <pre>
              <OutsideText text={answer} />
            </pre>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What every server said of a record, and the names of the differences between them. */
export function ServerAnswers({ card }: { readonly card: RecordCard }) {
  const { observations, differences } = card;
  if (observations.length === 0) return null;
  const servers = new Set(observations.map(({ kind, server }) => `${kind} ${server}`)).size;
  const newest = Math.max(...observations.map(({ at }) => at));
  return (
    <div className={styles.answers}>
      {differences.map((finding) => (
        <FindingNote
          key={`${finding.code}${finding.title}`}
          finding={finding}
          action={<EvidenceList finding={finding} />}
        />
      ))}
      <details className={styles.details}>
        <summary>
          What {servers === 1 ? 'the server' : `${servers} servers`} said, {shortTime(newest)}
        </summary>
        {groupsOf(observations).map(({ title, rows }) => (
          <section key={title} className={styles.group}>
            <h4>{title}</h4>
            <ul>
              {rows.map((row) => (
                <ServerRow key={`${row.server} ${row.view} ${row.told[0]?.address ?? ''}`} row={row} />
              ))}
            </ul>
          </section>
        ))}
      </details>
    </div>
  );
}
