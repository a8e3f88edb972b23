import { counted, countText } from '../../../shared/text/counted.ts';
import { useCallback, useState } from 'react';
import type { StoredMail, Retention } from '../../../shared/evidence/kept/kept-mail.ts';
import { KEPT_MAIL_WORDS, keptWords, retentionLabels } from '../../../shared/evidence/kept/kept-mail.ts';
import { hurryEvidence, useFreshEvidence } from '../../data/fresh.ts';
import { useManaged } from '../../data/managed.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select, Sheet } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { shortTime } from '../../ui/time.ts';
import styles from './EvidenceView.module.css';
import { usePaged } from './paged.tsx';

type Kept = Awaited<ReturnType<ReturnType<typeof core>['evidence']['kept']>>;

const FOREVER = 'forever';
const idOf = (days: number | null): string => (days === null ? FOREVER : String(days));

function daysWords(days: number | null): string {
  if (days === null) return 'Until deleted';
  if (days === 0) return 'Not kept';
  return days === 1096 ? '3 years' : days === 1 ? '1 day' : `${countText(days)} days`;
}

/** A time of keeping; one that a command has set is offered beside the usual ones. */
function Days(props: {
  /** What to say where the organisation has set it; null where people do. */
  readonly lockWord: string | null;
  readonly label: string;
  readonly value: number | null;
  readonly least: number;
  readonly onChange: (days: number | null) => void;
}) {
  const usual = [0, 30, 90, 400, 1096].filter((days) => days >= props.least);
  const { value } = props;
  if (props.lockWord !== null)
    return <Field label={props.label} value={daysWords(value)} isReadOnly help={props.lockWord} />;
  const offered = value === null || usual.includes(value) ? usual : [value, ...usual];
  return (
    <Select
      label={props.label}
      value={idOf(value)}
      onChange={(id) => props.onChange(id === FOREVER ? null : Number(id))}
      choices={[...offered, null].map((days) => ({ id: idOf(days), label: daysWords(days) }))}
    />
  );
}

/** A mail with what it says as people read it; the texts are loaded with the mails, which the view does not wait for. */
interface ToldMail extends StoredMail {
  readonly told: string;
}

