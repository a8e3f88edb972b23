import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { callService } from '../../../main/probes/cloud-service/client.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { until } from '../../support/until.ts';

/** A machine without a network: the console asks nobody by itself, and says nothing of it. */

vi.mock('node:os', { spy: true });
vi.mock('../../../main/probes/cloud-service/client.ts', { spy: true });

const own = networkInterfaces();
const loopback = Object.fromEntries(
  Object.entries(own).map(([name, list]) => [name, list?.filter(({ internal }) => internal)]),
);

let desk: TestCore;
let workspaceId: number;

beforeEach(async () => {
  vi.mocked(networkInterfaces).mockReturnValue(loopback);
  vi.mocked(callService).mockReset().mockRejectedValue(new Error('Nobody is to be asked'));
  desk = await openTestCore(undefined, { practice: null });
  workspaceId = (await desk.client.workspaces.create({ name: 'Acme' })).id;
});
afterEach(async () => {
  await desk.close();
  await dropFolder(desk.folder);
  vi.restoreAllMocks();
});

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const save = async () => {
  const { revision } = await desk.client.settings.get({ workspaceId });
  await desk.client.settings.save({
    workspaceId,
    revision,
    fields: { serviceUrl: 'https://service.acme-a.com' },
    apiKey: { do: 'set', value: 'the API key' },
  });
};

it('is asked about by nobody after saving, on opening and as time goes by; and asks once it has a network', async () => {
  await desk.client.vault.create({ passphrase: 'violet tractor' });
  await save();
  await desk.client.service.ask({ workspaceId });
  desk.core.tick();
  await settled();
  expect(vi.mocked(callService)).not.toHaveBeenCalled();
  expect(await desk.client.service.status({ workspaceId })).toMatchObject({
    isAsking: false,
    sending: { state: 'unknown', message: 'Not known', finding: null },
    responses: { state: 'unknown', finding: null },
  });
  const { connection } = await desk.client.settings.get({ workspaceId });
  expect(connection).toMatchObject({ state: 'not-checked' });
  const entries = await desk.client.activity.list({ workspaceId, limit: 50 });
  expect(entries.filter(({ kind, severity }) => kind === 'probe' || severity !== 'info')).toEqual([]);

  await desk.close();
  desk = await openTestCore(desk.folder, { practice: null });
  await desk.client.service.ask({ workspaceId });
  vi.mocked(networkInterfaces).mockReturnValue(own);
  desk.core.tick();
  await settled();
  // There is a network now, and the vault is locked.
  expect(vi.mocked(callService)).not.toHaveBeenCalled();

  vi.mocked(networkInterfaces).mockReturnValue(loopback);
  await desk.client.vault.unlock({ passphrase: 'violet tractor' });
  await settled();
  expect(vi.mocked(callService)).not.toHaveBeenCalled();

  vi.mocked(networkInterfaces).mockReturnValue({
    ...loopback,
    eth0: [
      {
        address: '192.0.2.7',
        netmask: '255.255.255.0',
        family: 'IPv4',
        mac: '00:00:00:00:00:00',
        internal: false,
        cidr: null,
      },
    ],
  });
  desk.core.tick();
  await until(() => expect(vi.mocked(callService)).toHaveBeenCalledTimes(1));
});
