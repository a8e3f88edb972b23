import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textFilter } from '../../../main/log/fields.ts';
import type { ProcessLog } from '../../../main/log/log.ts';
import { openLog } from '../../../main/log/log.ts';

/** What is written of an entry's fields, read back from the file as anybody would. */

let folder: string;
let log: ProcessLog;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-log-'));
  log = openLog({ dataFolder: folder, source: 'cli' });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = () => readFileSync(log.file, 'utf8');
function written(fields: Record<string, unknown>, message = 'something'): Record<string, unknown> {
  log.error(fields, message);
  return JSON.parse(text().trimEnd().split('\n').at(-1) as string) as Record<string, unknown>;
}

const whole = (type: string, message: string) => ({
  type,
  message,
  stack: expect.stringContaining('fields.test.ts') as string,
});

describe('an error', () => {
  it('is written whole under any key, at any depth', () => {
    const around: ((value: unknown) => unknown)[] = [(value) => [value], (value) => ({ within: value })];
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][A-Za-z]{0,12}$/).filter((key) => !/pass|secret|token|key|cookie|cred/i.test(key)),
        fc.array(fc.constantFrom(...around), { maxLength: 3 }),
        (key, wraps) => {
          const field = `its${key}`;
          log.error(
            { [field]: wraps.reduce<unknown>((value, wrap) => wrap(value), new TypeError('a marked fault')) },
            '',
          );
          const line = text().trimEnd().split('\n').at(-1) as string;
          let found = (JSON.parse(line) as Record<string, unknown>)[field];
          for (const wrap of wraps.toReversed())
            found = wrap === around[0] ? (found as unknown[])[0] : (found as { within: unknown }).within;
          expect(found).toMatchObject(whole('TypeError', 'a marked fault'));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('brings its class, code, causes and the several that it gathers along', () => {
    class StoreFault extends Error {
      readonly remedy = 'Make room.';
    }
    const cause = Object.assign(new Error('the disk'), { code: 'ENOSPC', syscall: 'write', errno: -28 });
    const error = new AggregateError([new RangeError('first'), 'a text'], 'several', {
      cause: new StoreFault('kept nothing', { cause }),
    });
    expect(written({ error }).error).toMatchObject({
      ...whole('AggregateError', 'several'),
      errors: [whole('RangeError', 'first'), 'a text'],
      cause: {
        ...whole('StoreFault', 'kept nothing'),
        remedy: 'Make room.',
        cause: { ...whole('Error', 'the disk'), code: 'ENOSPC', syscall: 'write', errno: -28 },
      },
    });
  });

  it('is known when it comes from another realm, and when it stands where the fields should', () => {
    expect(written({ reason: runInNewContext('new RangeError("from elsewhere")') }).reason).toMatchObject({
      type: 'RangeError',
      message: 'from elsewhere',
    });
    expect(written(new Error('alone') as never).error).toMatchObject(whole('Error', 'alone'));
  });

  it('does not bring along what hangs on it: that may be an input', () => {
    const error = Object.assign(new Error('refused'), { data: { apiKey: 'marked-one' }, input: 'marked-two' });
    written({ error });
    expect(text()).not.toMatch(/marked/);
  });

  it('names what did not fit a schema, and not what stood there', () => {
    const error = Object.assign(new Error('Output validation failed'), {
      issues: [{ path: ['fields', 'serviceUrl'], message: 'expected string', input: 'marked' }],
      data: 'marked',
    });
    expect(written({ error }).error).toMatchObject({ issues: ['fields.serviceUrl: expected string'] });
    expect(text()).not.toMatch(/marked/);
  });
});

describe('whatever is given', () => {
  it('is written, cut, or told as unreadable, and nothing is thrown', () => {
    const circle: Record<string, unknown> = { name: 'round' };
    circle.again = circle;
    const looped = new Error('looped');
    looped.cause = looped;
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const deep = Array.from({ length: 50 }).reduce<unknown>((value) => ({ value: [value] }), 'bottom');
    const oddities = {
      circle,
      looped,
      deep: { inner: deep },
      thrower: {
        get boom() {
          throw new Error('no');
        },
      },
      octets: Buffer.alloc(100_000),
      map: new Map([['a', 1n]]),
      set: new Set([Number.NaN]),
      when: new Date(Number.NaN),
      place: new URL('https://user:marked@host.example/?key=marked'),
      run: () => 1,
      many: Array.from({ length: 10_000 }, (_nothing, index) => index),
      long: 'x'.repeat(1_000_000),
      nothing: undefined,
    };
    expect(written(oddities)).toMatchObject({
      circle: { name: 'round', again: '(itself)' },
      looped: { cause: '(itself)' },
      thrower: { boom: '(can’t be read)' },
      octets: '(100000 octets)',
      map: { a: '1' },
      when: 'no time',
      msg: 'something',
    });
    expect(text().length).toBeLessThan(20_000);
    expect(text()).not.toMatch(/marked/);
    expect(written({ proxy })).toMatchObject({ fields: '(can’t be read)', msg: 'something' });
    expect(written(null as never)).toMatchObject({ msg: 'something' });
  });

  it('can’t take the place of what each line says', () => {
    expect(written({ level: 'info', msg: 'other', pid: 1, time: 'never' })).toMatchObject({
      level: 'error',
      msg: 'something',
      pid: process.pid,
      levelGiven: 'info',
    });
  });

  it('stays one line of JSON that a terminal obeys in nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (given) => {
        log.error({ given, error: new Error(given) }, given);
        const lines = text().trimEnd().split('\n');
        const line = lines.at(-1) as string;
        // oxlint-disable-next-line no-control-regex -- these are what must not be there
        expect(line).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/);
        expect(JSON.parse(line)).toMatchObject({ level: 'error' });
      }),
      { numRuns: 200 },
    );
    expect(written({ turned: '\u202Egnp.exe' }).turned).toBe('\u202Egnp.exe');
  });
});

