import { expect, it } from 'vitest';
import { applyFix } from '../../../shared/findings/apply-fix.ts';
import type { RecordCard } from '../../../shared/manual/manual.ts';
import { buildManual } from '../../../shared/manual/manual.ts';
import { questionsFor } from '../../../shared/plan/build-plan.ts';
import { pastedObservations } from '../../../shared/plan/in-the-way.ts';
import { sortServiceRecords } from '../../../shared/providers/service-records.ts';
import type { TextFix } from '../../../shared/findings/finding.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import type { EditedText } from '../../../shared/required/record.ts';
import { txt } from '../../support/hand-over.ts';
import { KEY, needs } from '../../support/needs.ts';
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

const SELECTOR = 'us._domainkey.news.example.com';

/** What the manual says of a key that the service asks for in this text. */
function keyOf(asked: string, published: string | null, dkimEdited: readonly EditedText[] = []) {
  const key = { category: 'dkim' as const, name: SELECTOR, type: 'TXT' as const, value: asked };
  const wanted = needs('unione', {
    dkimEdited,
    told: sortServiceRecords({ records: [key], unread: [] }),
    toldBy: 'unione',
  });
  const required = requiredRecords(wanted);
  const world = [...providerSide(required), ...(published === null ? [] : [txt(SELECTOR, 300, published)])];
  const manual = buildManual({
    needs: wanted,
    unicodeName: 'news.example.com',
    zone: 'example.com',
    observations: observedIn(world, 'news.example.com', required, 'example.com'),
  });
  const card = manual.steps.flatMap(({ cards }) => cards).find(({ purpose }) => purpose === 'dkim') as RecordCard;
  return { card, questions: manual.questions.map(({ code }) => code) };
}

it.each([
  [`k=rsa; s=tlsrpt; p=${KEY}`, 'Remove s=', `k=rsa; p=${KEY}`],
  [`k=rsa; s=tlsrpt; p=${KEY}`, 'Write s=email:tlsrpt', `k=rsa; s=email:tlsrpt; p=${KEY}`],
  [`k=ed25519; p=${KEY}`, 'Write k=rsa', `k=rsa; p=${KEY}`],
])(
  'prepares no key of no use that the service asks for, and the one that is chosen to be meant: %#',
  (asked, label, to) => {
    for (const published of [null, asked]) {
      const open = keyOf(asked, published);
      expect(open.card.action).toBe(published === null ? 'conflict' : 'keep');
      expect(open.card.verdict).toBe(published === null ? 'to-do' : 'failing');
      expect(open.card.findings[0]?.code).toBe('plan.key-of-no-use');
      expect(open.questions).toHaveLength(1);
      const { meaning } = open.card;
      expect(meaning).toEqual({ from: asked, to: asked, isChosen: false });
      const reading = readingsOf(open.card).find((each) => each.label === label);
      expect(reading === undefined ? '' : applyFix(asked, reading)).toBe(to);

      const chosen = keyOf(asked, published, [{ from: asked, to }]);
      expect(chosen.questions).toEqual([]);
      expect(chosen.card).toMatchObject({ action: published === null ? 'add' : 'replace', value: to });
      expect(chosen.card.meaning).toEqual({ from: asked, to, isChosen: true });
    }
    expect(keyOf(asked, to, [{ from: asked, to }]).card).toMatchObject({ action: 'keep', verdict: 'verified' });
  },
);

it('lists no meaning of a key that would be of no use itself, and none where nothing certain can be meant', () => {
  const repeated = keyOf(`k=rsa; p=${KEY}; p=AAAA`, null);
  expect(readingsOf(repeated.card)).toHaveLength(1);
  expect(applyFix(`k=rsa; p=${KEY}; p=AAAA`, readingsOf(repeated.card)[0] as TextFix)).toBe(`k=rsa; p=${KEY}`);
  const cut = keyOf(`k=rsa; p=${KEY.slice(0, 200)}`, null);
  expect(cut.card.action).toBe('conflict');
  expect(readingsOf(cut.card)).toEqual([]);
});

it('says in one sentence that something stands in the way in a pasted zone, too', () => {
  const wanted = needs('unione');
  const required = requiredRecords(wanted);
  const zone = [{ name: SELECTOR, ttl: 300, type: 'CNAME' as const, target: 'elsewhere.example.net' }];
  const observations = pastedObservations(zone, 'example.com', required, questionsFor(required), 1);
  const { sentence } = buildManual({ needs: wanted, unicodeName: wanted.domain, zone: 'example.com', observations });
  expect(sentence).toBe(
    'news.example.com: something stands in the way of DKIM. That is by the pasted zone: DNS itself has not been asked.',
  );
});
