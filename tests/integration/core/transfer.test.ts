import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImportInput, WorkspaceFile } from '../../../shared/contract/transfer.ts';
import { changeText } from '../../../shared/workspace/change-words.ts';
import { defaultConfiguration } from '../../../main/core/domains/service.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** Workspaces out of one data folder and into another, over the contract. */

const PASSPHRASE = 'of the file, not of the vault';
const VAULT = 'of the vault, not of the file';
const API_KEY = 'ak-live-0123456789abcdef';

const cores: TestCore[] = [];
async function core(): Promise<TestCore> {
  const opened = await openTestCore(undefined, { background: false });
  cores.push(opened);
  return opened;
}
afterEach(async () => {
  for (const { close, folder } of cores.splice(0)) {
    // A test may have closed it itself.
    await close().catch(() => undefined);
    await dropFolder(folder);
  }
});

/** A workspace with something of everything that is exported. */
async function filled({ client }: TestCore): Promise<number> {
  await client.vault.create({ passphrase: VAULT });
  const { id } = await client.workspaces.create({ name: 'Acme' });
  await client.settings.save({
    workspaceId: id,
    revision: 0,
    fields: {
      serviceUrl: 'https://service.example.com',
      recordTemplate: 'sendgrid',
      dmarcReportAddress: 'd@example.com',
    },
    apiKey: { do: 'set', value: API_KEY },
  });
  const { added } = await client.domains.add({
    workspaceId: id,
    text: 'example.com\nbücher.example\nshop.example.org',
  });
  const [first, second, third] = added.map((row) => row.id);
  if (first === undefined || second === undefined || third === undefined) throw new Error('three domains were added');
  await client.domains.configure({
    workspaceId: id,
    domainId: first,
    revision: 0,
    configuration: {
      ...defaultConfiguration,
      dmarc: { ...defaultConfiguration.dmarc, policy: 'quarantine' },
      extras: [{ name: 'x.example.com', type: 'TXT', value: 'a "quoted" \u202e text' }],
    },
  });
  await client.domains.makeDkimKey({ workspaceId: id, domainId: first, selector: 'own1', algorithm: 'ed25519' });
  await client.domains.chooseWeaker({ workspaceId: id, domainId: first, kind: 'policy', chosen: true });
  await client.domains.setInUse({ workspaceId: id, domainIds: [second], inUse: false });
  await client.domains.pasteZone({ workspaceId: id, domainId: third, text: 'shop 300 IN TXT "v=spf1 -all"\n' });
  await client.schedule.set({ workspaceId: id, enabled: false, everyMinutes: 90 });
  await client.evidence.setRetention({ workspaceId: id, reportDays: 30, mailDays: null, personalDays: 0 });
  await client.evidence.nameSender({
    workspaceId: id,
    domain: 'example.com',
    key: 'net:192.0.2.0/24',
    word: { name: 'Our relay', kind: 'ours' },
  });
  return id;
}

async function exported({ client }: TestCore, workspaceId: number, secrets: boolean) {
  const parts: Buffer[] = [];
  for await (const part of await client.transfer.export({ workspaceId, passphrase: PASSPHRASE, secrets })) {
    if (part.kind === 'end') return { content: Buffer.concat(parts), end: part };
    parts.push(Buffer.from(part.content, 'base64'));
  }
  throw new Error('the export has no end');
}

/** Hands a sealed file to a core in parts of an odd size. */
async function sealed({ client }: TestCore, content: Buffer, passphrase = PASSPHRASE): Promise<ImportInput['source']> {
  const { uploadId } = await client.transfer.begin({});
  const size = Math.max(7, Math.ceil(content.length / 5));
  for (let at = 0; at < content.length; at += size)
    await client.transfer.octets({ uploadId, content: content.subarray(at, at + size).toString('base64') });
  return { kind: 'uploaded', uploadId, passphrase };
}

const bytes = (files: readonly WorkspaceFile[]) => files.map(({ path, text }) => `${path}\n${text}`).join('\n');

