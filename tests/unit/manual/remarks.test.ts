import { fact } from '../../../shared/facts/catalogue.ts';
import { describe, expect, it } from 'vitest';
import { buildManual } from '../../../shared/manual/manual.ts';
import { remarksOf } from '../../../shared/manual/remarks.ts';
import type { ChosenWeakening } from '../../../shared/plan/types.ts';
import type { DmarcPolicy } from '../../../shared/dmarc/record.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { instantText } from '../../../shared/text/instant.ts';
import { txt } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';
import { observedIn, providerSide } from '../../support/observed.ts';

/** A manual over what is published, with a policy that is wanted. */
function manualOf(published: string, policy: DmarcPolicy, chosen: readonly ChosenWeakening[] = []) {
  const base = needs('sendgrid', { domain: 'example.com' });
  const wanted = { ...base, dmarc: { ...base.dmarc, policy } };
  const required = requiredRecords(wanted);
  const world = [txt('_dmarc.example.com', 300, published), ...providerSide(required)];
  const observations = observedIn(world, 'example.com', required, 'example.com');
  return buildManual({ needs: wanted, unicodeName: 'example.com', zone: 'example.com', observations, chosen });
}

describe('what goes with a hand-over', () => {
  it('says of reject what receivers ought to do, and what they do', () => {
    const both = /not to refuse for the policy alone.*quarantine; in practice such mail is often refused/;
    const rua = 'rua=mailto:d@example.com';
    expect(remarksOf(manualOf(`v=DMARC1; p=quarantine; ${rua}`, 'reject')).join('\n')).toMatch(both);
    expect(remarksOf(manualOf(`v=DMARC1; p=none; ${rua}`, 'quarantine')).join('\n')).not.toContain('reject');
  });

  it('tells a choice with its date, its time and its zone', () => {
    const at = Date.UTC(2026, 10, 29, 18, 31, 2, 263);
    const what = 'Failing mail would be treated more mildly';
    const manual = manualOf('v=DMARC1; p=reject; rua=mailto:d@example.com', 'none', [
      { kind: 'policy', by: 'ada', at, what: [fact('earlier', { outside: what })] },
    ]);
    expect(remarksOf(manual)).toContain(`Accepted by ada, 2026-11-29 18:31 UTC: ${what}.`);
    expect(manual.chosen.map(({ kind, finding }) => [kind, finding.title, finding.explanation])).toEqual([
      ['policy', `Accepted: ${what}`, expect.stringContaining('by ada on 2026-11-29 18:31 UTC')],
    ]);
  });

  it('tells an instant to the minute', () => {
    expect(instantText(0)).toBe('1970-01-01 00:00 UTC');
    expect(instantText(Date.UTC(2026, 0, 2, 3, 4, 59, 999))).toBe('2026-01-02 03:04 UTC');
  });
});
