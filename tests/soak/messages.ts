import { authenticate } from 'mailauth';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { zoneLookup } from '../../shared/dns/zone-lookup.ts';
import { evaluateMessage } from '../../shared/evidence/message/message.ts';
import { generator } from '../support/hostile.ts';
import type { MessageWorld } from '../support/message-worlds.ts';
import { createMessageWorlds } from '../support/message-worlds.ts';
import { nodeResolver } from '../support/node-resolver.ts';
import { haveTools } from '../support/tools.ts';

/** Signed messages, changed on their way or not, judged by dkimpy, pyspf, mailauth and us. */

const NOW = Date.UTC(2026, 10, 24, 12);

function forPython({ records, octets, ip, helo, mailFrom, signatures }: MessageWorld): string {
  const sets: Record<string, unknown[]> = {};
  for (const record of records) {
    const data = (() => {
      if (record.type === 'TXT') return record.strings;
      if (record.type === 'MX') return [record.preference, record.exchange];
      return record.type === 'A' || record.type === 'AAAA' ? record.address : '';
    })();
    (sets[`${record.name} ${record.type}`] ??= []).push(data);
  }
  return JSON.stringify({
    records: sets,
    message: octets.toString('base64'),
    signatures,
    ip,
    helo,
    sender: mailFrom,
  });
}

type Answer = readonly [spf: string, reason: string, dkim: readonly boolean[]];

/** pyspf counts an alias to nothing twice, and a redirect when the record is read (docs/spf-differences.md). */
const isCountedOtherwise = (mine: string, [result, reason]: Answer) =>
  mine !== 'permerror' && result === 'permerror' && /Too many DNS lookups|Void lookup limit/.test(reason);

interface Theirs {
  readonly spf: false | { readonly status: { readonly result: string } };
  readonly dkim: { readonly results: readonly { readonly status: { readonly result: string } }[] };
  readonly dmarc: false | { readonly status: { readonly result: string }; readonly policy?: string };
}

/** Where one of the others says otherwise. */
async function faultsOf(world: MessageWorld, python: Answer): Promise<readonly string[]> {
  const { octets, records, ip, helo, mailFrom, signatures } = world;
  const lookup = zoneLookup([...records]);
  const ours = await evaluateMessage({ octets, envelope: { ip, helo, mailFrom }, lookup, now: NOW });
  const theirs = (await authenticate(octets, {
    ip,
    helo,
    sender: mailFrom,
    trustReceived: false,
    disableArc: true,
    disableBimi: true,
    resolver: nodeResolver(lookup),
  } as never)) as unknown as Theirs;
  const faults: string[] = [];
  const differ = (what: string, mine: unknown, other: unknown) => {
    if (JSON.stringify(mine) !== JSON.stringify(other))
      faults.push(`${what}: ${JSON.stringify(mine)} here, ${JSON.stringify(other)} there`);
  };
  const spf = ours.spf.result;
  if (!isCountedOtherwise(spf, python)) differ('SPF, pyspf', spf, python[0]);
  differ('SPF, mailauth', spf, theirs.spf === false ? 'none' : theirs.spf.status.result);
  const passes = ours.dkim.map(({ result }) => result === 'pass');
  differ('signatures', passes.length, signatures);
  differ('DKIM, dkimpy', passes, python[2]);
  differ(
    'DKIM, mailauth',
    passes,
    theirs.dkim.results.filter(({ status }) => status.result !== 'none').map(({ status }) => status.result === 'pass'),
  );
  differ('DMARC, mailauth', ours.dmarc, theirs.dmarc === false ? 'none' : theirs.dmarc.status.result);
  return faults;
}

/** @param rounds messages. @param seed gives the same again, but for the keys. */
async function run(rounds: number, seed: number): Promise<string> {
  if (!haveTools('python3:dkim', 'python3:spf', 'python3:nacl'))
    return 'left out: dkimpy, pyspf or PyNaCl is not on this machine';
  const python = spawn('/usr/bin/python3', [path.resolve(import.meta.dirname, 'verdicts.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const world = createMessageWorlds();
  const seen = new Map<string, number>();
  try {
    for (let round = 0; round < rounds; round += 1) {
      const made = await world(generator(seed * 100_003 + round * 7919));
      python.stdin.write(`${forPython(made)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('dkimpy and pyspf have ended');
      const answer = JSON.parse(line.value) as Answer;
      const faults = await faultsOf(made, answer);
      if (faults.length > 0)
        throw new Error(
          `Message ${round}: ${faults.join('; ')}\nMAIL FROM <${made.mailFrom}>, ${made.ip}, ${made.helo}\n${made.records
            .flatMap((record) =>
              record.type === 'TXT' ? [`${record.name} ${record.strings.join('').slice(0, 80)}`] : [],
            )
            .join('\n')}\n${made.octets.toString()}`,
        );
      seen.set(answer[0], (seen.get(answer[0]) ?? 0) + 1);
      for (const passes of answer[2]) seen.set(`DKIM ${passes}`, (seen.get(`DKIM ${passes}`) ?? 0) + 1);
    }
  } finally {
    const ended = once(python, 'exit');
    python.stdin.end();
    await ended;
  }
  const counts = [...seen]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([what, count]) => `${what} ${count}`);
  return `${rounds} messages judged alike by dkimpy, pyspf and mailauth (${counts.join(', ')})`;
}

export const soak = { name: 'messages', run };
