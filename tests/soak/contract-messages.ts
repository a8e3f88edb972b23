import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { z } from 'zod';
import { servePort } from '../../main/hosts/rpc.ts';
import { createAccess } from '../../main/hosts/loopback/access.ts';
import { SESSION_HEADER, startLoopbackHost } from '../../main/hosts/loopback/server.ts';
import { carrierErrors, contractErrors } from '../../shared/contract/errors.ts';
import { contract } from '../../shared/contract/index.ts';
import type { TestCore } from '../support/core.ts';
import { dropFolder, openTestCore } from '../support/core.ts';
import { generator } from '../support/hostile.ts';
import { filesWith } from '../support/planted.ts';

/**
 * Sends generated messages to every procedure, over a port and over HTTP: such as its schema takes, such as it nearly takes,
 * and such as are no call at all. Each is answered, with what the contract knows; nothing gets in without a session, and a
 * key that is set is in no answer.
 */

type Random = (below: number) => number;

/** The parts of a JSON Schema that a sample is made of. */
interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Shape>>;
}

interface Procedure {
  /** `area/name` */
  readonly path: string;
  readonly shape: Shape;
}

/** Each try with a passphrase costs half a second, by intent: they are sent seldom. */
const SLOW = /^vault\/|^transfer\/(?:export|preview|import)$|^copies\//;
const ONE_SLOW_IN = 12;
const HANGS_AFTER_MS = 60_000;
const AT_ONCE = 6;

const procedures: readonly Procedure[] = Object.entries(contract).flatMap(([area, parts]) =>
  Object.entries(parts).map(([name, procedure]) => ({
    path: `${area}/${name}`,
    shape: z.toJSONSchema(
      (procedure as { readonly '~orpc': { readonly inputSchema: z.ZodType } })['~orpc'].inputSchema,
      {
        io: 'input',
        unrepresentable: 'any',
      },
    ) as Shape,
  })),
);

/** Nothing that is asked of any of these leaves the machine. */
const TEXTS = [
  '',
  ' ',
  'example.com',
  'news.example.com',
  'a.b.example.org',
  'ExAmPlE.COM.',
  'bücher.example',
  'xn--bcher-kva.example',
  'http://127.0.0.1:9/',
  'https://127.0.0.1:9/path?query#fragment',
  'https://user:password@127.0.0.1:9',
  '127.0.0.1:9',
  '[::1]:9',
  'not a server',
  '../../etc/passwd',
  '/etc/passwd',
  'v=spf1 include:example.com -all',
  'v=DMARC1; p=reject; rua=mailto:a@example.com',
  '<script>alert(1)</script>',
  '\u001b[2J\u0007',
  '\u202egnp.exe',
  '\u0000',
  '\ud800',
  '😀'.repeat(40),
  '__proto__',
  'constructor',
  'toString',
  '{{7*7}}${7*7}',
  "'; DROP TABLE domains; --",
  '(a+)+$',
  'x'.repeat(300),
  'x'.repeat(5000),
  'custom',
  'elastic-email',
  'YWJj',
  'AAAA',
  'correct horse battery',
] as const;
const NUMBERS = [0, 1, -1, 2, 1.5, 1e9, 9_007_199_254_740_991, 1e308, -0, 65_535, 65_536] as const;

/** What a sample may name that there is. */
interface Known {
  readonly workspaceIds: readonly number[];
  readonly domainIds: readonly number[];
  readonly jobIds: readonly string[];
}

const oneOf = <Item>(items: readonly Item[], random: Random): Item => items[random(items.length)] as Item;

