import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { openStore } from '../../../main/store/store.ts';
import { openTestCore } from '../core.ts';

/**
 * Works on a data folder whose disk runs full. Run in a mount namespace of its own, on a small tmpfs; prints what
 * happened as JSON.
 */

const folder = process.argv[2] as string;
const filler = path.join(folder, 'filler');

/** Takes what is left of the disk. */
function fill(): void {
  const handle = openSync(filler, 'a');
  const block = Buffer.alloc(4096, 1);
  try {
    for (let written = 0; written < 64 * 1024 * 1024; written += block.length) writeSync(handle, block);
  } catch {
    // Full: that is what was wanted.
  } finally {
    closeSync(handle);
  }
}

const outcome = (error: unknown) => {
  const { code, message, data } = error as { code?: string; message: string; data?: { remedy?: string } };
  return { code, message, remedy: data?.remedy };
};

const { client, close } = await openTestCore(folder);
const { id: workspaceId } = await client.workspaces.create({ name: 'Cramped' });
await client.domains.add({ workspaceId, text: 'one.example.com\ntwo.example.com' });
fill();
const list = Array.from({ length: 20_000 }, (_nothing, index) => `domain-${index}.example.com`).join('\n');
const refusedAdd = await client.domains.add({ workspaceId, text: list }).then(() => null, outcome);
const afterAdd = (await client.domains.list({ workspaceId })).length;
const { revision } = await client.settings.get({ workspaceId });
const refusedSave = await client.settings
  .save({ workspaceId, revision, fields: { serviceProfile: '', dmarcReportAddress: 'reports@example.com' } })
  .then(() => null, outcome);
const draft = await client.settings
  .saveDraft({ workspaceId, baseRevision: revision, fields: { extraCa: 'x'.repeat(200_000) } })
  .then(() => null, outcome);
rmSync(filler);
const added = await client.domains.add({ workspaceId, text: list.slice(0, list.indexOf('domain-500.')) });
await close();

const store = openStore(folder);
const names = store.domains.names(workspaceId).size;
store.close();
console.log(JSON.stringify({ refusedAdd, afterAdd, refusedSave, draft, added: added.added.length, names }));
