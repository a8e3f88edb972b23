import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeRulesKey, signRules } from '../../../build/rules.ts';
import { runCli } from '../../../main/hosts/cli/commands.ts';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { mailboxProviders, rulesIssued } from '../../../shared/policy/mailbox-providers.ts';
import { writeEnvelope } from '../../../shared/policy/rules-file.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import type { TestCore } from '../../support/core.ts';

/** Receivers' rules that a signed file replaces; the key pair is the test's own. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-rules-'));
const privateFile = path.join(folder, 'rules-private.pem');
let key: string;
let privateKey: string;
let desk: TestCore;
const empty = createSocket('udp4');

const later = (days: number) => new Date(Date.parse(rulesIssued) + days * 24 * 60 * 60 * 1000).toISOString();
const [google, ...others] = mailboxProviders;
const OWN_CODE = '5.7.999';

/** The program's rules, issued anew: Google asks for one thing alone, and there is a provider more. */
function rules(issued: string, change: object = {}): string {
  const asked = google?.requirements.slice(0, 1);
  // A code of its own: what several receivers answer with stands for no one's rule.
  const answers = google?.answers.slice(0, 1).map((answer) => ({ ...answer, code: OWN_CODE }));
  const added = { ...google, id: 'example-mail', name: 'Example Mail', answers };
  return JSON.stringify({ issued, providers: [{ ...google, requirements: asked, ...change }, ...others, added] });
}

beforeAll(async () => {
  key = makeRulesKey(privateFile);
  privateKey = readFileSync(privateFile, 'utf8');
  desk = await openTestCore(undefined, { rulesKey: key });
});
afterAll(async () => {
  empty.close();
  await desk.close();
  await dropFolder(desk.folder);
  await dropFolder(folder);
});

/** A DNS server by whose word no name exists. @returns its address. */
async function nobodysServer(): Promise<string> {
  empty.on('message', (query, { port, address }) => {
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8583, 2);
    answer.fill(0, 6, 12);
    empty.send(answer.subarray(0, query.indexOf(0, 12) + 5), port, address);
  });
  empty.bind(0, '127.0.0.1');
  await once(empty, 'listening');
  return `127.0.0.1:${empty.address().port}`;
}

const state = () => desk.client.rules.state({});
const refused = async (text: string) => {
  const error = await desk.client.rules.take({ text }).then(
    () => null,
    (thrown: unknown) => thrown as { code: string; message: string; data: { remedy: string } },
  );
  expect(error?.data.remedy).toMatch(/\w/);
  return `${error?.code}: ${error?.message}`;
};