function sample(shape: Shape, name: string, known: Known, random: Random, defs: Shape['$defs'], depth = 0): unknown {
  const below = (next: Shape, key: string) => sample(next, key, known, random, defs, depth + 1);
  if (shape.$ref !== undefined) {
    const found = defs?.[shape.$ref.split('/').at(-1) ?? ''];
    return found === undefined || depth > 8 ? null : below(found, name);
  }
  if (shape.const !== undefined) return shape.const;
  if (shape.enum !== undefined) return oneOf(shape.enum, random);
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) return below(oneOf(choices, random), name);
  switch (shape.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(shape.properties ?? {}).flatMap(([key, next]) =>
          shape.required?.includes(key) === true || random(2) === 0 ? [[key, below(next, key)]] : [],
        ),
      );
    case 'array':
      return Array.from({ length: random(4) }, () => below(shape.items ?? {}, name.replace(/s$/, '')));
    case 'boolean':
      return random(2) === 0;
    case 'integer':
    case 'number':
      if (random(10) > 0 && /^(?:into|workspaceId)$/.test(name)) return oneOf(known.workspaceIds, random);
      if (random(10) > 0 && name.endsWith('domainId')) return oneOf(known.domainIds, random);
      return random(3) === 0
        ? oneOf(NUMBERS, random)
        : Math.min((shape.minimum ?? 0) + random(50), shape.maximum ?? Number.MAX_SAFE_INTEGER);
    case 'string':
      return name === 'jobId' && known.jobIds.length > 0 && random(3) > 0
        ? oneOf(known.jobIds, random)
        : oneOf(TEXTS, random);
    default:
      return oneOf<unknown>([null, {}, [], '', 0, { a: 1 }], random);
  }
}

const HOSTILE: readonly unknown[] = [
  null,
  [],
  {},
  true,
  '',
  -1,
  1e308,
  'x'.repeat(3000),
  { $ne: '' },
  [[[[[[[[]]]]]]]],
  JSON.parse('{"__proto__":{"polluted":1}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":1}}}'),
];

/** Puts something else in the place of one value within a sample. */
function spoil(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random(3) === 0) return oneOf(HOSTILE, random);
  if (Array.isArray(value)) {
    const at = random(value.length + 1);
    return [...value.slice(0, at), spoil(value[at], random), ...value.slice(at + 1)];
  }
  const keys = Object.keys(value);
  const key = keys[random(keys.length + 1)] ?? oneOf(TEXTS, random);
  const entries = Object.entries(value).filter(([name]) => name !== key);
  return random(4) === 0
    ? Object.fromEntries(entries)
    : Object.fromEntries([...entries, [key, spoil((value as Record<string, unknown>)[key], random)]]);
}

const METAS = ['', ',"meta":[]', ',"meta":[[0,"__proto__","polluted"]]', ',"meta":[[5,"fields"]]', ',"meta":7'];

/** The body of a call as its client writes it, or something like it. */
function bodyFor({ shape }: Procedure, known: Known, random: Random): string {
  const good = sample(shape, '', known, random, shape.$defs);
  const input = random(5) < 2 ? spoil(good, random) : good;
  const text = `{"json":${JSON.stringify(input) ?? 'null'}${random(8) === 0 ? oneOf(METAS, random) : ''}}`;
  switch (random(24)) {
    case 0:
      return text.slice(0, random(text.length));
    case 1: {
      const at = random(text.length);
      return `${text.slice(0, at)}${String.fromCodePoint(random(0x3_00))}${text.slice(at + 1)}`;
    }
    case 2:
      return `${text}${text}`;
    case 3:
      return oneOf(['', 'null', '[]', '"text"', '{', '{"json":', `{"json":${'['.repeat(20_000)}`], random);
    default:
      return text;
  }
}

/** What came back, as far as it counts here. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Way {
  readonly send: (procedure: Procedure, body: string, random: Random) => Promise<Answer>;
  /** Whether an answer is one to a call that was let in. */
  readonly close: () => Promise<void>;
}

