import { countText } from '../../../shared/text/counted.ts';
import { useCallback, useState } from 'react';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Finding } from '../../../shared/findings/finding.ts';
import type { PublishedFile, PublishedPolicies } from '../../../shared/policy/published.ts';
import { TLS_POLICY_WORDS } from '../../../shared/evidence/tls/tls-summary.ts';
import type { TlsPolicySum } from '../../../shared/evidence/tls/tls-summary.ts';
import { useFreshEvidence } from '../../data/fresh.ts';
import { attempt, core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { FindingNote } from '../../ui/status.tsx';
import styles from './EvidenceView.module.css';
import { dayText } from './figures.ts';

const dayOf = (at: number | null): string => (at === null ? '?' : dayText().format(at * 1000));

function Sums({ sums }: { readonly sums: readonly TlsPolicySum[] }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          {['Policy', 'Sessions', 'Failed', 'Where and why', 'Reports'].map((head) => (
            <th key={head}>{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sums.map(({ domain, type, modes, ok, failed, failures, reporters, since, until }) => (
          <tr key={`${domain}-${type}`}>
            <td>
              {TLS_POLICY_WORDS[type] ?? type} {modes.length > 0 && `(${modes.join(', ')})`}
            </td>
            <td>{countText(ok + failed)}</td>
            <td>{countText(failed)}</td>
            <td>
              {failures.map(({ mx, result, sessions, meaning, remedy }) => (
                <p key={`${mx}-${result}`}>
                  <OutsideText
                    text={`${mx === '' ? 'At a server that no report names' : mx}, ${countText(sessions)}: `}
                  />
                  {meaning} {remedy} <span className={layout.small}>({result})</span>
                </p>
              ))}
            </td>
            <td>
              <OutsideText text={reporters.join(', ')} />
              <div className={layout.small}>
                {dayOf(since)} to {dayOf(until)}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Notes({ findings }: { readonly findings: readonly Finding[] }) {
  return describeFindings(findings).map((finding, index) => (
    // A kind may be found several times.
    <FindingNote key={`${finding.code}-${index}`} finding={finding} />
  ));
}

function Texts({ texts }: { readonly texts: readonly string[] | null }) {
  if (texts === null) return <p>DNS gave no answer.</p>;
  if (texts.length === 0) return <p>Nothing is published.</p>;
  return texts.map((text) => (
    <div key={text} className={layout.code}>
      <OutsideText text={text} />
    </div>
  ));
}

function File({ file }: { readonly file: PublishedFile }) {
  const { url, text, findings } = file;
  return (
    <>
      <p>
        <OutsideText text={url} />: {text === null ? 'not available' : findings.length === 0 ? 'in order' : 'read'}
      </p>
      <Notes findings={findings} />
      {text !== null && (
        <details className={layout.details}>
          <summary>The file</summary>
          <pre className={layout.code}>
            <OutsideText text={text} />
          </pre>
        </details>
      )}
    </>
  );
}

function Published({ published }: { readonly published: PublishedPolicies }) {
  const { mtaSts, dane, tlsRpt, bimi } = published;
  return (
    <>
      <h3>MTA-STS</h3>
      <Texts texts={mtaSts.texts} />
      <Notes findings={mtaSts.findings} />
      {mtaSts.file !== null && <File file={mtaSts.file} />}
      <h3>DANE</h3>
      {dane.length === 0 && <p>No mail server is known.</p>}
      {dane.map(({ exchange, records }) => (
        <p key={exchange}>
          <OutsideText text={exchange} />:{' '}
          {records === null
            ? 'DNS gave no answer.'
            : records.length === 0
              ? 'no TLSA record.'
              : `TLSA ${records.join('; ')}. It counts where the zone is signed.`}
        </p>
      ))}
      <h3>TLS reporting</h3>
      <Texts texts={tlsRpt.texts} />
      <Notes findings={tlsRpt.findings} />
      <h3>BIMI</h3>
      <Texts texts={bimi.texts} />
      <Notes findings={bimi.findings} />
      {bimi.logo !== null && <File file={bimi.logo} />}
    </>
  );
}

/** TLS to the domain’s mail servers: what senders report, beside what is published. */
export function TlsPart({ workspaceId, domain }: { readonly workspaceId: number; readonly domain: string }) {
  const [published, setPublished] = useState<PublishedPolicies | null>(null);
  const [isAsking, setAsking] = useState(false);
  const read = useCallback(() => core().evidence.tls({ workspaceId, domain }), [workspaceId, domain]);
  const sums = useFreshEvidence(workspaceId, read).value ?? [];
  const ask = async () => {
    setAsking(true);
    const found = await attempt(() => core().evidence.published({ workspaceId, domain }));
    setAsking(false);
    if (found !== null) setPublished(found);
  };
  const failed = sums.reduce((sum, each) => sum + each.failed, 0);
  const all = sums.reduce((sum, each) => sum + each.ok + each.failed, 0);
  return (
    <section className={layout.card} aria-labelledby="tls-title">
      <h2 id="tls-title">TLS to the mail servers of {domain}</h2>
      {sums.length === 0 ? (
        <p className={layout.muted}>No TLS report about this domain has been imported.</p>
      ) : (
        <>
          <p>
            {failed === 0
              ? `All ${countText(all)} sessions that senders report were encrypted as the policy asks.`
              : `${countText(failed)} of ${countText(all)} sessions failed.`}
          </p>
          <Sums sums={sums} />
        </>
      )}
      <div className={`${layout.row} ${styles.onScreen}`}>
        <Button isPending={isAsking} onPress={() => void ask()}>
          Check what is published
        </Button>
        <span className={layout.small}>Queries DNS and fetches the MTA-STS policy and the BIMI logo.</span>
      </div>
      {published !== null && <Published published={published} />}
    </section>
  );
}
