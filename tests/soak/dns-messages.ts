import { decodeResponse, encodeQuery, explainMismatch, readAnswer } from '../../main/probes/dns/message.ts';
import { bestOf, FULL_RUN, generator } from '../support/hostile.ts';

/** Hostile datagrams: nothing may throw, hang, or take time that grows faster than the message. */

const question = { name: 'news.example.com', type: 'TXT' } as const;
const query = encodeQuery(4711, question, { recursion: true, edns: false });
const MAX_OCTETS = 65_535;

/** The head of a response to our query, and its question. */
function head(counts: readonly [answers: number, authorities: number, additionals: number]): Buffer {
  const message = Buffer.from(query);
  message[2] = 0x84;
  for (const [index, count] of counts.entries()) message.writeUInt16BE(count, 6 + index * 2);
  return message;
}

const TYPES = [1, 2, 5, 6, 12, 15, 16, 28, 33, 39, 41, 99, 257, 65_280];

/** Data that some type or other reads to its end. */
const PLAIN_DATA = [
  '\u0003abc',
  '\u00C0\u000C',
  '\0\u000A\u00C0\u000C',
  '\u0001\u0002\u0003\u0004',
  '\u0002hi\0',
  '\0'.repeat(16),
];

function hostileRecord(random: (below: number) => number, at: number): Buffer {
  const names = [
    Buffer.from([0]),
    Buffer.from([0xc0 | random(64), random(256)]),
    Buffer.from([0xc0, 12]),
    Buffer.from([0xc0 | (at >> 8), at & 255]),
    Buffer.from([3, 97, 46, 92, 0xc0, 12]),
    Buffer.from([63, ...Array.from({ length: 63 }, () => random(256)), 0]),
  ];
  const name = names[random(names.length)] as Buffer;
  const data =
    random(2) === 0
      ? Buffer.from(Array.from({ length: random(40) }, () => random(256)))
      : Buffer.from(PLAIN_DATA[random(PLAIN_DATA.length)] as string, 'latin1');
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPES[random(TYPES.length)] as number, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(random(2 ** 31), 4);
  // Once in a while the length lies.
  fixed.writeUInt16BE(random(30) === 0 ? random(300) : data.length, 8);
  return Buffer.concat([name, fixed, data]);
}

function hostileMessage(random: (below: number) => number): Buffer {
  if (random(10) === 0) return Buffer.from(Array.from({ length: random(600) }, () => random(256)));
  const amount = random(12);
  const counts = [random(amount + 2), random(3), random(3)] as const;
  let message = head(counts);
  for (let record = 0; record < amount; record += 1)
    message = Buffer.concat([message, hostileRecord(random, message.length)]);
  for (let flips = random(3) === 0 ? random(6) : 0; flips > 0; flips -= 1)
    message[random(message.length)] = random(256);
  return random(4) === 0 ? message.subarray(0, random(message.length + 1)) : message;
}

function repeated(piece: (at: number) => Buffer, length: number): Buffer {
  const parts = [head([0xff_ff, 0, 0])];
  let size = (parts[0] as Buffer).length;
  while (size < length) {
    const next = piece(size);
    parts.push(next);
    size += next.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** Messages of any length, made to send a careless reader back and forth. */
const shapes: readonly { readonly name: string; readonly make: (length: number) => Buffer }[] = [
  {
    name: 'records with nothing but a pointer each',
    make: (length) => repeated(() => Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]), length),
  },
  {
    name: 'pointers to pointers',
    make: (length) =>
      repeated((at) => {
        const target = Math.min(Math.max(at - 14, 12), 0x3f_ff);
        return Buffer.from([0xc0 | (target >> 8), target & 255, 0, 5, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12]);
      }, length),
  },
  {
    name: 'longest names',
    make: (length) => {
      const label = Buffer.concat([Buffer.from([63]), Buffer.alloc(63, 0xff)]);
      const name = Buffer.concat([label, label, label, Buffer.from([0])]);
      return repeated(() => Buffer.concat([name, Buffer.from([0, 2, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12])]), length);
    },
  },
  {
    name: 'one TXT of empty strings',
    make: (length) => {
      const start = head([1, 0, 0]);
      const fixed = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0]);
      fixed.writeUInt16BE(length - start.length - fixed.length, 10);
      return Buffer.concat([start, fixed, Buffer.alloc(length - start.length - fixed.length)]);
    },
  },
  {
    name: 'a chain of aliases',
    make: (length) => {
      let alias = 0;
      return repeated(() => {
        const from = Buffer.from(`\u0006${String(alias).padStart(6, '0')}\0`, 'latin1');
        alias += 1;
        const to = Buffer.from(`\u0006${String(alias).padStart(6, '0')}\0`, 'latin1');
        return Buffer.concat([
          alias === 1 ? Buffer.from([0xc0, 12]) : from,
          Buffer.from([0, 5, 0, 1, 0, 0, 0, 0, 0, 8]),
          to,
        ]);
      }, length);
    },
  },
];

function take(message: Buffer): void {
  const read = decodeResponse(message, query);
  explainMismatch(message, query);
  if (read !== null) readAnswer(read, question);
}

/** Linear work doubles; the heap's own work adds to it. Quadratic work would give 4. */
const MOST_GROWTH = 3;

/** The largest growth of time from half the longest message to the longest. */
function measureGrowth(isFullRun: boolean): string {
  let worst = { growth: 0, label: '', ms: 0 };
  for (const { name, make } of shapes) {
    const [short, long] = [make(MAX_OCTETS >> 3), make(MAX_OCTETS)];
    for (let warm = 0; warm < 20; warm += 1) take(short);
    const slow = bestOf(9, () => take(long));
    const growth = (slow / bestOf(9, () => take(short))) ** (1 / 3);
    if (growth > worst.growth) worst = { growth, label: name, ms: slow };
  }
  const figure = `time grows ${worst.growth.toFixed(2)} × at most when the message doubles (${worst.label}, ${worst.ms.toFixed(1)} ms for 64 KiB)`;
  // A short run shares its machine with other tests: it reports the figure and demands nothing of it.
  if (isFullRun && worst.growth > MOST_GROWTH) throw new Error(figure);
  return figure;
}

/**
 * @param rounds hostile datagrams.
 * @param seed gives the same datagrams again.
 */
async function run(rounds: number, seed: number): Promise<string> {
  const random = generator(seed);
  let read = 0;
  for (let round = 0; round < rounds; round += 1) {
    const message = hostileMessage(random);
    try {
      take(message);
      if (decodeResponse(message, query) !== null) read += 1;
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round}: ${message.toString('hex')}`, { cause: error });
    }
  }
  return `${rounds} hostile datagrams, ${read} of them readable; ${measureGrowth(rounds >= FULL_RUN)}`;
}

export const soak = { name: 'dns-messages', run };
