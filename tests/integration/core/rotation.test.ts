import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RotationPlan } from '../../../shared/dkim/rotation.ts';
import { quoteTxt, splitTxt } from '../../../shared/dns/txt.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import { cli } from '../../support/cli.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore, verifyAll } from '../../support/core.ts';
import { describeWith } from '../../support/tools.ts';

describeWith(['named'], 'changing a DKIM key, with BIND', () => {
  let bind: Bind;
  let desk: TestCore;
  let inDomain: { workspaceId: number; domainId: number };

  beforeAll(async () => {
    bind = await startBind(['example.com']);
    desk = await openTestCore();
    const { id: workspaceId } = await desk.client.workspaces.create({ name: 'Acme' });
    const { revision } = await desk.client.settings.get({ workspaceId });
    const fields = { resolver: bind.address, recordTemplate: 'custom', recordTemplateMode: 'own-key' };
    await desk.client.settings.save({ workspaceId, revision, fields });
    await desk.client.vault.create({ passphrase: 'correct horse battery' });
    const { added } = await desk.client.domains.add({ workspaceId, text: 'example.com' });
    inDomain = { workspaceId, domainId: added[0]?.id ?? 0 };
  });

  afterAll(async () => {
    await desk.close();
    await bind.stop();
    await dropFolder(desk.folder);
  });

  const make = (selector: string) => desk.client.domains.makeDkimKey({ ...inDomain, selector, algorithm: 'rsa-1024' });
  const mark = (selector: string, as: 'signing' | 'revoked' | 'live') =>
    desk.client.domains.markDkimKey({ ...inDomain, selector, as });
  const states = (plans: readonly RotationPlan[]) => plans[0]?.steps.map(({ id, state }) => `${id} ${state}`);
  const dkimCards = async () => {
    const manual = await desk.client.domains.manual(inDomain);
    return manual.steps.flatMap((step) => step.cards).filter((card) => card.purpose === 'dkim');
  };
  /** Publishes what the DKIM cards say, and asks for it. */
  const publish = async () => {
    const lines = (await dkimCards()).map((card) => `${card.name.relative} TXT ${quoteTxt(splitTxt(card.value))}\n`);
    await bind.load('example.com', `${zoneHead('example.com', Math.floor(Date.now() / 1000))}${lines.join('')}`);
    expect(await verifyAll(desk.client, inDomain.workspaceId)).toBe('done');
  };

  it('has nothing to change before there is a key', async () => {
    expect(await desk.client.domains.rotations(inDomain)).toEqual([]);
  });

  it('sees the new key beside the old one in DNS', async () => {
    await make('s1');
    await publish();
    expect((await desk.client.domains.rotations(inDomain))[0]).toMatchObject({ outgoing: ['s1'], incoming: 's2' });
    await make('s2');
    expect(states(await desk.client.domains.rotations(inDomain))?.slice(0, 2)).toEqual(['make done', 'publish due']);
    await publish();
    expect(states(await desk.client.domains.rotations(inDomain))?.slice(0, 3)).toEqual([
      'make done',
      'publish done',
      'wait later',
    ]);
  });

  it('notes what a person did, and takes it back', async () => {
    expect(states(await mark('s2', 'signing'))?.slice(2, 6)).toEqual([
      'wait done',
      'switch done',
      'keep later',
      'revoke later',
    ]);
    expect(states(await mark('s2', 'live'))?.[3]).toBe('switch later');
    await expect(mark('s9', 'signing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('asks for the empty key where one is revoked, and never revokes the last', async () => {
    await mark('s1', 'revoked');
    const before = (await dkimCards()).map((card) => [card.name.relative, card.optional, card.action, card.verdict]);
    expect(before).toEqual([
      ['s1._domainkey', true, 'replace', 'failing'],
      ['s2._domainkey', false, 'keep', 'verified'],
    ]);
    await publish();
    const [old] = await dkimCards();
    expect(old).toMatchObject({ action: 'keep', verdict: 'verified', value: 'v=DKIM1; p=', findings: [] });
    await expect(mark('s2', 'revoked')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await desk.client.domains.rotations(inDomain))[0]).toMatchObject({ outgoing: ['s2'], incoming: 's3' });
  });

  it('tells the same on the command line', async () => {
    const rotate = (...args: readonly string[]) => cli('dkim', 'rotate', ...args, '--data-dir', desk.folder);
    const { code, out } = await rotate('example.com');
    expect(code).toBe(0);
    expect(out).toContain('s2 can be changed for s3 at any time.');
    expect(out).toMatch(/NOW {2}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}Make a key pair at s3/);
    expect(await rotate('example.com', '--revoke', 's2')).toMatchObject({ code: 4 });
    expect(await rotate('example.net')).toMatchObject({ code: 4 });
  });
});
