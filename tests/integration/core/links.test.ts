import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StateChange } from '../../../shared/contract/state.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** What a link from outside does to the console: it is told to the window, and changes nothing. */

let desk: TestCore;
beforeEach(async () => {
  desk = await openTestCore();
});
afterEach(async () => {
  await desk.close();
  await dropFolder(desk.folder);
});

async function workspaceWith(name: string, text: string) {
  const { id } = await desk.client.workspaces.create({ name });
  const { added } = await desk.client.domains.add({ workspaceId: id, text });
  return { workspaceId: id, workspace: name, domainId: added[0]?.id ?? 0 };
}

async function told(link: string) {
  desk.core.openLink(link);
  return (await desk.client.state.snapshot({})).link;
}

describe('a link from outside', () => {
  it('leads to the one workspace that has the domain, however its name is written', async () => {
    const place = await workspaceWith('Acme', 'bücher.example');
    await workspaceWith('Other', 'example.com');
    for (const name of ['bücher.example', 'B%C3%BCcher.EXAMPLE.', 'xn--bcher-kva.example'])
      expect(await told(`sendwright://domain/${name}`)).toMatchObject({
        domain: 'bücher.example',
        places: [place],
        trouble: null,
      });
  });

  it('leads to each that has it, and leaves the choice', async () => {
    const places = [await workspaceWith('One', 'example.com'), await workspaceWith('Two', 'example.com')];
    expect(await told('sendwright://domain/example.com')).toMatchObject({ places, trouble: null });
  });

  it('says so where no workspace has it, and where it can’t be read', async () => {
    expect(await told('sendwright://domain/example.com')).toMatchObject({
      places: [],
      trouble: { message: 'No workspace has example.com, which a link asks for' },
    });
    expect(await told('sendwright://domain/')).toMatchObject({ domain: null, places: [] });
    expect(await told('sendwright://elsewhere/x')).toHaveProperty('trouble.message', expect.stringMatching(/link/));
  });

  it('is told to the window that is open, once, and to one that opens later until one has seen to it', async () => {
    await workspaceWith('Acme', 'example.com');
    const { sequence } = await desk.client.state.snapshot({});
    const changes = await desk.client.state.changes({ after: sequence });
    desk.core.openLink('sendwright://console/');
    desk.core.openLink('sendwright://domain/example.com');
    let change: StateChange | undefined;
    for await (change of changes) break;
    expect(change).toMatchObject({ kind: 'link', link: { domain: 'example.com' } });
    const { link } = await desk.client.state.snapshot({});
    await desk.client.links.taken({ id: (link?.id ?? 0) - 1 });
    expect((await desk.client.state.snapshot({})).link).toEqual(link);
    await desk.client.links.taken({ id: link?.id ?? 0 });
    expect((await desk.client.state.snapshot({})).link).toBeNull();
  });

  it('changes nothing', async () => {
    const { workspaceId } = await workspaceWith('Acme', 'example.com');
    const before = await desk.client.activity.list({ workspaceId, limit: 100 });
    for (const name of ['example.com', 'other.example', '%']) desk.core.openLink(`sendwright://domain/${name}`);
    expect(await desk.client.activity.list({ workspaceId, limit: 100 })).toEqual(before);
    expect(await desk.client.domains.list({ workspaceId })).toHaveLength(1);
  });
});
