import { counted } from '../../shared/text/counted.ts';
import { CircleCheck, CircleDashed, OctagonX, TriangleAlert } from 'lucide-react';
import { factText } from '../../shared/facts/fact-text.ts';
import { describeFindings } from '../../shared/findings/catalogue.ts';
import type { CertificateFacts, ConnectAttempt, ProbeStage, ProbeTrace } from '../../shared/service/trace.ts';
import layout from './layout.module.css';
import { FindingNote, VerdictMark } from './status.tsx';
import { OutsideText } from './outside-text.tsx';
import { duration, shortTime } from './time.ts';
import { systemCodeWords } from '../../shared/text/system-codes.ts';

const NAMES: Readonly<Record<ProbeStage['stage'], string>> = {
  resolve: 'Resolve',
  connect: 'Connect',
  proxy: 'Proxy',
  tls: 'TLS',
  request: 'Request',
  response: 'Response',
};

const ICONS = { passed: CircleCheck, failed: OctagonX, warning: TriangleAlert, skipped: CircleDashed } as const;
const COLOURS = {
  passed: 'var(--ok)',
  failed: 'var(--fail)',
  warning: 'var(--pending)',
  skipped: 'var(--muted)',
} as const;
const WORDS = { passed: 'passed', failed: 'failed', warning: 'passed with a warning', skipped: 'no result' } as const;

const OUTCOMES = {
  passed: { verdict: 'verified', word: 'Passed' },
  failed: { verdict: 'failing', word: 'Failed' },
  unknown: { verdict: 'unknown', word: 'No result' },
} as const;

const TRUST = {
  bundled: 'a public authority',
  system: 'an authority this system trusts',
  extra: 'the extra CA',
  none: 'no authority known here',
} as const;

function day(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function daysLeft(days: number): string {
  return days < 0
    ? counted(-days, { one: 'ended {count} day ago', other: 'ended {count} days ago' })
    : counted(days, { one: '{count} day left', other: '{count} days left' });
}

function Attempts({ attempts }: { readonly attempts: readonly ConnectAttempt[] }) {
  return attempts.map(({ address, startedAt, durationMs, result }) => (
    <div key={address} style={{ display: 'contents' }}>
      <dt>{address}</dt>
      <dd>
        {systemCodeWords(result)} after {duration(durationMs)}
        {startedAt > 0 && `, begun at ${duration(startedAt)}`}
      </dd>
    </div>
  ));
}

function Certificate({ certificate }: { readonly certificate: CertificateFacts }) {
  return (
    <>
      <dt>Certificate</dt>
      <dd>
        <OutsideText text={`${certificate.names.join(', ') || certificate.subject}, issued by ${certificate.issuer}`} />
      </dd>
      <dt>Valid</dt>
      <dd>
        {day(certificate.validFrom)} to {day(certificate.validTo)}, {daysLeft(certificate.daysLeft)}
      </dd>
      <dt>Chain</dt>
      <dd>
        <OutsideText text={certificate.chain.join(' → ')} />
      </dd>
      <dt>Trusted by</dt>
      <dd>{TRUST[certificate.trustedBy]}</dd>
    </>
  );
}

function Facts({ stage, trace }: { readonly stage: ProbeStage; readonly trace: ProbeTrace }) {
  const { certificate, attempts = [] } = stage;
  const redirects = stage.stage === 'response' ? (trace.redirects ?? []) : [];
  if (certificate === undefined && attempts.length < 2 && redirects.length === 0) return null;
  return (
    <dl className={layout.facts}>
      {attempts.length > 1 && <Attempts attempts={attempts} />}
      {certificate !== undefined && <Certificate certificate={certificate} />}
      {redirects.slice(1).map((address, index) => (
        <div key={`${index}-${address}`} style={{ display: 'contents' }}>
          <dt>Redirect {index + 1}</dt>
          <dd>
            <OutsideText text={address} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The stages of one probe as a timeline: how long each took and what came. */
function Timeline({ trace }: { readonly trace: ProbeTrace }) {
  const total = Math.max(trace.durationMs, 1);
  return (
    <ol className={layout.timeline}>
      {trace.stages.map((stage) => {
        // A probe that says nothing of the other side has no failure to show.
        const state = trace.outcome === 'unknown' && stage.state === 'failed' ? 'skipped' : stage.state;
        const Icon = ICONS[state];
        const width = Math.max((stage.durationMs / total) * 100, 1);
        return (
          <li key={stage.stage} className={layout.stage}>
            <Icon size={15} color={COLOURS[state]} aria-label={WORDS[state]} role="img" />
            <b>{NAMES[stage.stage]}</b>
            <code>
              <OutsideText text={factText(stage.met)} />
            </code>
            <span className={layout.lane}>
              <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
                <rect
                  className={state === 'failed' ? layout.failedBar : undefined}
                  x={Math.min((stage.startedAt / total) * 100, 99)}
                  width={width}
                  height="6"
                  rx="1"
                />
              </svg>
            </span>
            <time>{duration(stage.durationMs)}</time>
            <Facts stage={stage} trace={trace} />
          </li>
        );
      })}
    </ol>
  );
}

function Findings({ trace }: { readonly trace: ProbeTrace }) {
  return describeFindings(trace.findings)
    .filter((finding) => finding.code !== 'probe.not-json')
    .map((finding) => <FindingNote key={`${finding.code} ${finding.title}`} finding={finding} />);
}

function portOf(address: string): string {
  const { port, protocol } = new URL(address);
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port;
}

function Head({ trace }: { readonly trace: ProbeTrace }) {
  return (
    <div className={layout.row} role="status">
      <VerdictMark verdict={OUTCOMES[trace.outcome].verdict} word={OUTCOMES[trace.outcome].word} isPill />
      <span className={layout.small}>
        {shortTime(trace.startedAt)}, {duration(trace.durationMs)}
        {trace.proxy !== undefined && `, through the proxy ${trace.proxy.address} (${trace.proxy.from})`}
      </span>
    </div>
  );
}

/** What a probe found: its outcome, the causes with their remedies, and the stages; beside each other for two ports. */
export default function ProbeReport({ trace }: { readonly trace: ProbeTrace }) {
  const { beside } = trace;
  const headings = beside === undefined ? [] : [trace, beside].map(({ url }) => `Port ${portOf(url)}`);
  return (
    <div className={layout.stack}>
      <Head trace={trace} />
      <Findings trace={trace} />
      {headings[0] !== undefined && <h3>{headings[0]}, as in the address</h3>}
      <Timeline trace={trace} />
      {beside !== undefined && (
        <>
          <h3>{headings[1]}, where the service posts</h3>
          <Timeline trace={beside} />
        </>
      )}
    </div>
  );
}
