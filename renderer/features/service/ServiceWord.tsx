import { useState } from 'react';
import type { ServiceAction } from '../../../shared/contract/service.ts';
import type { DomainValidation } from '../../../shared/service/interface/answers.ts';
import type { Manual } from '../../../shared/manual/manual.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { FindingNote, VerdictMark } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import styles from './ServiceWord.module.css';

type Outcome = ServiceAction & { readonly validation?: DomainValidation | null };

const PARTS: Readonly<Record<string, string>> = {
  mx: 'MX',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  additional: 'Further records',
};

/** What the service said of each kind of record when it was asked for its verdict. */
function Parts({ validation }: { readonly validation: DomainValidation }) {
  return (
    <ul className={styles.parts}>
      {validation.records.map(({ category, isValid, message }) => (
        <li key={category}>
          <VerdictMark verdict={isValid ? 'verified' : 'to-do'} word={category} />
          {message !== '' && <OutsideText text={message} />}
        </li>
      ))}
    </ul>
  );
}

/** The service's verdict on a domain beside ours, what it can be asked to do, and what of its texts no record could be made of. */
export function ServiceWord({ workspaceId, manual }: { readonly workspaceId: number; readonly manual: Manual }) {
  const { service, domain, neverSends } = manual;
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  if (service === null || neverSends) return null;
  const { isThere, isVerified, error, seenAt, unread, differences } = service;
  const run = async (deed: () => Promise<Outcome>) => {
    setBusy(true);
    const found = await attempt(deed);
    setBusy(false);
    setOutcome(found);
    if (found?.ok === true) tell(found.message);
  };
  const word = isThere ? (isVerified ? 'Verified there' : 'Not verified there') : 'Not in the account yet';
  return (
    <section className={styles.word} aria-label="What the service says">
      <div className={layout.row}>
        <b>The service</b>
        <VerdictMark verdict={isVerified ? 'verified' : 'to-do'} word={word} />
        <span className={layout.small}>asked {shortTime(seenAt)}</span>
        <span className={styles.actions}>
          {isThere ? (
            <Button
              onPress={() => void run(() => core().service.validateDomain({ workspaceId, domain }))}
              isPending={isBusy}
            >
              {isBusy ? 'Asking…' : 'Validate there'}
            </Button>
          ) : (
            <Button
              onPress={() => void run(() => core().service.addDomain({ workspaceId, domain }))}
              isPending={isBusy}
            >
              {isBusy ? 'Adding…' : 'Add at the service'}
            </Button>
          )}
        </span>
      </div>
      {isThere && !isVerified && error !== '' && outcome === null && (
        <p className={layout.muted}>
          It says: <OutsideText text={error} />
        </p>
      )}
      {!isThere && (
        <p className={layout.muted}>
          Once the domain is added there, the service generates its records; they take precedence over the template’s.
          The domain stays in the account.
        </p>
      )}
      <div role="status" className={layout.stack}>
        {outcome?.validation != null && <Parts validation={outcome.validation} />}
        {outcome !== null &&
          !outcome.ok &&
          outcome.findings.map((finding) => <FindingNote key={finding.code} finding={finding} />)}
      </div>
      {differences.map((finding) => (
        <FindingNote key={finding.title} finding={finding} />
      ))}
      {unread.map(({ category, text }) => (
        <div key={`${category} ${text}`} className={layout.stack}>
          <h3>{PARTS[category] ?? category}, as the service shows it</h3>
          <div className={styles.unread}>
            <pre>
              <OutsideText text={text} />
            </pre>
            <CopyButton text={text} label={`Copy the ${PARTS[category] ?? category} text`} />
          </div>
          <p className={layout.small}>No record could be read from it. It is in no plan and no hand-over.</p>
        </div>
      ))}
    </section>
  );
}