it('files of an earlier version say why something weaker was accepted, word for word', async () => {
  const from = await core();
  const now = await from.client.transfer.files({ workspaceId: await filled(from) });
  const said = 'Failing mail of “example.com” would be treated more mildly';
  const earlier = now.map((file) => ({
    ...file,
    text: file.text.replace(/"what": \[[^\]]*\]/, `"what": ${JSON.stringify(said)}`),
  }));
  expect(bytes(earlier)).toContain(`"what": "${said}"`);
  const to = await core();
  const input = { into: { name: 'Old' }, source: { kind: 'files', files: earlier }, mode: 'merge' } as const;
  const { token } = await to.client.transfer.preview(input);
  const { workspaceId } = await to.client.transfer.import({ ...input, token });
  const domain = (await to.client.domains.list({ workspaceId })).find(({ name }) => name === 'example.com');
  const manual = await to.client.domains.manual({ workspaceId, domainId: domain?.id ?? 0 });
  expect(manual.chosen.map(({ kind, finding }) => [kind, finding.title])).toEqual([['policy', `Accepted: ${said}`]]);
  // What is exported again has it as a fact, and says the same to whoever has imported it.
  const again = await to.client.transfer.files({ workspaceId });
  const whole = { ...input, into: { workspaceId }, source: { kind: 'files' as const, files: again } };
  expect((await to.client.transfer.preview(whole)).changes).toEqual([]);
});

describe('a sealed export', () => {
  it('brings everything but secrets into another data folder, and says so before', async () => {
    const from = await core();
    const workspaceId = await filled(from);
    const { content, end } = await exported(from, workspaceId, false);
    expect(end).toMatchObject({
      domains: 3,
      secrets: 0,
      leftOut: 0,
      fileName: expect.stringMatching(/^Acme-.*\.sendwright$/),
    });
    expect(content.includes('example.com')).toBe(false);

    const to = await core();
    const input = { into: { name: null }, source: await sealed(to, content), mode: 'merge' } as const;
    const plan = await to.client.transfer.preview(input);
    expect(plan).toMatchObject({ name: 'Acme', domains: 3, secrets: 0 });
    expect(plan.changes.filter(({ of, what }) => of === 'domain' && what === '').map(({ after }) => after)).toEqual([
      'example.com',
      'shop.example.org',
      'xn--bcher-kva.example',
    ]);
    expect(plan.changes.filter(({ of }) => of === 'retention').map(changeText)).toEqual([
      'Keep reports: 1096 days → 30 days',
      'Keep verdicts of mail: 400 days → until deleted',
    ]);
    expect(plan.changes.filter(({ of }) => of === 'settings').map(changeText)).toContain(
      'Address for DMARC reports: nothing → d@example.com',
    );
    expect((await to.client.state.snapshot({})).workspaces).toEqual([]);

    const done = await to.client.transfer.import({ ...input, token: plan.token });
    expect(bytes(await to.client.transfer.files({ workspaceId: done.workspaceId }))).toBe(
      bytes(await from.client.transfer.files({ workspaceId })),
    );
    expect(await to.client.evidence.kept({ workspaceId: done.workspaceId })).toMatchObject({
      reportDays: 30,
      mailDays: null,
      personalDays: 0,
    });
    expect((await to.client.settings.get({ workspaceId: done.workspaceId })).apiKey.state).toBe('not-set');
    const again = await to.client.transfer.preview({ ...input, into: { workspaceId: done.workspaceId } });
    expect(again.changes).toEqual([]);
  });

  it('holds secrets only where that is asked for, and sets them in an open vault alone', async () => {
    const from = await core();
    const { content, end } = await exported(from, await filled(from), true);
    expect(end).toMatchObject({ secrets: 2, leftOut: 0 });

    const to = await core();
    const input = { into: { name: 'Elsewhere' }, source: await sealed(to, content), mode: 'merge' } as const;
    const plan = await to.client.transfer.preview(input);
    expect(plan.changes.filter(({ of }) => of === 'secret')).toMatchObject([
      { domain: '', what: 'API key', before: null, after: null },
      { domain: 'example.com', what: 'DKIM key own1', before: null, after: null },
    ]);
    await expect(to.client.transfer.import({ ...input, token: plan.token })).rejects.toMatchObject({
      code: 'VAULT_LOCKED',
    });
    expect((await to.client.state.snapshot({})).workspaces).toEqual([]);

    await to.client.vault.create({ passphrase: VAULT });
    const { workspaceId } = await to.client.transfer.import({ ...input, token: plan.token });
    const { apiKey } = await to.client.settings.get({ workspaceId });
    expect(apiKey).toMatchObject({ state: 'protected', endsIn: API_KEY.slice(-4) });
    const domain = (await to.client.domains.list({ workspaceId })).find(({ name }) => name === 'example.com');
    const { dkimKeys } = await to.client.domains.configuration({ workspaceId, domainId: domain?.id ?? 0 });
    expect(dkimKeys).toMatchObject([{ selector: 'own1', state: 'protected' }]);
    const told = JSON.stringify([plan, await to.client.activity.list({ workspaceId, limit: 100 })]);
    expect(told).not.toContain(API_KEY);
  });

  it('is refused with nothing changed: with another passphrase, cut, or with one octet changed', async () => {
    const from = await core();
    const { content } = await exported(from, await filled(from), false);
    const to = await core();
    const preview = (source: ImportInput['source']) =>
      to.client.transfer.preview({ into: { name: null }, source, mode: 'merge' });
    await expect(preview(await sealed(to, content, 'another'))).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' });
    await expect(preview(await sealed(to, content.subarray(0, -1)))).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const changed = Buffer.from(content);
    changed.writeUInt8(changed.readUInt8(200) ^ 1, 200);
    await expect(preview(await sealed(to, changed))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      data: { remedy: expect.any(String) },
    });
    await expect(preview(await sealed(to, Buffer.from('a spreadsheet')))).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const { uploadId } = await to.client.transfer.begin({});
    await to.client.transfer.octets({ uploadId, content: content.toString('base64') });
    const withoutOne = { kind: 'uploaded' as const, uploadId, passphrase: null };
    await expect(preview(withoutOne)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'passphrase' } });
    expect((await to.client.state.snapshot({})).workspaces).toEqual([]);
  });
});