function Mails({ mails }: { readonly mails: readonly ToldMail[] }) {
  const { shown, more } = usePaged(mails);
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            {['When', 'What', 'Domain', 'Reported by', 'Verdict'].map((head) => (
              <th key={head}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown
            .map((mail) => ({ ...mail, words: keptWords(mail) }))
            .map(({ id, importedAt, kind, domain, told, codes, words, person }) => (
              <tr key={id}>
                <td className={styles.when}>{shortTime(importedAt)}</td>
                <td>{KEPT_MAIL_WORDS[kind]}</td>
                <td>
                  <OutsideText text={domain ?? 'not told'} />
                </td>
                <td>
                  <OutsideText text={words.by} />
                </td>
                <td>
                  <OutsideText text={told} />
                  {codes !== '' && (
                    <div className={layout.small}>
                      <OutsideText text={codes} />
                    </div>
                  )}
                  {words.change !== '' && <div>To change: {words.change}.</div>}
                  {person !== null && (
                    <div className={layout.small}>
                      <OutsideText text={[...person.addresses, person.text].join(' ').slice(0, 500)} />
                    </div>
                  )}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {more}
    </>
  );
}

const DELETIONS = {
  persons: {
    title: 'Delete addresses and texts from mail?',
    button: 'Delete addresses and texts',
    text: ({ withPerson }: Kept) =>
      `People’s addresses and server replies are deleted from ${counted(withPerson, { one: '{count} message', other: '{count} messages' })}. The verdicts stay.`,
  },
  everything: {
    title: 'Delete all evidence?',
    button: 'Delete all evidence',
    text: ({ reports, mails }: Kept) =>
      `${counted(reports, { one: '{count} report', other: '{count} reports' })} and ${counted(mails, { one: '{count} message', other: '{count} messages' })} are deleted. Your classification of senders stays. Copies of the data file keep them until the copies expire.`,
  },
} as const;

/** What is kept of mail, for how long, and the way to delete it. */
export function EvidenceRetention({ workspaceId }: { readonly workspaceId: number }) {
  const [asked, setAsked] = useState<keyof typeof DELETIONS | null>(null);
  const ask = useCallback(async () => {
    const [kept, stored, { factText }] = await Promise.all([
      core().evidence.kept({ workspaceId }),
      core().evidence.mails({ workspaceId }),
      import('../../../shared/facts/fact-text.ts'),
    ]);
    return { kept, mails: stored.map((mail): ToldMail => ({ ...mail, told: factText(mail.what) })) };
  }, [workspaceId]);
  const { value: shown, again, put } = useFreshEvidence(workspaceId, ask);
  const managed = useManaged();
  if (shown === null) return null;
  const { kept, mails } = shown;
  const { reportDays, mailDays, personalDays, reports, withPerson } = kept;
  const change = async (changed: Partial<Retention>) => {
    const next = { reportDays, mailDays, personalDays, ...changed };
    // Shown at once: another choice that is made before the answer builds on this one.
    put({ kept: { ...kept, ...changed }, mails });
    await attempt(() => core().evidence.setRetention({ workspaceId, ...next }));
    // A shorter time deletes at once what is older.
    hurryEvidence();
    await again();
  };
  const forget = async (what: keyof typeof DELETIONS) => {
    setAsked(null);
    const gone = await attempt(() => core().evidence.forget({ workspaceId, domain: null, before: null, what }));
    if (gone === null) return;
    hurryEvidence();
    tell('Deleted');
  };
  const deletion = asked === null ? null : DELETIONS[asked];
  return (
    <section className={layout.card} aria-labelledby="kept-title">
      <h2 id="kept-title">What is kept</h2>
      <p>
        {counted(reports, { one: '{count} report', other: '{count} reports' })} and{' '}
        {counted(kept.mails, { one: '{count} verdict', other: '{count} verdicts' })} of bounces, messages and failure
        reports
        {withPerson > 0 && `, ${countText(withPerson)} of them with addresses of people or words`}. It all lies in the
        data folder alone, and in no support bundle.
      </p>
      {mails.length > 0 && (
        <details className={`${layout.details} ${styles.printed}`}>
          <summary>Bounces, messages and failure reports</summary>
          <Mails mails={mails} />
        </details>
      )}
      <div className={`${layout.two} ${styles.onScreen}`}>
        <Days
          lockWord={managed('KeepReportsDays')}
          label={retentionLabels.reportDays}
          value={reportDays}
          least={1}
          onChange={(days) => void change({ reportDays: days })}
        />
        <Days
          lockWord={managed('KeepMailsDays')}
          label={retentionLabels.mailDays}
          value={mailDays}
          least={0}
          onChange={(days) => void change({ mailDays: days })}
        />
        <Days
          lockWord={managed('KeepPersonalDays')}
          label={retentionLabels.personalDays}
          value={personalDays}
          least={0}
          onChange={(days) => void change({ personalDays: days })}
        />
      </div>
      <p className={`${layout.small} ${styles.onScreen}`}>
        Counted from the day of import. Anything older is deleted at once.
      </p>
      <div className={layout.row}>
        <Button isDisabled={withPerson === 0} onPress={() => setAsked('persons')}>
          {DELETIONS.persons.button}
        </Button>
        <Button isDisabled={reports + kept.mails === 0} onPress={() => setAsked('everything')}>
          {DELETIONS.everything.button}
        </Button>
      </div>
      {asked !== null && deletion !== null && (
        <Sheet
          title={deletion.title}
          isOpen
          onClose={() => setAsked(null)}
          actions={
            <>
              <Button onPress={() => setAsked(null)}>Cancel</Button>
              <Button look="primary" onPress={() => void forget(asked)}>
                {deletion.button}
              </Button>
            </>
          }
        >
          <p>{deletion.text(kept)}</p>
        </Sheet>
      )}
    </section>
  );
}
