import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../../main/store/database.ts';
import { migrations } from '../../../main/store/migrations.ts';
import { openStore } from '../../../main/store/store.ts';
import { factTexts } from '../../../shared/facts/catalogue.ts';
import { factsText, factText } from '../../../shared/facts/fact-text.ts';
import { told } from '../../support/told.ts';

/** A data file that a version with sentences wrote, row by row as it wrote them. */

const AT = Date.UTC(2026, 0, 1);
/** The steps up to the last format that stored sentences. */
const before = migrations.slice(
  0,
  migrations.findIndex((step) => step.includes('activity_facts')),
);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-sentences-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const activity = [
  ['save', 'info', 'Settings saved', 'Cloud services connection URL, API key'],
  ['domains', 'info', '2 domains added', 'a.example, b.example'],
  ['workspace', 'info', 'Workspace Müller “& Co” \\ \u202Eevil\u0007 made', ''],
  ['vault', 'warning', 'Wrong passphrase for the vault', '2 in a row'],
  ['save', 'warning', 'a.example: a milder policy, accepted by anna', 'first line\nsecond line'],
  ['verify', 'info', '', ''],
] as const;

const timeline = [
  ['', null, 'to-do', 'SPF: Not published yet'],
  ['spf', 'to-do', 'pending', 'Published, but 1 of 2 name servers does not have it yet'],
  ['spf', 'pending', 'verified', 'Published and correct'],
  ['', 'to-do', 'verified', 'Every required record is published and correct'],
] as const;

const jobs = [
  ['done', '2 verified'],
  ['failed', 'The disk is full; "nothing" was changed.'],
] as const;

const accepted = 'Failing mail would be treated more mildly; “more” \\';
const bounced = 'The receiver could not tell that the mail is the domain’s own.';

const met = [
  '2 IPv4, 0 IPv6: 192.0.2.1, 192.0.2.2',
  '192.0.2.1: “no” \\ answer',
  'TLSv1.3, TLS_AES_256_GCM_SHA384',
] as const;
const stageOf = (detail: string, stage: string) => ({
  stage,
  state: 'passed',
  startedAt: 0.1,
  durationMs: 2.5,
  detail,
});
/** Of two ports beside each other, and of one that no stage was begun of. */
const traces = [
  {
    kind: 'responses',
    startedAt: AT,
    findings: [],
    stages: [stageOf(met[0], 'resolve'), stageOf(met[1], 'connect')],
    beside: { kind: 'responses', startedAt: AT, stages: [stageOf(met[2], 'tls')] },
  },
  { kind: 'connection', startedAt: AT, stages: [], findings: [] },
];

function writeTraces(old: ReturnType<typeof openDatabase>): void {
  const add = old.prepare('INSERT INTO traces (workspace_id, kind, started_at, data) VALUES (1, ?, ?, ?)');
  for (const trace of traces) add.run(trace.kind, AT, JSON.stringify(trace));
}

function writeOldFile(): void {
  const old = openDatabase(folder, before);
  old.exec("INSERT INTO workspaces (id, name, practice, created_at) VALUES (1, 'Acme', 0, 1)");
  old.exec(
    "INSERT INTO domains (id, workspace_id, name, unicode_name, added_at) VALUES (1, 1, 'a.example', 'a.example', 1)",
  );
  const addActivity = old.prepare(
    'INSERT INTO activity (workspace_id, at, kind, severity, summary, detail) VALUES (1, ?, ?, ?, ?, ?)',
  );
  for (const row of activity) addActivity.run(AT, ...row);
  const addChange = old.prepare(
    'INSERT INTO timeline (domain_id, at, record_id, before, after, summary) VALUES (1, ?, ?, ?, ?, ?)',
  );
  for (const row of timeline) addChange.run(AT, ...row);
  const addJob = old.prepare('INSERT INTO jobs (id, workspace_id, status, started_at, data) VALUES (?, 1, ?, ?, ?)');
  for (const [status, message] of jobs) {
    const job = {
      id: status,
      workspaceId: 1,
      kind: 'verify',
      status,
      startedAt: AT,
      finishedAt: AT,
      done: 2,
      total: 2,
    };
    const data = JSON.stringify({ ...job, rate: 0, timeLeft: null, counts: {}, message, sequence: 3 });
    addJob.run(status, status, AT, data);
  }
  addJob.run('damaged', 'done', AT - 1, 'no JSON');
  const configuration = { zone: null, weaker: [{ kind: 'policy', by: 'anna', at: AT, what: accepted }] };
  old.prepare('UPDATE domains SET configuration = ?').run(JSON.stringify(configuration));
  const mail = {
    kind: 'bounce',
    domain: 'a.example',
    receiver: null,
    what: bounced,
    codes: '550 5.7.1',
    records: ['spf'],
  };
  old
    .prepare(
      "INSERT INTO evidence_mails (workspace_id, content, domain, imported_at, fact) VALUES (1, 'x', NULL, 1, ?)",
    )
    .run(JSON.stringify(mail));
  const addFolder = old.prepare(
    'INSERT INTO evidence_folders (workspace_id, path, added_at, trouble) VALUES (1, ?, 1, ?)',
  );
  for (const [name, trouble] of [
    ['/a', null],
    ['/b', 'it is not there'],
    ['/c', 'this account may not read it'],
    ['/d', 'the disk can’t read it'],
  ])
    addFolder.run(name, trouble);
  writeTraces(old);
  old.close();
}

