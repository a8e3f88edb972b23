import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../../main/hosts/cli/output.ts';
import { cli as runCommand } from '../../support/cli.ts';
import type { Outcome } from '../../support/cli.ts';
import { dropFolder } from '../../support/core.ts';

/** What is decided of several domains by command, and what is told of them. */

let folder: string;

const cli = (...args: readonly string[]): Promise<Outcome> => runCommand(...args, '--data-dir', folder);

async function asked(...args: readonly string[]): Promise<{ readonly code: number; readonly data: unknown }> {
  const { code, out } = await cli(...args, '--json');
  return { code, data: JSON.parse(out) as unknown };
}

const entries = async (...args: readonly string[]) => {
  const { data } = await asked('activity', ...args);
  return (data as readonly { readonly summary: string }[]).map(({ summary }) => summary);
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-domains-'));
  await cli('domains', 'add', 'a.example.com', 'b.example.com', 'münchen.example', '--yes');
});
afterAll(() => dropFolder(folder));

describe('domains by command', () => {
  it('are set aside and taken back, by A-labels or U-labels', async () => {
    const aside = await asked('domains', 'not-in-use', 'münchen.example');
    expect(aside).toMatchObject({ code: exitCodes.ok, data: [{ name: 'xn--mnchen-3ya.example', inUse: false }] });
    const back = await asked('domains', 'in-use', 'xn--mnchen-3ya.example.');
    expect(back.data).toMatchObject([{ unicodeName: 'münchen.example', inUse: true }]);
  });

  it('are refused by name where they are not listed, and nothing changes', async () => {
    const { code, data } = await asked('domains', 'not-in-use', 'a.example.com', 'absent.example.com');
    expect(code).toBe(exitCodes.badInput);
    expect(data).toMatchObject({ error: { message: expect.stringContaining('Not listed: absent.example.com.') } });
    const { data: rows } = await asked('domains', 'list');
    expect(rows).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'a.example.com', inUse: true })]));
  });

  it('are configured at once, and those that are refused are named', async () => {
    const done = await asked('domains', 'configure', '--all', '--provider', 'sendgrid', '--tag', 'north', 'shop');
    expect(done).toEqual({ code: exitCodes.ok, data: { changed: 3, refused: [] } });
    const untagged = await asked('domains', 'configure', 'b.example.com', '--untag', 'shop');
    expect(untagged.data).toEqual({ changed: 1, refused: [] });
    const { data } = await asked('domains', 'list');
    const tags = (data as readonly { readonly name: string; readonly tags?: readonly string[] }[]).map(
      (row) => [row.name, row.tags] as const,
    );
    expect(Object.fromEntries(tags)).toEqual({
      'a.example.com': ['north', 'shop'],
      'b.example.com': ['north'],
      'xn--mnchen-3ya.example': ['north', 'shop'],
    });
    const refused = await asked('domains', 'configure', 'a.example.com', '--reports', 'nobody');
    expect(refused).toMatchObject({
      code: exitCodes.badInput,
      data: { changed: 0, refused: [{ domain: 'a.example.com', remedy: expect.stringMatching(/\w/) }] },
    });
  });

  it.each([
    [['domains', 'configure', 'a.example.com'], 'Nothing to change.'],
    [['domains', 'configure', '--tag', 'x'], 'No domain was named.'],
    [['domains', 'configure', 'a.example.com', '--all', '--tag', 'x'], '--all means every domain in use.'],
    [['domains', 'configure', 'a.example.com', '--mode', 'standard'], '--mode standard needs a provider.'],
    [['domains', 'configure', 'a.example.com', '--value', 'x'], '--value x names no field.'],
    [['activity', '--kind', 'letters'], '--kind: there is no “letters”.'],
  ])('say what is missing in %j', async (args, said) => {
    const { code, error } = await cli(...args);
    expect([code, error]).toEqual([exitCodes.badInput, expect.stringContaining(said)]);
  });

  it('never send where somebody says so', async () => {
    const { code } = await cli('domains', 'never-sends', 'b.example.com', 'on');
    expect(code).toBe(exitCodes.ok);
    const { out } = await cli('records', 'b.example.com', '--format', 'bind', '--complete');
    // RFC 7208 §10.1.2 and RFC 7505 §3 give these records for a domain that sends and takes no mail.
    expect(out).toMatch(/TXT\s+"v=spf1 -all"/);
    expect(out).toMatch(/MX\s+0\s+\./);
    await cli('domains', 'never-sends', 'b.example.com', 'off');
    const again = await cli('records', 'b.example.com', '--format', 'bind', '--complete');
    expect(again.out).not.toMatch(/MX\s+0\s+\./);
  });
});