describe('text files', () => {
  it('never hold a secret, not even one that was typed into another field', async () => {
    const from = await core();
    const workspaceId = await filled(from);
    const files = await from.client.transfer.files({ workspaceId });
    expect(bytes(files)).not.toContain(API_KEY);
    expect(bytes(files)).not.toContain('PRIVATE KEY');
    const [domain] = await from.client.domains.list({ workspaceId });
    const configuration = {
      ...defaultConfiguration,
      extras: [{ name: 'a.example.com', type: 'TXT' as const, value: `k=${API_KEY}` }],
    };
    const domainId = domain?.id ?? 0;
    const { revision } = await from.client.domains.configuration({ workspaceId, domainId });
    await from.client.domains.configure({ workspaceId, domainId, revision, configuration });
    await expect(from.client.transfer.files({ workspaceId })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      data: { field: expect.stringContaining('domains/') },
    });
  });

  const edited = (files: readonly WorkspaceFile[], path: string, change: (text: string) => string): WorkspaceFile[] =>
    files.map((file) => (file.path === path ? { path, text: change(file.text) } : file));

  it('merge: the file counts; add: what is here counts; neither takes anything away', async () => {
    const one = await core();
    const workspaceId = await filled(one);
    const { client } = one;
    const files = await client.transfer.files({ workspaceId });
    const other = edited(files, 'domains/example.com.json', (text) =>
      text.replace('"quarantine"', '"reject"').replace('"testing": false', '"testing": true'),
    ).filter(({ path }) => path !== 'domains/shop.example.org.json');
    const source = { kind: 'files', files: other } as const;
    const into = { workspaceId };
    const kept = await client.transfer.preview({ into, source, mode: 'add' });
    expect(kept.changes.map(({ does, domain, what }) => [does, domain, what])).toEqual([
      ['keep', 'example.com', 'dmarc.policy'],
      ['keep', 'example.com', 'dmarc.testing'],
    ]);
    const plan = await client.transfer.preview({ into, source, mode: 'merge' });
    expect(plan.changes).toMatchObject([
      { does: 'change', what: 'dmarc.policy', before: 'quarantine', after: 'reject' },
      { does: 'change', what: 'dmarc.testing', before: 'false', after: 'true' },
    ]);
    await client.transfer.import({ into, source, mode: 'merge', token: plan.token });
    const after = await client.transfer.files({ workspaceId });
    expect(after.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
    expect(after.find(({ path }) => path === 'domains/example.com.json')).toEqual(
      other.find(({ path }) => path === 'domains/example.com.json'),
    );
  });

  it('hold what was decided alone: what follows from the workspace follows from the next one', async () => {
    const one = await core();
    const workspaceId = await filled(one);
    const files = await one.client.transfer.files({ workspaceId });
    const path = 'domains/shop.example.org.json';
    const decided = edited(files, path, (text) =>
      text.replace(/"configuration": null/, '"configuration": {"users": "people"}'),
    );
    const input = { into: { name: 'Next' }, source: { kind: 'files', files: decided }, mode: 'merge' } as const;
    const { token } = await one.client.transfer.preview(input);
    const next = (await one.client.transfer.import({ ...input, token })).workspaceId;
    const again = await one.client.transfer.files({ workspaceId: next });
    const text = again.find((file) => file.path === path)?.text ?? '';
    expect((JSON.parse(text) as { configuration: unknown }).configuration).toEqual({ users: 'people' });
    const domain = (await one.client.domains.list({ workspaceId: next })).find(
      ({ name }) => name === 'shop.example.org',
    );
    const { configuration } = await one.client.domains.configuration({ workspaceId: next, domainId: domain?.id ?? 0 });
    expect(configuration.dmarc.reportAddress).toBe('d@example.com');
  });

  it('keeps the key of a selector that has another one here', async () => {
    const one = await core();
    const workspaceId = await filled(one);
    const files = await one.client.transfer.files({ workspaceId });
    const other = edited(files, 'domains/example.com.json', (text) =>
      text.replace(/"publicKey": "[^"]+"/, `"publicKey": "${Buffer.alloc(32, 7).toString('base64')}"`),
    );
    const source = { kind: 'files', files: other } as const;
    const plan = await one.client.transfer.preview({ into: { workspaceId }, source, mode: 'merge' });
    expect(plan.changes).toMatchObject([{ does: 'keep', of: 'dkim-key', domain: 'example.com', what: 'own1' }]);
  });

  it('are refused with a key that no receiver could use', async () => {
    const one = await core();
    const workspaceId = await filled(one);
    const files = await one.client.transfer.files({ workspaceId });
    const broken = edited(files, 'domains/example.com.json', (text) =>
      text.replace(/"publicKey": "[^"]+"/, '"publicKey": "MIGfMA0GCSqG"'),
    );
    const input = { into: { name: 'Next' }, source: { kind: 'files', files: broken }, mode: 'merge' } as const;
    await expect(one.client.transfer.preview(input)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('own1'),
      data: { field: 'dkimKeys', value: 'MIGfMA0GCSqG' },
    });
  });

  it('are refused with nothing changed where one of them can’t be taken, and the error names the file', async () => {
    const one = await core();
    const workspaceId = await filled(one);
    const files = await one.client.transfer.files({ workspaceId });
    const path = 'domains/example.com.json';
    const refusals: readonly (readonly [string, (text: string) => string])[] = [
      ['conflict', (text) => text.replace('{\n', '{\n<<<<<<< ours\n')],
      ['JSON', (text) => text.slice(0, -10)],
      ['dmarc.policy', (text) => text.replace('"quarantine"', '"perhaps"')],
      ['unknown to this version', (text) => text.replace('"zone":', '"later": 1, "zone":')],
      ['belongs to', (text) => text.replace('"name": "example.com"', '"name": "example.net"')],
    ];
    for (const [what, change] of refusals)
      await expect(
        one.client.transfer.preview({
          into: { workspaceId },
          source: { kind: 'files', files: edited(files, path, change) },
          mode: 'merge',
        }),
        what,
      ).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining(what), data: { field: path } });
    const half: WorkspaceFile[] = edited(files, path, (text) => text.replace('"example.com"', '"localhost"'));
    const moved = half.map((file) => (file.path === path ? { ...file, path: 'domains/localhost.json' } : file));
    const added = edited(moved, 'workspace.json', (text) => text.replace('d@example.com', 'e@example.com'));
    await expect(
      one.client.transfer.preview({ into: { workspaceId }, source: { kind: 'files', files: added }, mode: 'merge' }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(bytes(await one.client.transfer.files({ workspaceId }))).toBe(bytes(files));
  });

  it('does what was looked at, or nothing', async () => {
    const one = await core();
    const workspaceId = await filled(one);
    const files = await one.client.transfer.files({ workspaceId });
    const source = {
      kind: 'files',
      files: edited(files, 'workspace.json', (text) => text.replace('d@example.com', 'e@example.com')),
    } as const;
    const input = { into: { workspaceId }, source, mode: 'merge' } as const;
    const { token } = await one.client.transfer.preview(input);
    const { revision } = await one.client.settings.get({ workspaceId });
    await one.client.settings.save({ workspaceId, revision, fields: { dmarcReportAddress: 'f@example.com' } });
    await expect(one.client.transfer.import({ ...input, token })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await one.client.settings.get({ workspaceId })).fields.dmarcReportAddress).toBe('f@example.com');
  });
});