it('sentences of an earlier version are kept word for word, each entry in its place', () => {
  writeOldFile();
  const store = openStore(folder, () => AT);
  const filter = { kinds: null, severities: null, since: 0, text: '', before: Number.MAX_SAFE_INTEGER, limit: 500 };
  const entries = store.records.activity(1, filter).map(told);
  expect(entries.toReversed().map((entry) => [entry.kind, entry.severity, entry.summary, entry.detail])).toEqual(
    activity,
  );
  expect(entries.toReversed().map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
  const changes = store.history.timeline(1).map(told);
  expect(changes.toReversed().map((each) => [each.recordId, each.before, each.after, each.summary])).toEqual(timeline);
  const ended = store.records.jobs<{ id: string; message: { code: string; values: object } }>();
  expect(ended.map(({ id, message }) => [id, message.values])).toEqual(
    expect.arrayContaining(jobs.map(([id, outside]) => [id, { outside }])),
  );
  const [domain] = store.domains.findSeveral(1, [1]).values();
  expect(domain?.domain.configuration?.weaker?.map(({ what, ...choice }) => [choice, factsText(what)])).toEqual([
    [{ kind: 'policy', by: 'anna', at: AT }, accepted],
  ]);
  const [mail] = store.evidenceMails.list(1, null, 10);
  expect(mail).toMatchObject({ domain: 'a.example', codes: '550 5.7.1', records: ['spf'] });
  expect(mail === undefined ? '' : factText(mail.what)).toBe(bounced);
  expect(store.evidenceFolders.list(1).map(({ trouble }) => trouble)).toEqual([
    null,
    'missing',
    'not-permitted',
    'disk',
  ]);
  // Nothing but the job that was damaged before.
  expect(store.damage()).toEqual([{ table: 'jobs', column: 'data', row: 'damaged' }]);
  store.close();
});

it('sentences without values become facts, and are found as before', () => {
  writeOldFile();
  const store = openStore(folder, () => AT);
  const find = (text: string) =>
    store.records
      .activity(1, { kinds: null, severities: null, since: 0, text, before: Number.MAX_SAFE_INTEGER, limit: 500 })
      .map(({ fact }) => fact.code);
  expect(find('SETTINGS saved')).toEqual(['settings.saved']);
  expect(find('b.example')).toEqual(['earlier']);
  expect(find('MÜLLER')).toEqual(['earlier']);
  expect(find('in a row')).toEqual(['vault.wrong-passphrase']);
  expect(store.history.timeline(1).map(({ fact }) => fact.code)).toEqual([
    'domain.verified',
    'verdict.right',
    'earlier',
    'earlier',
  ]);
  store.close();
});

it('what the stages of a probe met is kept word for word, and the rest of a trace as it was', () => {
  writeOldFile();
  const store = openStore(folder, () => AT);
  const earlier = (outside: string) => ({ code: 'earlier', values: { outside } });
  const stage = (index: number, name: string) => {
    const { detail, ...kept } = stageOf(met[index] as string, name);
    return { ...kept, met: earlier(detail) };
  };
  expect(store.records.latestTraces(1, 'responses', 9)).toEqual([
    {
      ...traces[0],
      stages: [stage(0, 'resolve'), stage(1, 'connect')],
      beside: { ...traces[0]?.beside, stages: [stage(2, 'tls')] },
    },
  ]);
  expect(store.records.latestTraces(1, 'connection', 9)).toEqual([traces[1]]);
  expect(factText(earlier(met[1]))).toBe(met[1]);
  store.close();
});

it('a trace that was damaged before stays damaged', () => {
  const old = openDatabase(
    folder,
    migrations.slice(
      0,
      migrations.findIndex((step) => step.includes('UPDATE traces')),
    ),
  );
  old.exec("INSERT INTO workspaces (id, name, practice, created_at) VALUES (1, 'Acme', 0, 1)");
  writeTraces(old);
  old.exec("UPDATE traces SET sum = sum + 1 WHERE kind = 'responses'");
  old.close();
  const store = openStore(folder, () => AT);
  expect(store.records.latestTraces(1, 'responses', 9)).toEqual([]);
  expect(store.records.latestTraces(1, 'connection', 9)).toEqual([traces[1]]);
  expect(store.damage()).toEqual([{ table: 'traces', column: 'row', row: '1' }]);
  store.close();
});

it('names no code that is not in the catalogue', () => {
  const step = migrations[before.length] ?? '';
  const named = [...step.matchAll(/\('[^']+', '([a-z.-]+)'\)/g)].map((match) => match[1] as string);
  expect(named.length).toBeGreaterThan(40);
  for (const code of named) expect(Object.keys(factTexts)).toContain(code);
});
