import { useEffect, useState } from 'react';
import { recordWords } from '../../../shared/evidence/bounce/bounce-words.ts';
import type { DescribedBounce, DescribedVerdict } from '../../../shared/evidence/bounce/bounce-words.ts';
import { alignedWords, messageRecordWords } from '../../../shared/evidence/message/message-words.ts';
import type { DescribedMessage } from '../../../shared/evidence/message/message-words.ts';
import type { PurposeVerdict } from '../../../shared/verdict/types.ts';
import { hurryEvidence } from '../../data/fresh.ts';
import { core } from '../../session/store.ts';
import { shownError } from '../../session/errors.ts';
import type { ShownError } from '../../session/errors.ts';
import { Button } from '../../ui/button.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { Skeleton, VerdictMark } from '../../ui/status.tsx';
import { base64Of } from '../../ui/file-text.ts';
import { setMailOpen } from './bring-in.ts';
import type { Mail } from './bring-in.ts';
import styles from './EvidenceView.module.css';
import { MendingPart } from './MendingPart.tsx';

type Read = Awaited<ReturnType<ReturnType<typeof core>['evidence']['mail']>>;

const MARKS: Readonly<Record<string, PurposeVerdict>> = { pass: 'verified', fail: 'failing', permerror: 'failing' };
const markOf = (result: string): PurposeVerdict => MARKS[result] ?? 'unknown';

const reasonWords = (reason: string | null): string => (reason === null ? '' : `: ${reason}`);

function Message({ mail }: { readonly mail: DescribedMessage }) {
  const { spf, dkim, dmarc, dmarcReason, policy, arc, oneClick, hops, receiverSaid, receivers, record } = mail;
  const facts: readonly { readonly label: string; readonly result: string; readonly text: string }[] = [
    {
      label: 'DMARC',
      result: dmarc,
      text: `${dmarc === 'fail' && policy !== null ? `the domain asks for ${policy}` : ''}${dmarcReason ?? ''}`,
    },
    {
      label: 'SPF',
      result: spf.result,
      text: `${spf.domain ?? ''}${alignedWords(spf.aligned)}${reasonWords(spf.reason)}`,
    },
    ...dkim.map(({ domain, selector, result, aligned, reason }) => ({
      label: 'DKIM',
      result,
      text: `${domain} (${selector})${alignedWords(aligned)}${reasonWords(reason)}`,
    })),
    ...(dkim.length === 0 ? [{ label: 'DKIM', result: 'none', text: 'no signature' }] : []),
    ...(arc.result === 'none' ? [] : [{ label: 'ARC', result: arc.result, text: arc.reason ?? '' }]),
    {
      label: 'One-click unsubscribe',
      result: oneClick.ok ? 'pass' : 'none',
      text: oneClick.ok ? 'as RFC 8058 wants it' : 'not as RFC 8058 wants it',
    },
  ];
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(({ label, result, text }, index) => (
          // Signatures may read the same.
          <div key={`${label}-${index}`}>
            <dt>{label}</dt>
            <dd>
              <VerdictMark verdict={markOf(result)} word={result} /> <OutsideText text={text} />
            </dd>
          </div>
        ))}
      </dl>
      <p>
        <b>{record.length === 0 ? 'No record is to be changed.' : 'To change: '}</b>
        {record.map(messageRecordWords).join('; ')}
      </p>
      <details className={layout.details}>
        <summary>What receivers ask of this message</summary>
        <ul className={layout.list}>
          {receivers.flatMap(({ receiver, rules }) =>
            rules.map(({ text, state }) => (
              <li key={`${receiver}-${text}`}>
                <VerdictMark
                  verdict={state === 'met' ? 'verified' : state === 'not-met' ? 'failing' : 'unknown'}
                  word={state === 'met' ? 'Met' : state === 'not-met' ? 'Not met' : 'Not checkable'}
                />{' '}
                {receiver}: {text}
              </li>
            )),
          )}
        </ul>
      </details>
      <details className={layout.details}>
        <summary>Its way, and what receivers wrote into it</summary>
        <ol className={layout.list}>
          {hops.map(({ from, ip, by, tls }, index) => (
            <li key={`${index}-${by}`}>
              <OutsideText
                text={`${from ?? 'handed in'}${ip === undefined ? '' : ` [${ip}]`} to ${by ?? '?'}${tls === true ? ', over TLS' : ''}`}
              />
            </li>
          ))}
          {receiverSaid.map(({ server, results, isTrusted }, index) => (
            <li key={`said-${index}`}>
              <OutsideText
                text={`${server} said ${results.map(({ method, result }) => `${method}=${result}`).join(' ')}${isTrusted ? '' : ' (anybody may have written this)'}`}
              />
            </li>
          ))}
        </ol>
      </details>
    </>
  );
}