function overPort(desk: TestCore): Way {
  const channel = new MessageChannel();
  servePort(desk.core.router, channel.port1 as never);
  channel.port1.start();
  const port: MessagePort = channel.port2;
  /** What can't be read is answered under no name: in the order in which it was sent. */
  const waiting = new Map<string, ((text: string) => void)[]>();
  port.on('message', (text: string) => {
    const { i: id } = JSON.parse(text) as { i: string };
    waiting.get(id)?.shift()?.(text);
  });
  let number = 0;
  return {
    async send({ path }, body, random) {
      number += 1;
      const id = String(number);
      const whole = `{"i":"${id}","p":{"u":"/${path}","b":${body}}}`;
      const isReadable = isJson(whole);
      const name = isReadable ? id : '';
      const answered = new Promise<string>((resolve) => waiting.set(name, [...(waiting.get(name) ?? []), resolve]));
      port.postMessage(random(4) === 0 && !isReadable ? { no: 'text' } : whole);
      const text = await answered;
      // A stream would go on for ever.
      port.postMessage(JSON.stringify({ i: id, t: 4 }));
      waiting.delete(id);
      const { p: { s: status = 200 } = {} } = JSON.parse(text) as { p?: { s?: number } };
      return { status, text };
    },
    async close() {
      channel.port1.close();
      await once(port, 'close');
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Each takes from a request something without which it is let in nowhere. */
const INTRUSIONS: readonly ((headers: Record<string, string>) => { readonly method?: string })[] = [
  (headers) => {
    delete headers[SESSION_HEADER];
    return {};
  },
  (headers) => {
    headers[SESSION_HEADER] = randomBytes(32).toString('base64url');
    return {};
  },
  (headers) => {
    headers[SESSION_HEADER] = `${headers[SESSION_HEADER]}x`;
    return {};
  },
  (headers) => {
    headers.host = 'localhost:80';
    return {};
  },
  (headers) => {
    headers.host = `${headers.host}.example.com`;
    return {};
  },
  (headers) => {
    headers.origin = 'https://evil.example';
    return {};
  },
  (headers) => {
    headers.origin = 'null';
    return {};
  },
  (headers) => {
    delete headers.origin;
    return {};
  },
  () => ({ method: 'GET' }),
  () => ({ method: 'PUT' }),
  () => ({ method: 'OPTIONS' }),
];

async function overHttp(desk: TestCore): Promise<Way> {
  const access = createAccess({ random: randomBytes, now: Date.now });
  const files = { find: () => Promise.resolve(undefined) };
  const host = await startLoopbackHost({
    core: async () => desk.core,
    access,
    files,
    contentSecurityPolicy: "default-src 'none'",
  });
  const { port, host: name } = new URL(host.origin);
  const exchanged = access.exchange(access.issueToken());
  if (!exchanged.ok) throw new Error('There is no session');
  const call = (path: string, body: string, headers: Record<string, string>, method: string) =>
    new Promise<Answer>((resolve, reject) => {
      // A connection of its own: one that is kept may be closed by the host just when it is used again.
      const to = { agent: false, port, host: '127.0.0.1', path: `/rpc/${path}`, method, headers };
      const sent = request(to, (response) => {
        let text = '';
        response.setEncoding('utf8');
        const done = () => resolve({ status: response.statusCode ?? 0, text });
        response.on('data', (part: string) => {
          text += part;
          // A stream has no end: its beginning is the answer.
          if (response.headers['content-type']?.startsWith('text/event-stream') !== true) return;
          done();
          sent.destroy();
        });
        response.on('end', done);
        response.on('error', done);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    async send({ path }, body, random) {
      const headers: Record<string, string> = {
        host: name,
        origin: host.origin,
        'content-type': 'application/json',
        [SESSION_HEADER]: exchanged.session,
      };
      if (random(5) > 0) return call(path, body, headers, 'POST');
      const { method = 'POST' } = oneOf(INTRUSIONS, random)(headers);
      // Who is refused unread may find the connection closed before all is sent.
      const answer = await call(path, body, headers, method).catch(() => ({ status: 400, text: '' }));
      if (answer.status < 400) throw new Error(`Let in with ${JSON.stringify({ method, headers })}`);
      return { ...answer, text: '' };
    },
    close: host.close,
  };
}

const CODES = new Set([...Object.keys(contractErrors), ...Object.keys(carrierErrors)]);

/** @returns the code of a refusal, or `answered`. @throws what no caller could make anything of. */
function outcomeOf({ status, text }: Answer): string {
  if (status < 400) return 'answered';
  if (text === '') return 'not let in';
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? '';
  if (!CODES.has(code) || code === 'INTERNAL' || code === 'STORE_FAILED') throw new Error(`Answered with ${text}`);
  if (!text.includes('"remedy":"')) throw new Error(`${code} without a remedy`);
  return code;
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('No answer')), HANGS_AFTER_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param rounds messages over each of both ways. */
async function run(rounds: number, seed: number, isAlone: boolean): Promise<string> {
  const mark = `marked-${randomBytes(12).toString('hex')}`;
  const passphrase = `marked passphrase ${randomBytes(12).toString('hex')}`;
  const desk = await openTestCore(undefined, { background: false, practice: null });
  const tally = new Map<string, number>();
  let sent = 0;
  try {
    const { id } = await desk.client.workspaces.create({ name: 'Acme' });
    await desk.client.vault.create({ passphrase });
    const fields = { resolver: '127.0.0.1:9', publicResolvers: '', fallbackResolvers: '' };
    const apiKey = { do: 'set' as const, value: mark };
    await desk.client.settings.save({ workspaceId: id, revision: 0, fields, apiKey });
    const { added } = await desk.client.domains.add({ workspaceId: id, text: 'one.example.com\ntwo.example.com' });
    const known: Known = { workspaceIds: [id], domainIds: added.map((domain) => domain.id), jobIds: [] };
    const ways = { port: overPort(desk), http: await overHttp(desk) };
    for (const [name, way] of Object.entries(ways)) {
      const random = generator(seed);
      let left = rounds;
      const work = async () => {
        while (left > 0) {
          left -= 1;
          const procedure = oneOf(procedures, random);
          if (SLOW.test(procedure.path) && random(ONE_SLOW_IN) > 0) {
            left += 1;
            continue;
          }
          const body = bodyFor(procedure, known, random);
          try {
            // oxlint-disable-next-line no-await-in-loop -- as many at once as there are workers
            const answer = await inTime(way.send(procedure, body, random));
            if (answer.text.includes(mark) || answer.text.includes(passphrase)) throw new Error('A secret came back');
            const outcome = outcomeOf(answer);
            tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
          } catch (error) {
            const message = `Over ${name}, seed ${seed}: ${procedure.path} ${body.slice(0, 2000)}`;
            throw new Error(message, { cause: error });
          }
          sent += 1;
          if (isAlone && sent % 1000 === 0) console.log(`  ${sent} messages`);
          // oxlint-disable-next-line no-await-in-loop -- what was started is ended now and then
          if (sent % 200 === 0)
            for (const job of await desk.client.jobs.list({})) await desk.client.jobs.cancel({ jobId: job.id });
        }
      };
      // oxlint-disable-next-line no-await-in-loop -- one way after the other
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await way.close();
    }
    if (Object.keys({}).length > 0 || 'polluted' in {}) throw new Error('A prototype was changed');
    await desk.client.state.snapshot({});
    await desk.close();
    const found = filesWith(desk.folder, [mark, passphrase]);
    if (found.length > 0) throw new Error(`A secret lies in ${found.join(', ')}`);
  } finally {
    await desk.close();
    await dropFolder(desk.folder);
  }
  const counted = [...tally].sort(([, left], [, right]) => right - left).map(([code, amount]) => `${code} ${amount}`);
  return `${sent} messages over both ways to ${procedures.length} procedures, each answered: ${counted.join(', ')}; key and passphrase are in none, and in no file`;
}

export const soak = { name: 'contract-messages', run };
