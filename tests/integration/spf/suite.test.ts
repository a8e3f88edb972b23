import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Lookup, LookupResult } from '../../../shared/dns/lookup.ts';
import type { QueryType, ResourceRecord } from '../../../shared/dns/records.ts';
import { textToOctets } from '../../../shared/dns/txt.ts';
import { checkHost } from '../../../shared/spf/check-host.ts';
import { describeWith } from '../../support/tools.ts';

/** The public test suite for RFC 7208, as the package of pyspf brings it. */
const SUITE = '/usr/share/doc/python3-spf/rfc7208-tests.yml.gz';

type Data = string | readonly string[] | readonly [number, string];
type Entry = 'TIMEOUT' | readonly [type: string, data: Data];

interface Scenario {
  readonly description: string;
  readonly zone: Readonly<Record<string, readonly Entry[]>>;
  readonly tests: readonly {
    readonly name: string;
    readonly ip: string;
    readonly sender: string;
    readonly helo: string;
    readonly results: readonly string[];
    readonly explanation: string | null;
  }[];
}

const TIMEOUT: LookupResult = { status: 'failure', reason: 'timeout', message: 'no answer in time' };

function recordOf(name: string, type: string, data: Data): ResourceRecord {
  const owner = { name, ttl: 60 };
  if (type === 'TXT' || type === 'SPF')
    return { ...owner, type, strings: (data as readonly string[]).map(textToOctets) };
  if (type === 'A' || type === 'AAAA') return { ...owner, type, address: data as string };
  if (type === 'MX') return { ...owner, type, preference: Number(data[0]), exchange: String(data[1]) };
  return { ...owner, type: type as 'PTR' | 'CNAME' | 'NS', target: data as string };
}

/** DNS as the suite describes it: what stands behind TIMEOUT, and every missing name below `error.`, times out. */
function suiteLookup(zone: Scenario['zone']): Lookup {
  const query = (asked: string, type: QueryType, aliases: readonly string[]): LookupResult => {
    const name = asked.toLowerCase().replace(/\.$/, '');
    const entries = zone[name];
    if (entries === undefined) return name.startsWith('error.') ? TIMEOUT : { status: 'nxdomain', aliases };
    const records: ResourceRecord[] = [];
    for (const entry of entries) {
      if (entry === 'TIMEOUT') {
        if (records.length === 0) return TIMEOUT;
        continue;
      }
      const [kind, data] = entry;
      if (kind === 'CNAME' && type !== 'CNAME') return query(data as string, type, [...aliases, data as string]);
      if (kind !== type) continue;
      if (data === 'TIMEOUT') return TIMEOUT;
      records.push(recordOf(name, kind, data));
    }
    return records.length === 0 ? { status: 'nodata', aliases } : { status: 'answer', records, aliases };
  };
  return { query: (name, type) => query(name, type, []) };
}

describeWith(['python3:spf', 'python3:yaml'], 'checkHost and the public test suite', () => {
  // A machine that was set up without documentation has the package, but not the suite.
  test.skipIf(!existsSync(SUITE))('give the same results and explanations in all 203 cases', async () => {
    const script = fileURLToPath(new URL('./suite.py', import.meta.url));
    const { stdout, stderr, status } = spawnSync('/usr/bin/python3', [script, SUITE], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const different: string[] = [];
    let cases = 0;
    for (const { description, zone, tests } of JSON.parse(stdout) as readonly Scenario[]) {
      const lookup = suiteLookup(zone);
      for (const { name, results, explanation, ...check } of tests) {
        cases += 1;
        const found = await checkHost({ ...check, lookup });
        const says = found.explanation ?? 'DEFAULT';
        if (results[0] === found.result && (explanation === null || explanation === says)) continue;
        different.push(`${description}, ${name}: ${found.result} “${says}”, not ${results.join('/')} “${explanation}”`);
      }
    }
    expect(different).toEqual([]);
    expect(cases).toBe(203);
  });
});
