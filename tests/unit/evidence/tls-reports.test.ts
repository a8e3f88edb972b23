import { describe, expect, it } from 'vitest';
import { readTlsReport, reportedTime } from '../../../shared/evidence/reports/tls.ts';
import type { Problem } from '../../../shared/evidence/problems.ts';

const REPORT = {
  'organization-name': 'Sender Example',
  'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
  'contact-info': 'tls@sender.example',
  'report-id': 'one',
  policies: [
    {
      policy: { 'policy-type': 'no-policy-found', 'policy-domain': 'example.com' },
      summary: { 'total-successful-session-count': 7, 'total-failure-session-count': 0 },
    },
  ],
};
const TEXT = JSON.stringify(REPORT);

describe('a TLS report that is odd', () => {
  it.each<readonly [string, string, Problem]>([
    ['a count twice', TEXT.replace('-count":7', '-count":9,"total-successful-session-count":7'), 'member-twice'],
    ['its policies twice', TEXT.replace('"policies":', '"policies":[],"policies":'), 'member-twice'],
    ['an entry that is no policy', TEXT.replace('"policies":[', '"policies":[null,'), 'policy-unreadable'],
    [
      'its end before its beginning',
      TEXT.replace('T00:00:00Z', 'T23:59:59Z').replace('-01T23:59:59Z"}', '-01T00:00:00Z"}'),
      'period-reversed',
    ],
    ['no time zone', TEXT.replace('T00:00:00Z', 'T00:00:00'), 'period-without-offset'],
  ])('has %s: it is read and told', (_what, text, problem) => {
    const { reports, problems } = readTlsReport(text);
    expect(problems).toEqual([problem]);
    expect(reports).toMatchObject([{ reportId: 'one', ok: 7, failed: 0 }]);
  });

  it('does not say how many sessions succeeded', () => {
    const { problems } = readTlsReport(TEXT.replace('"total-successful-session-count":7,', ''));
    expect(problems).toEqual(['summary-incomplete']);
  });

  it('may use one name in several objects, and in a text', () => {
    const [policy] = REPORT.policies;
    const text = JSON.stringify({ ...REPORT, 'contact-info': 'a "policies": b', policies: [policy, policy] });
    expect(readTlsReport(text)).toMatchObject({ problems: [], reports: [{ ok: 14 }] });
  });

  it('is read with what stands around it in files', () => {
    expect(readTlsReport(`\ufeff\ufeff\r\n${TEXT}\r\n\0\0\0`)).toMatchObject({ problems: [], reports: [{ ok: 7 }] });
  });

  it('has its times in UTC where they name no zone', () => {
    expect(reportedTime('2026-03-01T00:00:00')).toBe(Date.UTC(2026, 2, 1) / 1000);
    expect(reportedTime('2026-03-01T02:00:00+02:00')).toBe(Date.UTC(2026, 2, 1) / 1000);
    expect(reportedTime('yesterday')).toBeNull();
  });
});