describe('receivers’ rules', () => {
  it('are the program’s, each with its source and day, until a file replaces them', async () => {
    const { from, issued, off, trouble, providers } = await state();
    expect([from, issued, off, trouble]).toEqual(['program', rulesIssued, null, null]);
    expect(providers.map(({ id }) => id)).toEqual(['google', 'yahoo', 'microsoft', 'apple', 'laposte']);
    for (const { rules: amount, sources } of providers) {
      expect(amount).toBeGreaterThan(0);
      for (const source of sources) expect(source.seen).toMatch(/^20\d\d-\d\d/);
    }
  });

  it('are refused unsigned, signed by another, changed after signing, of another form, or without a source', async () => {
    const signed = signRules(rules(later(1)), privateKey);
    const stranger = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const plain = sign(null, Buffer.from(rules(later(1))), privateKey).toString('base64');
    const { source: _source, ...sourceless } = google?.requirements[0] ?? { source: null };
    const unchecked = (text: string) => {
      const octets = Buffer.from(`sendwright-receiver-rules 1\n${text}`);
      return writeEnvelope(text, sign(null, octets, privateKey).toString('base64'));
    };
    const notHeld = /^BAD_INPUT: The rules were not imported: its signature does not match the key of this build/;
    expect(await refused(signRules(rules(later(1)), stranger))).toMatch(notHeld);
    expect(await refused(signed.replace('Google', 'Goggle'))).toMatch(notHeld);
    expect(await refused(writeEnvelope(rules(later(1)), plain))).toMatch(notHeld);
    expect(await refused(writeEnvelope(rules(later(1)), ''))).toMatch(notHeld);
    expect(await refused(signed.slice(0, -40))).toMatch(/the file is not JSON/);
    expect(await refused(rules(later(1)))).toMatch(/^BAD_INPUT: The rules were not imported: /);
    expect(await refused(signed.replace('"version": 1', '"version": 2'))).toMatch(/version/);
    expect(await refused(unchecked(rules(later(1), { requirements: [sourceless] })))).toMatch(
      /providers\.0\.requirements\.0\.source/,
    );
    expect(await refused(unchecked(rules(later(1), { requirements: [{ ...sourceless, kind: 'astrology' }] })))).toMatch(
      /requirements\.0\.kind/,
    );
    expect(await refused(unchecked(rules('yesterday')))).toMatch(/issued/);
    expect(() => signRules(rules('yesterday'), privateKey)).toThrow(/issued/);
    expect((await state()).from).toBe('program');
  });

  it('are refused when they are older than those in force, or of the future', async () => {
    expect(await refused(signRules(rules(later(-1)), privateKey))).toContain(`those in force are from ${rulesIssued}`);
    expect(await refused(signRules(rules(rulesIssued), privateKey))).toContain('those in force');
    expect(await refused(signRules(rules('2999-01-01T00:00:00Z'), privateKey))).toContain('in the future');
    expect((await state()).from).toBe('program');
  });

  it('hold from then on, in another run too, and are what a domain is held against', async () => {
    const newer = new Date(Date.parse(rulesIssued) + 60_000).toISOString();
    await desk.client.rules.take({ text: signRules(rules(newer), privateKey) });
    expect(await state()).toMatchObject({ from: 'file', issued: newer, trouble: null });
    await desk.close();
    desk = await openTestCore(desk.folder, { rulesKey: key });
    expect(await state()).toMatchObject({ from: 'file', issued: newer });
    const { id: workspaceId } = await desk.client.workspaces.create({ name: 'Acme' });
    // Nothing is published: what is prepared is judged all the same.
    const fields = { resolver: await nobodysServer(), fallbackResolvers: '', recordTemplate: 'mandrill' };
    await desk.client.settings.save({ workspaceId, revision: 0, fields });
    const { added } = await desk.client.domains.add({ workspaceId, text: 'news.example.com' });
    const { prepared } = await desk.client.domains.prove({ workspaceId, domainId: added[0]?.id ?? 0 });
    expect(prepared.mailboxProviders.map(({ id }) => id)).toContain('example-mail');
    expect(prepared.mailboxProviders.find(({ id }) => id === 'google')?.requirements).toHaveLength(1);
    expect(await refused(signRules(rules(later(0)), privateKey))).toContain('those in force');
  });

  it('are passed over when somebody has changed the file, and say so', async () => {
    const file = path.join(desk.folder, 'receiver-rules.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, readFileSync(file, 'utf8').replace('Example Mail', 'Elsewhere Mail'));
    expect(await state()).toMatchObject({
      from: 'program',
      trouble: expect.stringMatching(
        /receiver-rules\.json is ignored: its signature does not match the key of this build/,
      ),
    });
    const stranger = makeRulesKey(path.join(folder, 'stranger.pem'));
    const elsewhere = await openTestCore(desk.folder, { rulesKey: stranger });
    expect(await elsewhere.client.rules.state({})).toMatchObject({ from: 'program' });
    await elsewhere.close();
  });
});

describe('rules by command', () => {
  const data = path.join(folder, 'data');
  const cli = async (...args: readonly string[]) => {
    let [out, error] = ['', ''];
    const terminal = { out: (text: string) => (out += text), error: (text: string) => (error += text) };
    const code = await runCli([...args, '--data-dir', data], terminal);
    return { code, out, error };
  };
  const file = path.join(folder, 'rules.json');
  afterEach(() => {
    delete process.env.SENDWRIGHT_RULES_KEY;
  });

  it('can’t be replaced in a build without a key, which says so', async () => {
    writeFileSync(file, signRules(rules(new Date(Date.parse(rulesIssued) + 60_000).toISOString()), privateKey));
    expect((await cli('rules', 'status')).out).toContain(
      'Newer ones can’t be imported: this build has no key to verify them.',
    );
    expect(await cli('rules', 'import', file)).toMatchObject({
      code: exitCodes.failed,
      error: expect.stringContaining('can’t be replaced: this build has no key to verify them'),
    });
    process.env.SENDWRIGHT_RULES_KEY = 'no key';
    expect((await cli('rules', 'status')).out).toContain('the key of this build can’t be read');
  });

  it('are taken and told', async () => {
    process.env.SENDWRIGHT_RULES_KEY = key;
    const taken = await cli('rules', 'import', file);
    expect(taken).toMatchObject({ code: exitCodes.ok, error: '' });
    expect(taken.out).toContain('from a signed file');
    expect(taken.out).toContain('Google, Email sender guidelines');
    expect(JSON.parse((await cli('rules', 'status', '--json')).out)).toMatchObject({ from: 'file', off: null });
    expect((await cli('rules', 'import', file)).code).toBe(exitCodes.badInput);
  });

  it('are what a bounce and a message are held against', async () => {
    const bounce = path.join(folder, 'bounce.txt');
    writeFileSync(bounce, `550 ${OWN_CODE} refused\n`);
    const message = path.join(folder, 'message.eml');
    writeFileSync(message, 'From: a@example.com\r\nSubject: None\r\n\r\nNothing is signed.\r\n');
    const zone = path.join(folder, 'example.com.zone');
    writeFileSync(zone, '@ 60 IN SOA ns.example.com. h.example.com. 1 60 60 60 60\n@ 60 IN TXT "v=spf1 -all"\n');
    const told = async () => ({
      bounce: (await cli('evidence', 'bounce', bounce, '--json')).out.includes('"Example Mail"'),
      message: (await cli('evidence', 'message', message, '--zone', zone, '--json')).out.includes('"Example Mail"'),
    });
    expect(await told()).toEqual({ bounce: false, message: false });
    process.env.SENDWRIGHT_RULES_KEY = key;
    expect(await told()).toEqual({ bounce: true, message: true });
  });
});

it('the private half is kept out of the checkout, and no file is written over', () => {
  expect(statSync(privateFile).mode & 0o777).toBe(0o600);
  expect(() => makeRulesKey(privateFile)).toThrow(/EEXIST/);
  const inside = path.join(root, 'rules-private.pem');
  expect(() => makeRulesKey(inside)).toThrow(/lies in the checkout/);
  expect(existsSync(inside)).toBe(false);
  const written = path.join(folder, 'written.json');
  const script = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['build/rules.ts', ...args], { cwd: root, encoding: 'utf8' });
  expect(script('write', '--output', written).status).toBe(0);
  const signed = script('sign', '--private', privateFile, '--rules', written, '--output', path.join(folder, 'signed'));
  expect(signed.stdout).toContain(key);
});