function Verdict({ verdict }: { readonly verdict: DescribedVerdict | DescribedBounce }) {
  const { category, meaning, remedy, recordToChange, replyCode, enhanced, rules, said, temporary } = verdict;
  const codes = [replyCode, enhanced].filter((code) => code !== null).join(' ');
  return (
    <div className={layout.stack}>
      <p>
        <VerdictMark verdict={category === 'unknown' ? 'unknown' : 'failing'} word={codes === '' ? 'No code' : codes} />{' '}
        {meaning}
        {temporary && ' The server may try again.'}
      </p>
      <p>
        {recordToChange.length > 0 && <b>To change: {recordToChange.map(recordWords).join('; ')}. </b>}
        {remedy}
      </p>
      {rules.map(({ receiver, meaning: means, remedy: asks, source }) => (
        <p key={`${receiver}-${means}`}>
          {receiver}: {means} {asks}{' '}
          <span className={layout.small}>
            ({source.title}, seen {source.seen})
          </span>
        </p>
      ))}
      {said !== '' && (
        <div className={layout.code}>
          <OutsideText text={said.slice(0, 1000)} />
        </div>
      )}
    </div>
  );
}

/** Whether a record of the sender's domain is to be changed. */
const asksFor = (mail: Read['mail']): boolean =>
  mail.kind === 'message' ? mail.record.length > 0 : [mail, ...mail.others].some((each) => each.setupIsTheCause);

/** A message or a bounce: its verdict, and the record or the step that it asks for. */
export function MailCard({ workspaceId, mail }: { readonly workspaceId: number; readonly mail: Mail }) {
  const [read, setRead] = useState<Read | null>(null);
  const [fault, setFault] = useState<ShownError | null>(null);
  useEffect(() => {
    let isCurrent = true;
    base64Of(mail.file)
      .then((content) => core().evidence.mail({ workspaceId, content }))
      .then(
        (found) => {
          // What it was judged to be is kept.
          hurryEvidence();
          if (isCurrent) setRead(found);
        },
        (error: unknown) => isCurrent && setFault(shownError(error)),
      );
    return () => {
      isCurrent = false;
    };
  }, [workspaceId, mail]);
  const id = `mail-${mail.id}`;
  const word = read === null ? 'Mail' : read.mail.kind === 'bounce' ? 'Bounce' : 'Message';
  return (
    <section className={layout.card} aria-labelledby={id} aria-busy={read === null && fault === null}>
      <div className={layout.cardHead}>
        <h2 id={id}>
          {word}: <OutsideText text={mail.name} />
        </h2>
        <Button look="quiet" onPress={() => setMailOpen(workspaceId, mail, false)}>
          Close
        </Button>
      </div>
      {fault !== null && (
        <p role="alert">
          {fault.message}. {fault.remedy}
        </p>
      )}
      {read === null && fault === null && <Skeleton lines={3} />}
      {read !== null && (
        <>
          {read.domain !== null && <p>From {read.domain}</p>}
          {read.mail.kind === 'message' ? (
            <Message mail={read.mail} />
          ) : (
            [read.mail, ...read.mail.others].map((verdict, index) => (
              // Recipients are told apart by their place.
              <Verdict key={index} verdict={verdict} />
            ))
          )}
          <MendingPart domain={read.domain} mending={read.mending} asks={asksFor(read.mail)} />
        </>
      )}
    </section>
  );
}