describe('ten thousand domains', () => {
  it('come back byte for byte, from text files and from a sealed file', async () => {
    const amount = 10_000;
    const from = await core();
    const { id: workspaceId } = await from.client.workspaces.create({ name: 'Many' });
    const names = Array.from({ length: amount }, (_nothing, index) => `d${(index * 7919) % amount}.example`);
    const { added } = await from.client.domains.add({ workspaceId, text: names.join('\n') });
    expect(added).toHaveLength(amount);
    for (const [index, { id }] of added.entries())
      if (index % 10 === 0)
        await from.client.domains.configure({
          workspaceId,
          domainId: id,
          revision: 0,
          configuration: {
            ...defaultConfiguration,
            neverSends: index % 3 === 0,
            dmarc: { ...defaultConfiguration.dmarc, policy: index % 20 === 0 ? 'reject' : 'none' },
          },
        });
    const files = await from.client.transfer.files({ workspaceId });
    expect(files).toHaveLength(amount + 1);
    const { content } = await exported(from, workspaceId, false);

    const to = await core();
    for (const [name, source] of [
      ['by text', { kind: 'files', files: files.toReversed() }],
      ['sealed', await sealed(to, content)],
    ] as const) {
      const input = { into: { name }, source, mode: 'merge' } as const;
      const { token } = await to.client.transfer.preview(input);
      const done = await to.client.transfer.import({ ...input, token });
      const again = await to.client.transfer.files({ workspaceId: done.workspaceId });
      expect(bytes(again) === bytes(files), name).toBe(true);
    }
  });
});