describe('hand-overs by command', () => {
  it('are written into one file, and noted; what is looked at is not', async () => {
    const before = await entries('--kind', 'export');
    const zip = path.join(folder, 'all.zip');
    const done = await asked(
      'hand-over',
      'a.example.com',
      'b.example.com',
      '--complete',
      '--format',
      'bind',
      '--to',
      zip,
    );
    expect(done).toMatchObject({ code: exitCodes.ok, data: { file: zip, domains: 2 } });
    // APPNOTE.TXT 4.3.7: a local file header begins with PK and 3, 4.
    expect(readFileSync(zip).subarray(0, 4)).toEqual(Buffer.from([0x50, 0x4b, 3, 4]));
    const after = await entries('--kind', 'export');
    expect(after.length).toBe(before.length + 1);
    expect(after[0]).toContain('2 domains');
    await cli('prove', 'a.example.com');
    expect(await entries('--kind', 'export')).toEqual(after);
  });

  it('of one domain are noted as well', async () => {
    const before = await entries('--text', 'a.example.com');
    await cli('records', 'a.example.com', '--format', 'csv', '--complete');
    const after = await entries('--text', 'a.example.com');
    expect(after.slice(1)).toEqual(before);
    expect(after[0]).toMatch(/a\.example\.com handed over as CSV/);
  });

  it('leave no note where the file can’t be written', async () => {
    const before = await entries('--kind', 'export');
    const file = path.join(folder, 'absent', 'file.zip');
    const { code, error } = await cli('hand-over', 'a.example.com', '--complete', '--to', file);
    expect([code, existsSync(file)]).toEqual([exitCodes.badInput, false]);
    expect(error).toMatch(/^--to: .*there is no such folder/);
    expect(await entries('--kind', 'export')).toEqual(before);
  });
});

describe('what is told of a domain', () => {
  it('is proved with the prepared records beside today’s', async () => {
    const zone = path.join(folder, 'a.zone');
    writeFileSync(zone, 'a.example.com. 300 IN SOA ns.example.com. h.example.com. 1 2 3 4 5\n');
    await cli('plan', 'a.example.com', '--zone', zone);
    const { code, data } = await asked('prove', 'a.example.com');
    expect([exitCodes.ok, exitCodes.notVerified, exitCodes.noResult]).toContain(code);
    expect(data).toMatchObject({
      today: { domain: 'a.example.com', dmarc: { discovery: { policyDomain: null } } },
      prepared: { dmarc: { discovery: { policyDomain: 'a.example.com' } } },
    });
    const { out } = await cli('prove', 'a.example.com');
    expect(out).toContain('DMARC: no record applies.');
    expect(out).toContain('DMARC by the record of a.example.com');
  });

  it('is that it was never checked, before it was', async () => {
    expect((await cli('history', 'b.example.com')).out).toBe('Never checked.\n');
    expect((await cli('history', 'b.example.com', '--observations')).out).toBe('Never checked.\n');
  });
});

describe('templates by command', () => {
  it('are changed for a workspace and reset', async () => {
    const original = (await asked('templates', 'show', 'sendgrid')).data as { readonly notes: readonly string[] };
    const file = path.join(folder, 'override.json');
    writeFileSync(file, JSON.stringify({ notes: ['Ask the postmaster first.'] }));
    expect((await asked('templates', 'change', 'sendgrid', file)).data).toMatchObject({
      notes: ['Ask the postmaster first.'],
    });
    expect((await cli('templates', 'list')).out).toMatch(/^sendgrid\s.*changed here/m);
    expect((await asked('templates', 'reset', 'sendgrid')).data).toEqual(original);
    writeFileSync(file, 'no JSON');
    expect((await cli('templates', 'change', 'sendgrid', file)).error).toContain('holds no JSON');
    const { code, error } = await cli('templates', 'show', 'nobody');
    expect([code, error]).toEqual([exitCodes.badInput, expect.stringMatching(/no template nobody.*sendgrid/)]);
  });
});

describe('settings by command', () => {
  it('set monitoring and where the application is hosted', async () => {
    const set = ['settings', 'set', '--monitoring', 'on', '--hosting', 'cloud', '--build', 'net'];
    expect(await asked(...set)).toMatchObject({
      code: exitCodes.ok,
      data: { fields: { monitoringEnabled: true, applicationHosting: 'cloud', applicationBuild: 'net' } },
    });
    expect((await asked('settings', 'set', '--monitoring', 'off')).data).toMatchObject({
      fields: { monitoringEnabled: false, applicationHosting: 'cloud' },
    });
    expect((await cli('settings', 'set', '--hosting', 'moon')).code).toBe(exitCodes.usage);
  });

  it('give a workspace another name', async () => {
    expect((await asked('workspace', 'rename', 'North')).data).toMatchObject({ name: 'North' });
    expect((await cli('domains', 'list', '--workspace', 'North')).code).toBe(exitCodes.ok);
  });
});
