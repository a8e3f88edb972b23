import { CircleCheck, CircleDashed, OctagonX, TriangleAlert } from 'lucide-react';
import { describeFindings } from '../../shared/findings/catalogue.ts';
import type { ProbeStage, ProbeTrace } from '../../shared/service/trace.ts';
import layout from './layout.module.css';
import { FindingNote, VerdictMark } from './status.tsx';
import { duration, shortTime } from './time.ts';

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
const WORDS = { passed: 'passed', failed: 'failed', warning: 'passed with a warning', skipped: 'skipped' } as const;

const OUTCOMES = {
  passed: { verdict: 'verified', word: 'Passed' },
  failed: { verdict: 'failing', word: 'Failed' },
  unknown: { verdict: 'unknown', word: 'No result' },
} as const;

function Facts({ stage }: { readonly stage: ProbeStage }) {
  const { certificate, attempts } = stage;
  const shownAttempts = attempts !== undefined && attempts.length > 1;
  if (certificate === undefined && !shownAttempts) return null;
  return (
    <dl className={layout.facts}>
      {shownAttempts &&
        attempts.map((attempt) => (
          <div key={attempt.address} style={{ display: 'contents' }}>
            <dt>{attempt.address}</dt>
            <dd>
              {attempt.result}, {duration(attempt.durationMs)}
            </dd>
          </div>
        ))}
      {certificate !== undefined && (
        <>
          <dt>Certificate</dt>
          <dd>
            {certificate.names.join(', ') || certificate.subject}, issued by {certificate.issuer}
          </dd>
          <dt>Valid</dt>
          <dd>
            until {new Date(certificate.validTo).toISOString().slice(0, 10)} ({certificate.daysLeft} days left)
          </dd>
          <dt>Chain</dt>
          <dd>{certificate.chain.join(' → ')}</dd>
        </>
      )}
    </dl>
  );
}

/** The stages of a probe as a timeline: how long each took, what came, and on failure the cause and the remedy. */
export function ProbeTimeline({ trace }: { readonly trace: ProbeTrace }) {
  const total = Math.max(trace.durationMs, 1);
  return (
    <div className={layout.stack}>
      <div className={layout.row}>
        <VerdictMark verdict={OUTCOMES[trace.outcome].verdict} word={OUTCOMES[trace.outcome].word} isPill />
        <code>
          {trace.method} {trace.url}
        </code>
        <span className={layout.small}>
          {shortTime(trace.startedAt)}, {duration(trace.durationMs)}
        </span>
      </div>
      <ol className={layout.timeline}>
        {trace.stages.map((stage) => {
          const Icon = ICONS[stage.state];
          const width = Math.max((stage.durationMs / total) * 100, 1);
          return (
            <li key={stage.stage} className={layout.stage}>
              <Icon size={15} color={COLOURS[stage.state]} aria-label={WORDS[stage.state]} role="img" />
              <b>{NAMES[stage.stage]}</b>
              <code>{stage.detail}</code>
              <span className={layout.lane}>
                <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
                  <rect
                    className={stage.state === 'failed' ? layout.failedBar : undefined}
                    x={Math.min((stage.startedAt / total) * 100, 99)}
                    width={width}
                    height="6"
                    rx="1"
                  />
                </svg>
              </span>
              <time>{duration(stage.durationMs)}</time>
              <Facts stage={stage} />
            </li>
          );
        })}
      </ol>
      {describeFindings(trace.findings)
        .filter((finding) => finding.code !== 'probe.not-json')
        .map((finding) => (
          <FindingNote key={finding.code} finding={finding} />
        ))}
    </div>
  );
}
