import { expect, it } from 'vitest';
import { applyFix } from '../../../shared/findings/apply-fix.ts';
import type { RecordCard } from '../../../shared/manual/manual.ts';
import { buildManual } from '../../../shared/manual/manual.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import type { EditedText } from '../../../shared/required/record.ts';
import { txt } from '../../support/hand-over.ts';
import { needs } from '../../support/needs.ts';
import { observedIn, providerSide } from '../../support/observed.ts';

/** What the manual says of the domain's DMARC record where this text is published. */
function dmarcOf(published: string, dmarcEdited: EditedText | null = null) {
  const wanted = needs('elastic-email', { dmarcEdited });
  const required = requiredRecords(wanted);
  const world = [...providerSide(required), txt('_dmarc.news.example.com', 300, published)];
  const manual = buildManual({
    needs: wanted,
    unicodeName: 'news.example.com',
    zone: 'example.com',
    observations: observedIn(world, 'news.example.com', required, 'example.com'),
  });
  const card = manual.steps.flatMap(({ cards }) => cards).find(({ purpose }) => purpose === 'dmarc') as RecordCard;
  return { card, questions: manual.questions.map(({ code }) => code) };
}

const readingsOf = ({ findings }: RecordCard) => findings.flatMap(({ readings = [] }) => readings);

it.each([
  [
    'v=DMARC1; p=none; dmarc@example.com',
    'Write rua=mailto:dmarc@example.com',
    'v=DMARC1; p=none; rua=mailto:dmarc@example.com',
  ],
  ['v=DMARC1; p=none; dmarc@example.com', 'Remove it', 'v=DMARC1; p=none'],
  [
    'v=DMARC1; p=quarantine; rua=mailto:a@example.com; sp=none; sp=reject',
    'Keep sp=none',
    'v=DMARC1; p=quarantine; sp=none; rua=mailto:a@example.com',
  ],
])('prepares %s as it is chosen to be meant: %s', (published, label, prepared) => {
  const open = dmarcOf(published);
  expect(open.card.meaning).toEqual({ from: published, to: published, isChosen: false });
  expect(open.questions.length).toBe(1);
  const reading = readingsOf(open.card).find((each) => each.label === label);
  const to = reading === undefined ? '' : applyFix(published, reading);

  const chosen = dmarcOf(published, { from: published, to });
  expect(readingsOf(chosen.card)).toEqual([]);
  expect(chosen.questions).toEqual([]);
  expect(chosen.card.meaning).toEqual({ from: published, to, isChosen: true });
  expect(chosen.card).toMatchObject({ action: 'replace', before: [published], value: prepared });

  // Once it is published the choice has done its work, and stands in nothing's way.
  const after = dmarcOf(prepared, { from: published, to });
  expect(after.card).toMatchObject({ action: 'keep', verdict: 'verified', meaning: { isChosen: false } });
});

it('asks nothing of what a DKIM record was meant as where the key that is required takes its place', () => {
  const required = requiredRecords(needs('elastic-email'));
  const key = required.find(({ purpose, type }) => purpose === 'dkim' && type === 'TXT');
  const world = [...providerSide(required), txt(key?.name ?? '', 300, 'v=DKIM1; k=rsa; p=AAAA; p=BBBB')];
  const { steps, questions } = buildManual({
    needs: needs('elastic-email'),
    unicodeName: 'news.example.com',
    zone: 'example.com',
    observations: observedIn(world, 'news.example.com', required, 'example.com'),
  });
  const card = steps.flatMap(({ cards }) => cards).find(({ purpose }) => purpose === 'dkim');
  expect(card?.action).toBe('replace');
  expect(card?.findings.map(({ code }) => code)).toContain('dkim.repeated-tag');
  expect(questions).toEqual([]);
});
