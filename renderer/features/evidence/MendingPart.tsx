import { aboveWords, keyWords, mendingLines } from '../../../shared/manual/mending.ts';
import type { Mending, MendingRecord } from '../../../shared/manual/mending.ts';
import { showDomain } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { VerdictMark } from '../../ui/status.tsx';
import styles from './EvidenceView.module.css';

function Record({ record }: { readonly record: MendingRecord }) {
  const { head, what, value, findings } = mendingLines(record);
  return (
    <li className={styles.mending}>
      <div className={styles.mendingHead}>
        <b>
          <OutsideText text={head} />
        </b>
        <VerdictMark verdict={record.verdict} />
      </div>
      <p>
        <OutsideText text={what} />
      </p>
      {value !== null && (
        <div className={styles.value}>
          <div className={layout.code}>
            <OutsideText text={value} />
          </div>
          <CopyButton text={value} label={`Copy the value of ${record.title}`} />
        </div>
      )}
      {findings.map((finding) => (
        <p key={finding}>
          <OutsideText text={finding} />
        </p>
      ))}
    </li>
  );
}

/** What the manual of a mail's domain says of the records that the mail asks for. */
export function MendingPart(props: {
  readonly domain: string | null;
  readonly mending: Mending | null;
  /** The mail asks for a record. */
  readonly asks: boolean;
}) {
  const { domain, mending, asks } = props;
  if (domain === null) return null;
  if (mending === null)
    return asks ? (
      <p>{domain} is not in the list of sender domains. Once it is added, its manual says what to publish.</p>
    ) : null;
  const above = aboveWords(domain, mending);
  return (
    <>
      {above !== null && mending.steps.length > 0 && <p>{above}</p>}
      {mending.keys.map((key) => (
        <p key={key.selector}>
          <OutsideText text={keyWords(key)} />
        </p>
      ))}
      {mending.steps.map(({ number, title, records }) => (
        <section key={number} aria-label={`Step ${number} of the manual`}>
          <h3>
            Step {number} of the manual: {title}
          </h3>
          <ul className={styles.mendings}>
            {records.map((record) => (
              <Record key={record.id} record={record} />
            ))}
          </ul>
        </section>
      ))}
      <div>
        <Button onPress={() => showDomain(mending.workspaceId, mending.domainId)}>
          Open the manual of {mending.domain}
        </Button>
      </div>
    </>
  );
}
