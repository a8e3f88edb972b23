import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../../main/log/log.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { HOSTILE, HOSTILE_NAME, OBEYED } from '../../support/outside-text.ts';

/** Text from outside where it leaves the console for a file: nothing in it is obeyed, and nothing of it is lost. */

let folder: string;
let desk: TestCore;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-outside-'));
  desk = await openTestCore();
});
afterEach(async () => {
  await desk.close();
  await dropFolder(desk.folder);
  await dropFolder(folder);
});

describe('text from outside', () => {
  it('is shown by its number in the log, wherever it stands in what failed', async () => {
    const log = openLog({ dataFolder: folder, source: 'cli' });
    const error = new Error(`said ${HOSTILE}`, { cause: new Error(HOSTILE) });
    log.error({ err: error, [`key ${HOSTILE}`]: HOSTILE, nested: [{ text: HOSTILE }] }, HOSTILE);
    const written = readFileSync(log.file, 'utf8');
    expect(written).toContain('\\u202egnp');
    expect(written).not.toMatch(OBEYED);
  });

  it('is shown by its number in the support bundle, and means there what it meant', async () => {
    const { client } = desk;
    const { id: workspaceId } = await client.workspaces.create({ name: `Acme ${HOSTILE_NAME}` });
    await client.domains.add({ workspaceId, text: `${HOSTILE}.example\nexample.com` });
    const [domain] = await client.domains.list({ workspaceId });
    await client.domains.pasteZone({
      workspaceId,
      domainId: domain?.id ?? 0,
      text: `@ 300 IN TXT "v=spf1 include:${HOSTILE_NAME} -all"\n`,
    });
    const options = { hideAddresses: false, hideNames: false, includeActivity: true };
    const { text } = await client.monitoring.bundle({ workspaceId, options });
    expect(text).not.toMatch(OBEYED);
    expect(JSON.stringify(JSON.parse(text))).toContain(HOSTILE_NAME.slice(3, 8));
  });
});
