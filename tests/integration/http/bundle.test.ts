import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BundleOptions } from '../../../shared/contract/monitoring.ts';
import type { Laboratory } from '../../support/certificates.ts';
import { makeLaboratory } from '../../support/certificates.ts';
import type { TestCore } from '../../support/core.ts';
import { dropFolder, openTestCore } from '../../support/core.ts';
import { ownServers } from '../../support/servers.ts';
import { describeWith } from '../../support/tools.ts';
import { httpsWith } from './laboratory.ts';

/** Everything that can be stored is stored with something in it that must not come out. */

const API_KEY = 'Ky7fQ2mZ9vTtR4xWuB8eL1';
const AUTH_KEY = 'semi;colon & "quoted" key';
const NAMES = ['contoso', 'müllerei', 'xn--mllerei-n2a', 'geheim', 'intern-gw', 'umleitung', 'fabrikam', 'jane.doe'];
const ADDRESSES = ['2001:db8:77::17', '192.0.2.177', '127.0.0.1'];

describeWith(['openssl'], 'the support bundle', () => {
  let laboratory: Laboratory;
  let test: TestCore;
  let workspaceId: number;
  const servers = ownServers();
  const bundle = async (options: Partial<BundleOptions> = {}) => {
    const all = { hideAddresses: true, hideNames: true, includeActivity: true, ...options };
    return test.client.monitoring.bundle({ workspaceId, options: all });
  };

  beforeAll(async () => {
    laboratory = makeLaboratory();
    test = await openTestCore();
    const { client } = test;
    await client.vault.create({ passphrase: 'violet tractor' });
    workspaceId = (await client.workspaces.create({ name: 'Fabrikam before' })).id;
    await client.workspaces.rename({ workspaceId, name: 'Contoso & Müllerei' });
    const port = await httpsWith(servers, laboratory, (_request, response) =>
      response
        .writeHead(302, { location: `https://umleitung.geheim.example/x?apikey=${API_KEY}&ip=192.0.2.177` })
        .end(),
    );
    const save = async (fields: Record<string, string>, keys = {}) => {
      const { revision } = await client.settings.get({ workspaceId });
      await client.settings.save({ workspaceId, revision, fields, ...keys });
    };
    const extra = {
      extraCa: laboratory.root,
      resolver: '[2001:db8:77::17]:53, 192.0.2.177',
      dmarcReportAddress: 'jane.doe@contoso.example',
      recordTemplate: 'elastic-email',
    };
    await save(
      { serviceUrl: 'https://[2001:db8:77::17]:8443/app', responseDomain: 'https://müllerei.example', ...extra },
      { apiKey: { do: 'set', value: API_KEY }, authKey: { do: 'set', value: AUTH_KEY } },
    );
    await client.probes.responses({ workspaceId });
    await client.probes.monitoring({ workspaceId });
    await save({ serviceUrl: 'https://intern-gw' });
    await client.probes.connection({ workspaceId });
    await save({ serviceUrl: `https://localhost:${port}` });
    await client.probes.connection({ workspaceId });
    const { added } = await client.domains.add({ workspaceId, text: 'müllerei.example\nnews.contoso.example' });
    for (const { id: domainId } of added) {
      await client.domains.makeDkimKey({ workspaceId, domainId, selector: 's1', algorithm: 'rsa-1024' });
      await client.domains.pasteZone({ workspaceId, domainId, text: '@ IN TXT "geheim"\nwww IN A 192.0.2.177\n' });
      await client.domains.handOver({ workspaceId, domainId, format: 'text' });
    }
    await client.settings.saveDraft({ workspaceId, baseRevision: 1, fields: { serviceUrl: 'https://geheim.example' } });
  });
  afterAll(async () => {
    await test.close();
    await servers.close();
    await dropFolder(test.folder);
    rmSync(laboratory.folder, { recursive: true, force: true });
  });

  it('holds no secret, whatever was chosen', async () => {
    for (const options of [{}, { hideAddresses: false, hideNames: false }]) {
      const { text } = await bundle(options);
      for (const needle of [API_KEY, AUTH_KEY, 'colon & ', 'PRIVATE KEY', 'MIIC', 'MIIB', 'violet'])
        expect(text).not.toContain(needle);
    }
  });

  it('holds no address and no name where they are to be hidden, in any spelling', async () => {
    const lower = (await bundle()).text.toLowerCase().normalize('NFC');
    for (const needle of [...ADDRESSES, ...NAMES]) expect(lower).not.toContain(needle);
    const shown = (await bundle({ hideAddresses: false, hideNames: false })).text;
    for (const needle of ['2001:db8:77::17', 'xn--mllerei-n2a.example', 'intern-gw']) expect(shown).toContain(needle);
    const addressesOnly = (await bundle({ hideNames: false })).text;
    expect(addressesOnly).not.toContain('2001:db8:77::17');
    expect(addressesOnly).toContain('xn--mllerei-n2a.example');
  });

  it('is explained line by line', async () => {
    const parsed = JSON.parse((await bundle()).text) as Readonly<Record<string, object>>;
    const paper = readFileSync('docs/support-bundle.md', 'utf8');
    for (const line of [
      ...Object.keys(parsed),
      ...Object.keys(parsed.settings ?? {}),
      ...Object.keys(parsed.hidden ?? {}),
    ])
      expect(paper).toContain(`\`${line}\``);
  });

  it('still shows which hop fails, and is one JSON file', async () => {
    const { fileName, mediaType, text } = await bundle();
    expect([fileName, mediaType]).toEqual([
      expect.stringMatching(/^sendwright-bundle-[\d-]+\.json$/),
      'application/json',
    ]);
    const parsed = JSON.parse(text) as {
      overview: Record<string, string>;
      traces: Record<
        string,
        { findings: { code: string }[]; stages: { stage: string; detail: string; met: { code: string } }[] }[]
      >;
      activity: unknown[];
    };
    expect(parsed.overview.connection).toMatch(/^failed at response: .*\(probe\.redirect\)$/);
    expect(parsed.overview).toMatchObject({ apiKey: 'protected', authKey: 'protected' });
    expect(parsed.traces.connection?.[0]?.findings.map((finding) => finding.code)).toEqual(['probe.redirect']);
    expect(parsed.traces.connection?.[0]?.stages.at(-1)).toMatchObject({
      stage: 'response',
      state: 'failed',
      met: { code: 'stage.redirect', values: { status: expect.any(Number) } },
      detail: expect.stringMatching(/^3\d\d → /),
    });
    expect(parsed.activity.length).toBeGreaterThan(8);
    expect((JSON.parse((await bundle({ includeActivity: false })).text) as { activity: unknown[] }).activity).toEqual(
      [],
    );
  });
});
