import { sentencesOf } from '../../support/told.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';

/** The files of an archive, as a reader of others finds them. */
async function unzipped(octets: string): Promise<Record<string, string>> {
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) => {
    yauzl.fromBuffer(Buffer.from(octets, 'base64'), { lazyEntries: false, autoClose: false }, (error, file) =>
      error === null ? resolve(file) : reject(error),
    );
  });
  const files: Record<string, string> = {};
  const reading: Promise<void>[] = [];
  await new Promise((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      reading.push(
        new Promise((done, failed) => {
          zip.openReadStream(entry, (error, stream) => {
            if (error !== null) return failed(error);
            const parts: Buffer[] = [];
            stream.on('data', (part: Buffer) => parts.push(part));
            stream.on('error', failed);
            stream.on('end', () => {
              files[entry.fileName] = Buffer.concat(parts).toString();
              done();
            });
          });
        }),
      );
    });
    zip.on('end', resolve);
    zip.on('error', reject);
  });
  await Promise.all(reading);
  return files;
}

describe('several domains at once', () => {
  let desk: TestCore;
  let workspaceId: number;
  let ids: readonly number[];

  beforeAll(async () => {
    desk = await openTestCore();
    workspaceId = (await desk.client.workspaces.create({ name: 'Agency' })).id;
    const { added } = await desk.client.domains.add({
      workspaceId,
      text: 'news.one.example\nnews.two.example\nshop.two.example\nquiet.example',
    });
    ids = added.map(({ id }) => id);
  });

  afterAll(async () => {
    await desk.close();
    await dropFolder(desk.folder);
  });

  const configuration = async (id: number) =>
    (await desk.client.domains.configuration({ workspaceId, domainId: id })).configuration;

  it('get a provider, values and tags that are the same for all', async () => {
    const change = {
      provider: { templateId: 'custom', mode: 'own-key' },
      values: { spfMechanism: 'ip4:192.0.2.0/24' },
      reportAddress: 'dmarc@agency.example',
      addTags: ['spring', 'client-a'],
    };
    const result = await desk.client.domains.configureSeveral({ workspaceId, domainIds: ids.slice(0, 3), change });
    expect(result).toEqual({ changed: 3, refused: [] });
    for (const id of ids.slice(0, 3)) {
      const { providers, dmarc, tags } = await configuration(id);
      expect(providers).toEqual([{ ...change.provider, fields: change.values }]);
      expect(dmarc.reportAddress).toBe('dmarc@agency.example');
      expect(tags).toEqual(['client-a', 'spring']);
    }
    // Nobody sends for the last one yet: what has to be done for it is known.
    await desk.client.domains.configureSeveral({
      workspaceId,
      domainIds: ids.slice(3),
      change: { reportAddress: null },
    });
    const { workspaces } = await desk.client.state.snapshot();
    expect(workspaces.find(({ id }) => id === workspaceId)).toMatchObject({
      domainCount: 4,
      verdictCounts: { 'to-do': 1, unknown: 3 },
    });
    const rows = await desk.client.domains.list({ workspaceId });
    expect(Object.fromEntries(rows.map(({ name, tags }) => [name, tags]))).toEqual({
      'news.one.example': ['client-a', 'spring'],
      'news.two.example': ['client-a', 'spring'],
      'shop.two.example': ['client-a', 'spring'],
      'quiet.example': undefined,
    });
  });

  it('keep what the change does not name', async () => {
    const [id = 0] = ids;
    await desk.client.domains.configureSeveral({ workspaceId, domainIds: [id], change: { removeTags: ['spring'] } });
    const { providers, tags } = await configuration(id);
    expect(tags).toEqual(['client-a']);
    expect(providers[0]?.fields).toEqual({ spfMechanism: 'ip4:192.0.2.0/24' });
  });

  it('are changed but for those that refuse it, which are told with the reason', async () => {
    const [first = 0, , third = 0] = ids;
    const two = ['custom', 'amazon-ses'].map((templateId) => ({ templateId, mode: '', fields: {} }));
    const { revision } = await desk.client.domains.configuration({ workspaceId, domainId: third });
    await desk.client.domains.configure({
      workspaceId,
      domainId: third,
      revision,
      configuration: { providers: [{ ...two[0], templateId: 'custom', mode: 'own-key', fields: {} }, two[1] as never] },
    });
    const change = { provider: { templateId: 'custom', mode: 'own-key' }, values: { spfMechanism: 'ip4:192.0.2.1' } };
    const result = await desk.client.domains.configureSeveral({ workspaceId, domainIds: [first, third], change });
    expect(result.changed).toBe(1);
    expect(result.refused).toMatchObject([{ domain: 'shop.two.example', message: 'Several providers send for it' }]);
    expect((await configuration(third)).providers).toHaveLength(2);
    expect((await configuration(first)).providers[0]?.fields).toEqual({ spfMechanism: 'ip4:192.0.2.1' });
  });

  it('are handed over as a zip with a file for each, and notes of what is left out', async () => {
    const file = await desk.client.domains.handOverSeveral({
      workspaceId,
      domainIds: [...ids],
      format: 'bind',
      asOne: false,
    });
    const files = await unzipped(file.octets);
    expect(Object.keys(files).sort()).toEqual([
      'NOTES.txt',
      'news.one.example.zone',
      'news.two.example.zone',
      'shop.two.example.zone',
    ]);
    expect(file).toMatchObject({ mediaType: 'application/zip', domains: 3 });
    expect(file.leftOut).toMatchObject([{ domain: 'quiet.example' }]);
    expect(files['NOTES.txt']).toContain('quiet.example: No record template is chosen');
    for (const [index, name] of ['news.one.example', 'news.two.example'].entries()) {
      const { text } = await desk.client.domains.handOver({ workspaceId, domainId: ids[index] ?? 0, format: 'bind' });
      expect(files[`${name}.zone`]).toBe(text);
    }
  });

  it('are handed over as one file that holds the records of all, where the format can', async () => {
    const take = async (format: string) => {
      const input = { workspaceId, domainIds: ids.slice(0, 2), format, asOne: true };
      return Buffer.from((await desk.client.domains.handOverSeveral(input)).octets, 'base64').toString();
    };
    const { records, findings } = readZone(await take('bind'), { origin: 'invalid' });
    expect(findings).toEqual([]);
    expect(records.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['news.one.example', 'news.two.example', '_dmarc.news.one.example']),
    );
    const table = (await take('csv')).trim().split(/\r?\n/);
    expect(table.filter((line) => line.startsWith('action,'))).toHaveLength(1);
    expect(table.filter((line) => line.includes('news.two.example'))).not.toEqual([]);
    await expect(take('route53')).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'asOne' } });
  });

  it('say so when none of them has anything to hand over', async () => {
    const input = { workspaceId, domainIds: ids.slice(3), format: 'bind', asOne: false };
    await expect(desk.client.domains.handOverSeveral(input)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      data: { value: 'quiet.example' },
    });
  });

  it('note in Activity what was taken, and nothing that was only looked at', async () => {
    const exports = async () =>
      sentencesOf(await desk.client.activity.list({ workspaceId, kinds: ['export'], limit: 50 }));
    const [first = 0, second = 0] = ids;
    await desk.client.domains.handOver({ workspaceId, domainId: first, format: 'bind' });
    expect(await exports()).toEqual([]);
    await desk.client.domains.noteHandOver({ workspaceId, domainIds: [first], format: 'bind' });
    await desk.client.domains.noteHandOver({ workspaceId, domainIds: [first, second], format: 'csv', complete: true });
    expect(await exports()).toEqual([
      'Complete record set of 2 domains handed over as CSV',
      'Records of news.one.example handed over as Zone file (BIND)',
    ]);
  });
});
