import { afterEach, describe, expect, it } from 'vitest';
import type { Managed } from '../../../shared/managed/policy.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** What an organisation has set is in force, shown as such, and refused to be anything else. */

const SOURCE = '/etc/sendwright/policy.json';
const policy = (locked: Managed['locked'], recommended: Managed['recommended'] = {}): Managed => ({
  source: SOURCE,
  locked,
  recommended,
});
const refusal = { code: 'NOT_ALLOWED', data: { remedy: expect.stringContaining(SOURCE) } };

const cores: TestCore[] = [];
async function core(managed: Managed, folder?: string): Promise<TestCore> {
  const opened = await openTestCore(folder, { background: false, managed });
  cores.push(opened);
  return opened;
}
afterEach(async () => {
  for (const { close, folder } of cores.splice(0)) {
    await close().catch(() => undefined);
    await dropFolder(folder);
  }
});

describe('what is locked', () => {
  it('is in force whatever the workspace says, can’t be saved otherwise, and gives way once it is lifted', async () => {
    const before = await core(policy({}));
    const { id: workspaceId } = await before.client.workspaces.create({ name: 'Acme' });
    const own = { serviceUrl: 'https://own.example.com', publicResolvers: '192.0.2.1' };
    await before.client.settings.save({ workspaceId, revision: 0, fields: own });
    await before.close();

    const during = await core(policy({ ServiceUrl: 'https://mail.example.com/', Resolver: 'system' }), before.folder);
    const { settings, state } = during.client;
    const { fields, revision } = await settings.get({ workspaceId });
    expect(fields).toMatchObject({
      serviceUrl: 'https://mail.example.com',
      resolver: 'system',
      publicResolvers: '192.0.2.1',
    });
    const elsewhere = { serviceUrl: 'https://elsewhere.example', publicResolvers: '' };
    await expect(settings.save({ workspaceId, revision, fields: elsewhere })).rejects.toMatchObject({
      ...refusal,
      message: '“Cloud services connection URL” is set by your organisation',
      data: { ...refusal.data, field: 'fields.serviceUrl' },
    });
    expect((await settings.get({ workspaceId })).fields.publicResolvers).toBe('192.0.2.1');
    await settings.save({ workspaceId, revision, fields: { publicResolvers: '', resolver: 'system' } });
    expect((await state.snapshot({})).managed).toEqual({ source: SOURCE, locked: ['ServiceUrl', 'Resolver'] });
    await during.close();

    const after = await core(policy({}), before.folder);
    expect((await after.client.settings.get({ workspaceId })).fields).toMatchObject({
      ...own,
      publicResolvers: '',
      resolver: '',
    });
  });

  it('holds for the vault, evidence and practice too', async () => {
    const { client } = await core(
      policy({ IdleLockMinutes: 5, KeepMailsDays: 0, Practice: false, Keeper: 'keychain' }),
    );
    const { id: workspaceId } = await client.workspaces.create({ name: 'Acme' });
    expect(await client.vault.idleLock({})).toEqual({ minutes: 5 });
    await expect(client.vault.setIdleLock({ minutes: 60 })).rejects.toMatchObject(refusal);
    await expect(client.vault.create({ passphrase: 'correct horse' })).rejects.toMatchObject(refusal);
    await expect(client.practice.open({})).rejects.toMatchObject(refusal);
    expect(await client.evidence.kept({ workspaceId })).toMatchObject({ mailDays: 0, reportDays: 1096 });
    const days = { reportDays: 30, personalDays: 0 };
    await expect(client.evidence.setRetention({ workspaceId, ...days, mailDays: 90 })).rejects.toMatchObject(refusal);
    expect(await client.evidence.setRetention({ workspaceId, ...days, mailDays: 0 })).toMatchObject({ reportDays: 30 });
  });

  it('is not changed by an import, which says nothing of it', async () => {
    const from = await core(policy({}));
    const { id } = await from.client.workspaces.create({ name: 'Acme' });
    const fields = { serviceUrl: 'https://own.example.com', dmarcReportAddress: 'd@example.com' };
    await from.client.settings.save({ workspaceId: id, revision: 0, fields });
    const files = await from.client.transfer.files({ workspaceId: id });

    const to = await core(policy({ ServiceUrl: 'https://mail.example.com' }));
    const { id: into } = await to.client.workspaces.create({ name: 'Here' });
    const input = { into: { workspaceId: into }, source: { kind: 'files' as const, files }, mode: 'merge' as const };
    const { changes, token } = await to.client.transfer.preview(input);
    expect(changes.map(({ what }) => what)).toEqual(['dmarcReportAddress']);
    await to.client.transfer.import({ ...input, token });
    expect((await to.client.settings.get({ workspaceId: into })).fields).toMatchObject({
      serviceUrl: 'https://mail.example.com',
      dmarcReportAddress: 'd@example.com',
    });
  });
});

it('what is recommended is in force until somebody saves another', async () => {
  const { client } = await core(policy({}, { PublicResolvers: '192.0.2.53' }));
  const { id: workspaceId } = await client.workspaces.create({ name: 'Acme' });
  expect((await client.settings.get({ workspaceId })).fields.publicResolvers).toBe('192.0.2.53');
  const saved = await client.settings.save({ workspaceId, revision: 0, fields: { publicResolvers: '' } });
  expect(saved.fields.publicResolvers).toBe('');
});

it.each([
  [{ Resolver: 'no server at all' }, 'resolver'],
  [{ ServiceUrl: 'ftp://mail.example.com' }, 'serviceUrl'],
  [{ ExtraCa: 'no certificate' }, 'extraCa'],
  [{ Proxy: 'http://' }, 'Proxy'],
])('%j keeps the console from starting, and is named', async (locked, named) => {
  await expect(openTestCore(undefined, { background: false, managed: policy(locked) })).rejects.toThrow(
    new RegExp(`${SOURCE}.*${named}`),
  );
});
