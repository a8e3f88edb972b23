import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildBefore, ratioText } from '../support/build-before.ts';
import { generator } from '../support/hostile.ts';

/**
 * A domain in a pasted zone of 8 MB: its manual, a hand-over and the tree of its SPF record, against the same in the build
 * before (`SENDWRIGHT_BEFORE`), in turns; and the longest that the core's loop is held. All by
 * the time of the processor.
 */

const SIZE = 8_000_000;
const ZONE = 'example.com';
const PAIRS = 7;
const SEED = 20_261_129;
const PROGRAM = path.resolve(import.meta.dirname, '..', 'support', 'programs', 'zone-views.ts');

const HEAD = [
  `$ORIGIN ${ZONE}.`,
  '$TTL 3600',
  '@ IN SOA ns1 hostmaster 2026112401 7200 3600 1209600 3600',
  '@ IN NS ns1',
  'ns1 IN A 192.0.2.53',
  ...Array.from({ length: 8 }, (_none, index) => `_spf${index} IN TXT "v=spf1 ip4:198.51.100.${index} ~all"`),
  '_spf IN TXT "v=spf1 ip4:203.0.113.0/24 ~all"',
  `news IN TXT "v=spf1 include:_spf0.${ZONE} include:_spf1.${ZONE} a mx ip4:192.0.2.0/24 ~all"`,
];

function octet(random: (below: number) => number): string {
  return String(random(256));
}

function address(random: (below: number) => number): string {
  return `${1 + random(223)}.${octet(random)}.${octet(random)}.${octet(random)}`;
}

/** Hosts with an address and a short text each. */
function plainLine(index: number, random: (below: number) => number): string {
  return `host-${index} 300 IN A ${address(random)}\nhost-${index} 300 IN TXT "token=${random(1 << 30).toString(36)}"`;
}

/** Names with an SPF record of several strings in both types, and a long text of characters that are escaped. */
function longLine(index: number, random: (below: number) => number): string {
  const terms = Array.from({ length: 38 }, () => `ip4:${address(random)}/${8 + random(25)}`).join(' ');
  const spf = `v=spf1 ${terms} ~all`;
  const strings = [0, 250, 500, 750].map((start) => `"${spf.slice(start, start + 250)}"`).join(' ');
  const escaped = Array.from({ length: 60 }, () => (random(4) === 0 ? '\\;' : random(36).toString(36))).join('');
  return `mail-${index} IN TXT ${strings}\nmail-${index} IN SPF ${strings}\nmail-${index} IN TXT "n=${escaped}"`;
}

function zoneText(line: (index: number, random: (below: number) => number) => string): string {
  const random = generator(SEED);
  const lines = [...HEAD];
  let size = lines.join('\n').length;
  for (let index = 0; size < SIZE; index += 1) {
    const next = line(index, random);
    lines.push(next);
    size += next.length + 1;
  }
  return `${lines.join('\n')}\n`;
}

interface Taken {
  readonly ms: number;
  readonly heldMs: number;
}

class Viewer {
  private readonly child: ChildProcess;

  constructor(root: string, file: string) {
    this.child = fork(PROGRAM, [root, file, ZONE], { cwd: root, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  }

  async ready(): Promise<void> {
    await this.answer();
  }

  async tell(what: 'paste' | 'reopen' | 'view'): Promise<Taken> {
    this.child.send(what);
    return (await this.answer()) as Taken;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.send('end');
    await ended;
  }

  private async answer(): Promise<unknown> {
    const stop = new AbortController();
    try {
      return await Promise.race([
        once(this.child, 'message', { signal: stop.signal }).then(([message]: unknown[]) => message),
        once(this.child, 'exit', { signal: stop.signal }).then(() => {
          throw new Error('The program that views the zone has ended');
        }),
      ]);
    } finally {
      stop.abort();
    }
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] as number;
}

async function measure(label: string, file: string, before: string | null) {
  const ours = new Viewer(path.resolve(import.meta.dirname, '..', '..'), file);
  const theirs = before === null ? null : new Viewer(before, file);
  try {
    await ours.ready();
    const pasted = await ours.tell('paste');
    await ours.tell('reopen');
    const first = await ours.tell('view');
    const views: Taken[] = [await ours.tell('view')];
    const ratios: number[] = [];
    await theirs?.ready();
    await theirs?.tell('paste');
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const slow = (await theirs?.tell('view'))?.ms ?? Number.NaN;
      const view = await ours.tell('view');
      views.push(view);
      ratios.push(slow / view.ms);
    }
    const { median: ratio, text } = ratioText(ratios);
    const held = Math.max(pasted.heldMs, first.heldMs, ...views.map(({ heldMs }) => heldMs));
    const again = median(views.map(({ ms }) => ms));
    return [
      {
        label: `${label}: manual, hand-over and tree from the second view on, speed against the build before, by the processor's time`,
        value: before === null ? `not measured without SENDWRIGHT_BEFORE (${again.toFixed(1)} ms)` : text,
        target: '≥ 50 ×',
        met: before === null || ratio >= 50,
      },
      {
        label: `${label}: the first view, one parse and index of it`,
        value: `${first.ms.toFixed(0)} ms, ${again.toFixed(1)} ms again`,
        target: 'for information',
        met: true,
      },
      {
        label: `${label}: the longest that the core's loop is held, while it is pasted (${pasted.heldMs.toFixed(0)} ms) and viewed`,
        value: `${held.toFixed(0)} ms`,
        target: '≤ 50 ms',
        met: held <= 50,
      },
    ];
  } finally {
    await ours.end();
    await theirs?.end();
  }
}

async function run() {
  const before = buildBefore();
  const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-zones-'));
  try {
    const rows = [];
    for (const [label, line] of [
      ['8 MB of plain A and TXT', plainLine],
      ['8 MB of long TXT and SPF', longLine],
    ] as const) {
      const file = path.join(folder, 'zone');
      await writeFile(file, zoneText(line), 'latin1');
      rows.push(...(await measure(label, file, before)));
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const bench = { name: 'zone-paste', run };
