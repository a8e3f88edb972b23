import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { dmarc } from 'mailauth/lib/dmarc/index.js';
import type { ResourceRecord } from '../../shared/dns/records.ts';
import { readZone } from '../../shared/dns/zone/reader.ts';
import { writeZone } from '../../shared/dns/zone/printer.ts';
import { meanings, ZONE } from './hand-over.ts';
import type { Dns } from './plain-receiver.ts';
import { dnsOf, isKeyUsable, policyOf, spfResult, textsAt } from './plain-receiver.ts';
import { SAMPLES } from './worlds-of-domains.ts';

/** Programs of others say of the same worlds what the plain receiver says: pyspf, dkimpy, mailauth and BIND. */

/** A world of DNS, the domain in it, and the selectors whose keys are read. */
export interface Seen {
  readonly label: string;
  readonly domain: string;
  readonly records: readonly ResourceRecord[];
  readonly selectors: readonly string[];
}

type Answers = readonly [checks: readonly (readonly [result: string, reason: string])[], bits: readonly number[]];

function pythonWorld({ domain, records, selectors }: Seen, dns: Dns): object {
  const sets: Record<string, unknown[]> = {};
  const names = new Set<string>();
  for (const record of records) {
    const name = record.name.toLowerCase();
    for (let above = name; above !== ''; above = above.split('.').slice(1).join('.')) names.add(above);
    const data = (() => {
      if (record.type === 'TXT') return record.strings;
      if (record.type === 'MX') return [record.preference, record.exchange];
      if (record.type === 'A' || record.type === 'AAAA') return record.address;
      return 'target' in record ? record.target : '';
    })();
    (sets[`${name} ${record.type}`] ??= []).push(data);
  }
  return {
    records: sets,
    names: [...names],
    checks: SAMPLES.map((ip) => [ip, domain]),
    keys: keyTexts(domain, selectors, dns),
  };
}

/** The text of each selector's key; empty where not exactly one stands there. */
function keyTexts(domain: string, selectors: readonly string[], dns: Dns): readonly string[] {
  return selectors.map((selector) => {
    const texts = textsAt(dns, `${selector}._domainkey.${domain}`);
    return texts.length === 1 ? (texts[0] as string) : '';
  });
}

/**
 * Where pyspf is known to count otherwise (docs/spf-differences.md): a redirect when the record is read, an alias to
 * nothing as two voids.
 */
function isCountedOtherwise(mine: string, [result, reason]: readonly [string, string]): boolean {
  return mine !== 'permerror' && result === 'permerror' && /Too many DNS lookups|Void lookup limit/.test(reason);
}

function spfFaults(seen: Seen, dns: Dns, [checks, bits]: Answers): readonly string[] {
  const faults: string[] = [];
  for (const [index, ip] of SAMPLES.entries()) {
    const mine = spfResult(ip, seen.domain, dns);
    const theirs = checks[index] as readonly [string, string];
    if (mine !== theirs[0] && !isCountedOtherwise(mine, theirs))
      faults.push(`${seen.label}: ${ip} is ${mine} here, ${theirs.join(' ')} for pyspf`);
  }
  const texts = keyTexts(seen.domain, seen.selectors, dns);
  for (const [index, selector] of seen.selectors.entries()) {
    const isUsable = isKeyUsable(selector, seen.domain, dns);
    // It takes an Ed25519 key for one of 256 bits, and a text without a key for one of none.
    const isRead = (bits[index] ?? 0) >= 1024 || (/k=ed25519/.test(texts[index] as string) && bits[index] === 256);
    if (isUsable !== isRead) faults.push(`${seen.label}: key ${selector} is ${isUsable} here, ${isRead} for dkimpy`);
  }
  return faults;
}

/** Finds the policy for mail that nothing is aligned with. */
async function policyFaults({ label, domain }: Seen, dns: Dns): Promise<readonly string[]> {
  const resolver = (name: string, type: string) => {
    const { exists, records } = dns(name, type as 'TXT');
    if (records.length > 0) {
      const told = records.map((record) => (record.type === 'TXT' ? [...record.strings] : JSON.stringify(record)));
      return Promise.resolve(told);
    }
    return Promise.reject(Object.assign(new Error(name), { code: exists ? 'ENODATA' : 'ENOTFOUND' }));
  };
  const response = await dmarc({
    headerFrom: [`someone@${domain}`],
    spfDomains: [],
    dkimDomains: [],
    resolver: resolver as never,
  });
  const mine = policyOf(dns, domain, dns(domain, 'TXT').exists);
  const theirs = response === false || response.status.result === 'none' ? null : (response.policy ?? null);
  // It tells what is to be applied: a test is one step milder (RFC 9989 §4.7).
  const told = mine.policy === null ? null : mine.isTest ? MILDER[mine.policy] : mine.policy;
  return told === theirs ? [] : [`${label}: the policy is ${told} here, ${theirs} for mailauth`];
}

const MILDER = { none: 'none', quarantine: 'none', reject: 'quarantine' } as const;

const MASTER = `@ 300 SOA ns1 hostmaster 1 3600 600 86400 300\n@ 300 NS ns1\nns1 300 A 192.0.2.53\n`;

/** Has BIND load the domain's zone, and reads back what it loaded. */
function zoneFaults({ label, records }: Seen, folder: string): readonly string[] {
  const inZone = records.filter(({ name }) => name === ZONE || name.endsWith(`.${ZONE}`));
  const file = path.join(folder, 'zone');
  writeFileSync(file, `$ORIGIN ${ZONE}.\n${MASTER}${writeZone(inZone, { origin: ZONE })}`);
  const args = ['-q', '-i', 'none', '-k', 'ignore', '-D', '-o', '-', ZONE, file];
  const { status, stdout, stderr } = spawnSync('named-checkzone', args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` },
  });
  if (status !== 0) return [`${label}: BIND does not load the zone: ${stderr}${stdout.slice(0, 200)}`];
  const loaded = readZone(stdout, { origin: ZONE }).records.filter(
    ({ type, name }) => type !== 'SOA' && (type !== 'NS' || name !== ZONE) && name !== `ns1.${ZONE}`,
  );
  const [mine, theirs] = [meanings(inZone, false), meanings(loaded, false)];
  return mine.join('\n') === theirs.join('\n') ? [] : [`${label}: BIND loads other records than were written`];
}

/** The programs, ready to be asked again and again. */
export function openReceivers() {
  const python = spawn('/usr/bin/python3', [path.resolve(import.meta.dirname, '../soak/receivers.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'receivers-'));
  return {
    /** @returns where one of them says otherwise. */
    async faults(worlds: readonly Seen[], zones: readonly Seen[]): Promise<readonly string[]> {
      const all = worlds.map((seen) => ({ seen, dns: dnsOf(seen.records) }));
      python.stdin.write(`${JSON.stringify(all.map(({ seen, dns }) => pythonWorld(seen, dns)))}\n`);
      const faults: string[] = zones.flatMap((seen) => zoneFaults(seen, folder));
      for (const { seen, dns } of all) faults.push(...(await policyFaults(seen, dns)));
      const line = await lines.next();
      if (line.done === true) throw new Error('pyspf and dkimpy have ended');
      const answers = JSON.parse(line.value) as readonly Answers[];
      for (const [index, { seen, dns }] of all.entries())
        faults.push(...spfFaults(seen, dns, answers[index] as Answers));
      return faults;
    },
    async close(): Promise<void> {
      rmSync(folder, { recursive: true, force: true });
      const ended = once(python, 'exit');
      python.stdin.end();
      await ended;
    },
  };
}
