import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeCheck } from '../../main/store/check-text.ts';
import { openStore } from '../../main/store/store.ts';
import type { Observation } from '../../shared/observed/observation.ts';
import { manyDomains } from '../support/many-domains.ts';

/** 10,000 results of checks written and read back, against the same rows by better-sqlite3 alone. */

const DOMAINS = 10_000;
const BATCH = 500;
const ROUNDS = 5;

function observed(name: string): Observation[] {
  const server = { kind: 'resolver' as const, address: '192.0.2.53:53' };
  const base = { server, seenAt: 1_700_000_000_000, durationMs: 3, outcome: 'answer' as const, aliases: [] };
  const flags = { rcode: 'NOERROR', authoritative: false, authenticated: false, transport: 'udp' as const };
  const txt = (owner: string, text: string): Observation => ({
    ...base,
    ...flags,
    question: { name: owner, type: 'TXT' },
    records: [{ name: owner, ttl: 300, type: 'TXT', strings: [text] }],
  });
  return [
    txt(name, 'v=spf1 include:_spf.example.net ~all'),
    txt(`k1._domainkey.${name}`, `v=DKIM1; k=rsa; p=${'M'.repeat(216)}`),
    txt(`k2._domainkey.${name}`, `v=DKIM1; k=rsa; p=${'N'.repeat(216)}`),
    txt(`_dmarc.${name}`, 'v=DMARC1; p=none'),
    {
      ...base,
      ...flags,
      question: { name, type: 'MX' },
      records: [{ name, ttl: 300, type: 'MX', preference: 10, exchange: `mx.${name}` }],
    },
  ];
}

const verdict = { verdict: 'verified', spf: 'verified', dkim: 'verified', dmarc: 'verified', seenAt: 1 } as const;

function timed(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

function throughStore(folder: string, workspaceId: number): number {
  const store = openStore(folder);
  const domains = store.domains.list(workspaceId).map(({ id, name }) => ({ id, observations: observed(name) }));
  const ms = timed(() => {
    for (let from = 0; from < domains.length; from += BATCH)
      store.history.saveResults(
        domains.slice(from, from + BATCH).map(({ id, observations }) => ({
          domainId: id,
          at: 1,
          check: writeCheck(observations),
          verdicts: verdict,
          recordVerdicts: { spf: 'verified', 'dkim:k1': 'verified', 'dkim:k2': 'verified', dmarc: 'verified' },
          timeline: [],
        })),
      );
    for (const { id } of domains)
      if (store.history.observations(id, 1).length !== 5) throw new Error('A result did not come back');
  });
  store.close();
  return ms;
}

/** The same rows in tables of the same form, with nothing between. */
function alone(folder: string): number {
  const database = new Database(path.join(folder, 'alone.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(`CREATE TABLE domains (id INTEGER PRIMARY KEY, verdict TEXT, records TEXT, checked_at INTEGER) STRICT;
    CREATE TABLE checks (id INTEGER PRIMARY KEY, domain_id INTEGER NOT NULL, at INTEGER NOT NULL, observations TEXT NOT NULL) STRICT;
    CREATE INDEX checks_by_domain ON checks (domain_id);`);
  const add = database.prepare('INSERT INTO domains (id) VALUES (?)');
  const insert = database.prepare('INSERT INTO checks (domain_id, at, observations) VALUES (?, ?, ?)');
  const update = database.prepare('UPDATE domains SET verdict = ?, records = ?, checked_at = ? WHERE id = ?');
  const read = database.prepare('SELECT at, observations FROM checks WHERE domain_id = ? ORDER BY id DESC LIMIT 1');
  const rows = Array.from({ length: DOMAINS }, (_nothing, index) => observed(`d${index}.example`));
  database.transaction(() => rows.forEach((_row, index) => add.run(index)))();
  const records = JSON.stringify({ spf: 'verified', 'dkim:k1': 'verified', 'dkim:k2': 'verified', dmarc: 'verified' });
  const save = database.transaction((from: number) => {
    for (let id = from; id < from + BATCH; id += 1) {
      insert.run(id, 1, JSON.stringify(rows[id]));
      update.run('verified', records, 1, id);
    }
  });
  const ms = timed(() => {
    for (let from = 0; from < DOMAINS; from += BATCH) save(from);
    for (let id = 0; id < DOMAINS; id += 1) JSON.parse((read.get(id) as { observations: string }).observations);
  });
  database.close();
  return ms;
}

async function run() {
  const ratios: number[] = [];
  let last = { ours: 0, theirs: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { folder, workspaceId } = await manyDomains(DOMAINS, '127.0.0.1:53');
    const bare = await mkdtemp(path.join(tmpdir(), 'sendwright-alone-'));
    const theirs = alone(bare);
    const ours = throughStore(folder, workspaceId);
    last = { ours, theirs };
    ratios.push(ours / theirs);
    await rm(folder, { recursive: true, force: true });
    await rm(bare, { recursive: true, force: true });
  }
  const ratio = ratios.sort((left, right) => left - right)[Math.floor(ROUNDS / 2)] as number;
  return [
    {
      label: `${DOMAINS} results written and read back, to better-sqlite3 alone (${Math.round(last.ours)} ms to ${Math.round(last.theirs)} ms in the last of ${ROUNDS} rounds)`,
      value: `${ratio.toFixed(2)} ×`,
      target: '≤ 1.5 ×',
      met: ratio <= 1.5,
    },
  ];
}

export const bench = { name: 'store', run };