describe('what is to be imported', () => {
  it('comes in parts, text files too, and leaves nothing behind once it is dropped or the core ends', async () => {
    const from = await core();
    const workspaceId = await filled(from);
    const files = await from.client.transfer.files({ workspaceId });
    const { content } = await exported(from, workspaceId, false);
    const to = await core();
    const { transfer } = to.client;
    const spool = path.join(to.folder, `imports-${process.pid}`);

    const { uploadId } = await transfer.begin({});
    for (const file of files.toReversed()) await transfer.texts({ uploadId, files: [file] });
    const input = {
      into: { name: 'By parts' },
      source: { kind: 'uploaded' as const, uploadId, passphrase: null },
      mode: 'merge' as const,
    };
    const { token } = await transfer.preview(input);
    const done = await transfer.import({ ...input, token });
    expect(bytes(await transfer.files({ workspaceId: done.workspaceId }))).toBe(bytes(files));
    await transfer.drop({ uploadId });
    await expect(transfer.preview(input)).rejects.toMatchObject({ code: 'NOT_FOUND' });

    const source = await sealed(to, content);
    await transfer.preview({ ...input, source });
    // What is small is written down nowhere; what is large is not held.
    expect(readdirSync(spool)).toEqual([]);
    const { uploadId: large } = await transfer.begin({});
    const part = Buffer.alloc(8 * 2 ** 20, 'x').toString('base64');
    for (const octets of [8 * 2 ** 20, 16 * 2 ** 20])
      expect(await transfer.octets({ uploadId: large, content: part })).toEqual({ octets });
    expect(readdirSync(spool)).toEqual([large]);
    expect(statSync(path.join(spool, large)).size).toBe(16 * 2 ** 20);
    expect(statSync(spool).mode & 0o777).toBe(0o700);
    // Parts that are sent at once are taken in their order; who forgets what was begun loses the oldest.
    for (let begun = 0; begun < 6; begun += 1) await sealed(to, content.subarray(0, 1000));
    expect(readdirSync(spool).length).toBeLessThanOrEqual(4);
    await expect(transfer.preview({ ...input, source })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await to.close();
    expect(existsSync(spool)).toBe(false);
  });

  it('of programs that were killed is removed with the next start', async () => {
    const { folder, close } = await core();
    const left = path.join(folder, 'imports-999999999');
    mkdirSync(left);
    writeFileSync(path.join(left, 'mailbox'), 'From somebody');
    await close();
    cores.push(await openTestCore(folder, { background: false }));
    expect(existsSync(left)).toBe(false);
  });
});
