import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer as createTcp } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import type { Bind } from '../../support/bind.ts';
import { startBind, zoneHead } from '../../support/bind.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { cli } from '../../support/cli.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

describeWith(['openssl', 'named'], 'what was found, and for how long it counts', () => {
  let laboratory: Laboratory;
  let test: TestCore;
  let bind: Bind;
  let address: string;
  let workspaceId: number;
  const servers = ownServers();
  const read = () => test.client.settings.get({ workspaceId });
  const save = async (fields: Partial<SettingsFields>) => {
    const { revision } = await read();
    return test.client.settings.save({ workspaceId, revision, fields });
  };

  /** A workspace with nothing in it, and what a person does in its General settings. */
  const ownWorkspace = async (name: string) => {
    const { id } = await test.client.workspaces.create({ name });
    const readOwn = () => test.client.settings.get({ workspaceId: id });
    return {
      read: readOwn,
      save: async (fields: Partial<SettingsFields>) =>
        test.client.settings.save({ workspaceId: id, revision: (await readOwn()).revision, fields }),
      test: (unsaved: Pick<SettingsFields, 'serviceUrl' | 'extraCa'>) =>
        test.client.probes.connection({ workspaceId: id, unsaved }),
    };
  };

  beforeAll(async () => {
    laboratory = makeLaboratory();
    test = await openTestCore();
    bind = await startBind(['elasticemail.com', 'included.example']);
    const port = await httpsWith(servers, laboratory, (request, response) => {
      if (request.method === 'OPTIONS') response.setHeader('access-control-allow-methods', 'POST');
      response.end(request.method === 'GET' ? '{"provider":"Elastic Email"}' : '');
    });
    address = `https://localhost:${port}`;
    workspaceId = (await test.client.workspaces.create({ name: 'Evidence' })).id;
    await save({ serviceUrl: address, responseDomain: address, extraCa: laboratory.root, resolver: bind.address });
  });
  afterAll(async () => {
    await test.close();
    await bind.stop();
    await servers.close();
    await dropFolder(test.folder);
    rmSync(laboratory.folder, { recursive: true, force: true });
  });

  it('a result no longer counts once scheme or address change, and counts again when they are put back', async () => {
    await test.client.probes.responses({ workspaceId });
    await test.client.probes.monitoring({ workspaceId });
    expect((await read()).traces).toMatchObject({
      responses: { kind: 'responses' },
      monitoring: { outcome: 'passed' },
    });
    for (const other of [
      address.replace('https:', 'http:'),
      `${address}/app`,
      address.replace('localhost', '127.0.0.1'),
    ]) {
      const { traces, outdated } = await save({ responseDomain: other });
      expect([traces.responses, traces.monitoring]).toEqual([null, null]);
      expect([outdated.responses, outdated.monitoring]).toEqual([expect.any(Number), expect.any(Number)]);
    }
    const back = await save({ responseDomain: address });
    expect(back.traces.responses?.url).toContain(address);
    expect(back.outdated.responses).toBeNull();
  });

  it('the service counts as reached only under the settings that were tested', async () => {
    await test.client.probes.connection({ workspaceId });
    expect((await read()).connection).toMatchObject({ state: 'reached', seenAt: expect.any(Number) });
    expect((await save({ extraCa: '' })).connection.state).toBe('changed');
    await test.client.probes.connection({ workspaceId });
    expect((await read()).connection.state).toBe('failing');
    expect((await save({ extraCa: laboratory.root })).connection.state).toBe('reached');
    await test.client.probes.connection({ workspaceId });
    expect((await read()).connection.state).toBe('reached');
    expect((await save({ serviceUrl: `${address}/other` })).connection.state).toBe('changed');
    expect((await save({ serviceUrl: address })).connection.state).toBe('reached');
  });

  it('a test of what is typed counts once the very same is saved, and not before', async () => {
    const typed = await ownWorkspace('Typed');
    const unsaved = { serviceUrl: `${address}/`, extraCa: laboratory.root };
    expect(await typed.test(unsaved)).toMatchObject({ outcome: 'passed' });
    expect((await typed.read()).traces.connection).toBeNull();
    expect(
      (await typed.save({ serviceUrl: `${address}/other`, extraCa: laboratory.root })).traces.connection,
    ).toBeNull();
    await typed.test(unsaved);
    const saved = await typed.save(unsaved);
    expect(saved.traces.connection).toMatchObject({ outcome: 'passed' });
    expect(saved.connection.state).toBe('reached');
  });

  it('a test that somebody ends is not kept', async () => {
    const silent = await servers.listen(createTcp((socket) => socket.resume()));
    await save({ serviceUrl: `https://localhost:${silent}` });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    const trace = await test.client.probes.connection({ workspaceId }, { signal: controller.signal });
    expect(trace).toMatchObject({ outcome: 'unknown', findings: [{ code: 'probe.aborted' }] });
    expect((await read()).connection.state).toBe('changed');
    await save({ serviceUrl: address });
  });

  it('an extra CA that can’t be read is refused, with its place', async () => {
    const damaged = laboratory.root + laboratory.root.replace(/\n[^-\n]{64}\n/, '\n');
    await expect(save({ extraCa: damaged })).rejects.toMatchObject({
      message: 'Certificate 2 of the extra CA can’t be read',
    });
    await expect(save({ extraCa: 'hello' })).rejects.toMatchObject({ message: 'The extra CA contains no certificate' });
  });

  it('a private key beside a certificate is kept nowhere, not even as a draft', async () => {
    const before = await read();
    const key = readFileSync(laboratory.server('good').key, 'utf8');
    const extraCa = laboratory.root + key;
    await expect(save({ extraCa })).rejects.toMatchObject({
      message: 'The extra CA contains a private key',
      data: { field: 'fields.extraCa', value: '', remedy: expect.stringContaining('only the certificate') },
    });
    const resolver = 'https://anna:hunter2@dns.example/dns-query';
    await test.client.settings.saveDraft({
      workspaceId,
      baseRevision: before.revision,
      fields: { extraCa, resolver, supportAddress: 'help@example.com' },
    });
    expect((await read()).draft?.fields).toEqual({ supportAddress: 'help@example.com' });
    await test.client.settings.discardDraft({ workspaceId });
    expect((await read()).fields).toEqual(before.fields);
  });

  it('certificates of a DER and of a PKCS #7 file are trusted as those of PEM', async () => {
    const file = (name: string) => path.join(laboratory.folder, name);
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: laboratory.folder });
    openssl('x509', '-in', 'root.pem', '-outform', 'DER', '-out', 'root.cer');
    openssl('crl2pkcs7', '-nocrl', '-certfile', 'root.pem', '-outform', 'DER', '-out', 'root.p7b');
    for (const name of ['root.cer', 'root.p7b']) {
      const { folder } = test;
      const set = ['settings', 'set', '--workspace', 'Evidence', '--data-dir', folder];
      expect(await cli(...set, '--extra-ca-file', file(name))).toMatchObject({ code: 0 });
      expect((await read()).fields.extraCa).toBe(laboratory.root);
      expect(await test.client.probes.connection({ workspaceId })).toMatchObject({ outcome: 'passed' });
      await save({ extraCa: '' });
    }
    await save({ extraCa: laboratory.root });
  });

  it('the service’s addresses are walked through its provider’s SPF, with what can’t be read named', async () => {
    await bind.load(
      'elasticemail.com',
      `${zoneHead('elasticemail.com', 2)}
_spf IN TXT "v=spf1 ip4:192.0.2.0/24 -ip4:198.51.100.1 include:a.included.example include:_spf.elasticemail.com include:gone.included.example exists:%{i}.included.example a:host.included.example/28 mx:included.example ~all"\n`,
    );
    await bind.load(
      'included.example',
      `${zoneHead('included.example', 2)}
@ IN MX 10 mail
mail IN A 203.0.113.25
host IN A 203.0.113.77
host IN AAAA 2001:db8::77
a IN TXT "v=spf1 ip6:2001:db8:5::/48 redirect=b.included.example"
b IN TXT "v=spf1 ?ip4:203.0.113.9 -all"\n`,
    );
    const { addresses, gaps } = await test.client.probes.serviceAddresses({ workspaceId });
    expect(addresses.filter(({ from }) => from !== 'connection test')).toEqual([
      { address: '192.0.2.0/24', from: 'SPF of _spf.elasticemail.com' },
      { address: '2001:db8:5::/48', from: 'SPF of a.included.example' },
      { address: '203.0.113.9', from: 'SPF of b.included.example' },
      { address: '203.0.113.77/28', from: 'SPF of _spf.elasticemail.com' },
      { address: '2001:db8::77', from: 'SPF of _spf.elasticemail.com' },
      { address: '203.0.113.25', from: 'SPF of _spf.elasticemail.com' },
    ]);
    expect(addresses).toContainEqual({ address: '127.0.0.1', from: 'connection test' });
    expect(gaps).toEqual(
      expect.arrayContaining([
        'gone.included.example TXT: nxdomain',
        'exists:%{i}.included.example: depends on the message',
      ]),
    );
  });
});
