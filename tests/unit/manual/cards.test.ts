import { describe, expect, it } from 'vitest';
import { dmarcCard } from '../../../shared/manual/dmarc-card.ts';
import { policyRungs } from '../../../shared/manual/policy-rungs.ts';
import { spfCard } from '../../../shared/manual/spf-card.ts';
import { mergeChosen, noSpfChoice } from '../../../shared/spf/choice.ts';
import type { SpfChoice } from '../../../shared/spf/choice.ts';

function cardOf(published: string, choice: SpfChoice = noSpfChoice) {
  const terms = ['include:_spf.example.net'];
  const merge = mergeChosen([published], terms, choice);
  return { record: merge.record, card: spfCard([published], merge.record, { edits: merge.edits, terms, choice }) };
}

describe('the SPF card', () => {
  const published = 'v=spf1 include: _a.example.org ptr +all';

  it('says where each fault stands and which ones the prepared record puts right', () => {
    const { card } = cardOf(published);
    const blank = card.faults.find((fault) => fault.finding.code === 'spf.blank-after-colon');
    expect(blank?.isSolved).toBe(true);
    const pointer = card.faults.find((fault) => fault.finding.code === 'spf.ptr');
    expect(pointer?.isSolved).toBe(false);
    const { start = 0, end = 0 } = pointer?.finding.span ?? {};
    expect(card.text.slice(start, end)).toBe('ptr');
  });

  it('goes on from an applied fix until no fault with a fix is left', () => {
    let choice = noSpfChoice;
    for (let rounds = 0; rounds < 6; rounds += 1) {
      const { card } = cardOf(published, choice);
      const open = card.faults.find((fault) => !fault.isSolved && fault.after !== null);
      if (open?.after == null) break;
      choice = { ...noSpfChoice, edited: { from: published, to: open.after } };
    }
    expect(cardOf(published, choice).record).toBe('v=spf1 include:_a.example.org include:_spf.example.net ~all');
  });
});

describe('a record of several meanings', () => {
  it('offers each, and is open until one is chosen', () => {
    const published = 'v=spf1 ip4:192.0.2.010 mx -all';
    const [fault, ...others] = cardOf(published, noSpfChoice).card.faults;
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      isSolved: false,
      after: null,
      readings: [
        { label: 'Write ip4:192.0.2.10', after: 'v=spf1 ip4:192.0.2.10 mx -all' },
        { label: 'Write ip4:192.0.2.8', after: 'v=spf1 ip4:192.0.2.8 mx -all' },
      ],
    });
    const chosen = { ...noSpfChoice, edited: { from: published, to: fault?.readings[1]?.after ?? '' } };
    expect(cardOf(published, chosen).card.faults).toEqual([]);
    expect(cardOf(published, chosen).record).toContain('ip4:192.0.2.8');
  });
});

describe('the DMARC card', () => {
  it('climbs every rung once, from watching to refusing', () => {
    let text = 'v=DMARC1; p=none';
    const seen: number[] = [];
    for (let rung = 0; rung < policyRungs.length; rung += 1) {
      const card = dmarcCard('example.org', text, { reportAddress: 'mailto:dmarc@example.org' });
      seen.push(card?.rung ?? -1);
      if (card?.next == null) break;
      text = card.next.record;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(text).toContain('p=reject');
  });

  it('tells what subdomains get, and whose record would apply otherwise', () => {
    const card = dmarcCard('mail.example.org', 'v=DMARC1; p=reject; sp=none; np=reject');
    expect(card?.inheritance.join(' ')).toContain('sp=none, which asks receivers for nothing');
    expect(card?.inheritance.join(' ')).toContain('np=reject');
    expect(card?.inheritance.join(' ')).toContain('_dmarc.example.org');
    expect(dmarcCard('example.org', 'v=DMARC1; p=none')?.inheritance).toHaveLength(1);
  });

  it('is absent for a text that is no record', () => {
    expect(dmarcCard('example.org', 'hello')).toBeNull();
  });
});