describe('a secret', () => {
  const SECRET = 'marked-secret-9f';
  it.each([
    ['an API key', { apiKey: SECRET }],
    ['a key by another spelling', { 'x-api-key': SECRET, auth_key: SECRET, accessKey: SECRET }],
    ['a passphrase', { input: { passphrase: SECRET, current: SECRET, next: SECRET } }],
    ['a value of a change', { change: { do: 'set', value: SECRET } }],
    ['a launch token', { token: SECRET, address: `http://127.0.0.1:4000/#token=${SECRET}` }],
    [
      'a session key',
      { headers: { 'x-sendwright-session': SECRET, cookie: SECRET, authorization: `Bearer ${SECRET}` } },
    ],
    ['a header in a text', { text: `Authorization: Bearer ${SECRET}\nX-Api-Key: ${SECRET}` }],
    ['credentials in an address', { url: `https://admin:${SECRET}@service.example/a` }],
    ['credentials of a proxy', { proxy: `admin:${SECRET}@proxy.example:3128` }],
    ['a query', { url: `https://service.example/a?key=${SECRET}&b=${SECRET}` }],
    ['a private key', { pem: `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----` }],
    ['an error’s message', { error: new Error(`password=${SECRET}`) }],
    ['an error’s cause', { error: new Error('outer', { cause: new Error(`token: "${SECRET}"`) }) }],
    ['a run of random characters', { note: 'key Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg== marked-secret' }],
  ])('in the form of %s is left out', (_what, fields) => {
    log.error(fields, 'something');
    // A name alone does not tell that the value of a field is one.
    if (!('input' in fields || 'change' in fields)) log.error({}, JSON.stringify(fields));
    expect(text()).not.toContain(SECRET);
    expect(text()).not.toContain('Zm9vYmFy');
    expect(text()).toContain('[hidden]');
  });

  it('that is known is left out whatever it looks like, and nothing else', () => {
    const without = log.without(['violet tractor', 'kö/ß']);
    without.error({ error: new Error('the key violet tractor is no header'), path: '/violet%20tractor' }, 'k\u00F6/ß');
    without.info({}, 'the tractor is violet');
    expect(text()).not.toMatch(/violet tractor|violet%20tractor|kö/);
    expect(text()).toContain('the tractor is violet');
  });

  it('is not taken for one: paths, versions and places of a stack stay', () => {
    const stack = 'Error: x\n    at read (file:///opt/sendwright/node_modules/@peculiar/x509/build/x509.es.js:3172:19)';
    const error = Object.assign(new Error('x'), { stack });
    expect(written({ error, folder: '/home/somebody/.local/share/Sendwright' })).toMatchObject({
      error: { stack },
      folder: '/home/somebody/.local/share/Sendwright',
    });
    const places = [
      '/tmp/sendwright-electron-log-XWV38h/data/logs/sendwright.log',
      '/home/anna-maria.schmidt-2024/Projects/client-portal-v2/node_modules/sendwright/dist/main/electron.js',
      '/Users/x/Library/Application-Support-2025/Sendwright/logs/sendwright-2026-11-29T101112345Z-4711.log',
      '/var/lib/jenkins/workspace/sendwright-release-pipeline_main-42/tests/integration/hosts',
    ];
    expect(written({ places })).toMatchObject({ places });
  });

  it('of random characters is left out in nearly all cases, wherever it stands', () => {
    let left = 0;
    const amount = 2000;
    for (let index = 0; index < amount; index += 1) {
      const octets = createHash('sha256').update(`key ${index}`).digest();
      const encoding = (['base64', 'base64url', 'hex'] as const)[index % 3] ?? 'hex';
      const key = octets.toString(encoding);
      if (textFilter([])(`the key is ${key} here`).includes(key.slice(0, 12))) left += 1;
    }
    expect(left / amount).toBeLessThan(0.01);
  });
});

describe('the level', () => {
  it.each([
    [undefined, ['info', 'warn']],
    ['', ['info', 'warn']],
    ['debug', ['debug', 'info', 'warn']],
    ['WARN', ['warn']],
    ['silent', []],
  ])('%s writes %j', (level, expected) => {
    const chosen = openLog({ dataFolder: folder, source: 'cli', level });
    chosen.debug({}, 'debug');
    chosen.info({}, 'info');
    chosen.warn({}, 'warn');
    expect(chosen.newest().map((entry) => (entry as { msg: string }).msg)).toEqual(expected);
  });

  it('that is none is told, with those there are', () => {
    const chosen = openLog({ dataFolder: folder, source: 'cli', level: 'loud' });
    chosen.info({}, 'still written');
    expect(chosen.newest()).toMatchObject([
      {
        level: 'warn',
        msg: expect.stringContaining('loud') as string,
        remedy: expect.stringContaining('debug') as string,
      },
      { msg: 'still written' },
    ]);
  });
});
