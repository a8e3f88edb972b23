import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { readZone } from '../../../shared/dns/zone-file.ts';
import { mailDraft } from '../../../shared/manual/formats/email.ts';
import type { HandOver } from '../../../shared/manual/formats/format.ts';
import { formatById } from '../../../shared/manual/formats/index.ts';
import { text as letter } from '../../../shared/manual/formats/text.ts';
import { checkZone, zoneHead } from '../../support/bind.ts';
import type { Operations } from '../../support/hand-over.ts';
import { anyHandOver, carriedOut, changed, meanings, txt, undone, ZONE } from '../../support/hand-over.ts';
import { describeWith } from '../../support/tools.ts';
import { seed } from '../../support/seed.ts';

/**
 * Hand-overs read by programs that are not ours. Scripts run in a real shell; az and gcloud are stand-ins that write
 * down the words they were called with, because the real ones need an account.
 */

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 60);
const samples = fc.sample(anyHandOver, { numRuns: runs, seed });

function written(id: string, input: HandOver): string {
  return formatById(id)?.write(input) ?? '';
}

const back = (input: HandOver): HandOver => ({ ...input, changes: undone(input.changes), isWayBack: true });

function ask<Answer>(items: readonly object[]): readonly Answer[] {
  const run = spawnSync('/usr/bin/python3', [path.join(import.meta.dirname, 'oracle.py')], {
    input: JSON.stringify(items),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(run.status, run.stderr).toBe(0);
  return JSON.parse(run.stdout) as Answer[];
}

function presented(name: string, ttl: number, type: string, data: string): ResourceRecord {
  const { records, findings } = readZone(`${name} ${ttl} IN ${type} ${data}\n`, { origin: ZONE });
  expect(findings, data).toEqual([]);
  return records[0] as ResourceRecord;
}

const withoutDot = (name: string) => name.replace(/\.$/, '');
const fullName = (relative: string) => (relative === '@' || relative === '' ? ZONE : `${relative}.${ZONE}`);

describeWith(['python3:yaml', 'python3:argparse', 'named-checkzone'], `hand-overs read by others, seed ${seed}`, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-formats-'));
    const recorder = `#!/bin/sh\nprintf '%s\\0' "$#" "$@" >> "$LOG"\n`;
    for (const name of ['az', 'gcloud']) writeFileSync(path.join(folder, name), recorder, { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The words of each command that a script runs. */
  function commandsOf(script: string): readonly (readonly string[])[] {
    const [file, log] = [path.join(folder, 'script'), path.join(folder, 'log')];
    writeFileSync(file, script);
    writeFileSync(log, '');
    const run = spawnSync('sh', [file], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH ?? ''}`, LOG: log, RESOURCE_GROUP: 'a group', ZONE: 'zone-1' },
    });
    expect(`${run.stderr}${run.stdout}${run.status}`, script).toBe('0');
    const words = readFileSync(log, 'utf8').split('\0').slice(0, -1);
    const commands: string[][] = [];
    for (let at = 0; at < words.length; at += Number(words[at]) + 1) {
      commands.push(words.slice(at + 1, at + 1 + Number(words[at])));
    }
    return commands;
  }

  function expectBothWays(id: string, read: (inputs: readonly HandOver[]) => readonly Operations[]): void {
    const forward = read(samples.map(({ input }) => input));
    const backward = read(samples.map(({ input }) => back(input)));
    for (const [index, { zone, input }] of samples.entries()) {
      const applied = carriedOut(zone, forward[index] as Operations);
      expect(meanings(applied), written(id, input)).toEqual(meanings(changed(zone, input.changes)));
      expect(meanings(carriedOut(applied, backward[index] as Operations)), written(id, back(input))).toEqual(
        meanings(zone),
      );
    }
  }

  interface AzCommand {
    readonly type: string;
    readonly verb: string;
    readonly resource_group: string;
    readonly zone_name: string;
    readonly record_set_name: string;
    readonly ttl: number;
    readonly keep_empty_record_set: boolean;
    readonly value: readonly string[] | null;
    readonly preference: number;
    readonly exchange: string;
    readonly cname: string;
  }

  function fromAz(command: AzCommand): ResourceRecord {
    expect([command.resource_group, command.zone_name]).toEqual(['a group', ZONE]);
    const [name, { ttl }] = [fullName(command.record_set_name), command];
    if (command.type === 'txt') {
      for (const string of command.value ?? []) expect(Buffer.byteLength(string)).toBeLessThanOrEqual(255);
      return txt(name, ttl, (command.value ?? []).join(''));
    }
    if (command.type === 'mx')
      return { name, ttl, type: 'MX', preference: command.preference, exchange: withoutDot(command.exchange) };
    return { name, ttl, type: 'CNAME', target: command.cname };
  }

  it('azure, in a shell', () => {
    expectBothWays('azure', (inputs) => {
      const items = inputs.map((input) => ({ kind: 'az', commands: commandsOf(written('azure', input)) }));
      return ask<AzCommand[]>(items).map((commands) => ({
        remove: commands.filter(({ verb }) => verb === 'remove-record').map(fromAz),
        add: commands.filter(({ verb }) => verb === 'add-record').map(fromAz),
        // Setting an alias replaces the one that is there.
        sets: commands
          .filter(({ verb }) => verb === 'set-record')
          .map((command) => ({ name: fullName(command.record_set_name), type: 'CNAME', records: [fromAz(command)] })),
      }));
    });
  });

  it('azure takes away, on the way back, the very strings that it has added', () => {
    for (const { input } of samples) {
      const values = (commands: readonly (readonly string[])[], verb: string) =>
        commands
          .filter((words) => words[3] === 'txt' && words[4] === verb)
          .map((words) => words.slice(words.findIndex((word) => word.startsWith('--value'))).join('\n'));
      const added = values(commandsOf(written('azure', input)), 'add-record');
      expect(values(commandsOf(written('azure', back(input))), 'remove-record').sort()).toEqual(added.sort());
    }
  });

  interface GcloudCommand {
    readonly verb: string;
    readonly name: string;
    readonly type: string;
    readonly zone: string;
    readonly ttl: number;
    readonly rrdatas: readonly string[] | null;
  }

  it('gcloud, in a shell; sets that exist are updated, others created', () => {
    const published = new Set<string>();
    for (const { zone } of samples) for (const record of zone) published.add(`${record.name} ${record.type}`);
    expectBothWays('gcloud', (inputs) => {
      const items = inputs.map((input) => ({ kind: 'gcloud', commands: commandsOf(written('gcloud', input)) }));
      return ask<GcloudCommand[]>(items).map((commands, index) => ({
        remove: [],
        add: [],
        sets: commands.map(({ verb, name, type, zone, ttl, rrdatas }) => {
          expect(zone).toBe('zone-1');
          const existed = inputs[index]?.isWayBack === true || hasSet(index, withoutDot(name), type);
          expect(verb === 'create').toBe(!existed);
          const records = (rrdatas ?? []).map((data) => presented(name, ttl, type, data));
          expect(records.length === 0).toBe(verb === 'delete');
          return { name: withoutDot(name), type, records };
        }),
      }));
    });
    function hasSet(index: number, name: string, type: string): boolean {
      return samples[index]?.zone.some((record) => record.name === name && record.type === type) ?? false;
    }
  });

  it('a Google import file, in YAML', () => {
    interface Document {
      readonly kind: string;
      readonly name: string;
      readonly rrdatas: readonly string[];
      readonly ttl: number;
      readonly type: string;
    }
    expectBothWays('gcloud-import', (inputs) => {
      const texts = inputs.map((input) => written('gcloud-import', input));
      return ask<Document[]>(texts.map((text) => ({ kind: 'yaml', text }))).map((documents, index) => ({
        remove: [],
        add: [],
        sets: [
          ...[...(texts[index] ?? '').matchAll(/^# Delete first, the import only adds: (\S+) (\S+)\.$/gm)].map(
            ([, type, name]) => ({ name: name as string, type: type as string, records: [] }),
          ),
          ...documents.map(({ kind, name, rrdatas, ttl, type }) => {
            expect(kind).toBe('dns#resourceRecordSet');
            return { name: withoutDot(name), type, records: rrdatas.map((data) => presented(name, ttl, type, data)) };
          }),
        ],
      }));
    });
  });

  it('octoDNS, in YAML', () => {
    interface Set {
      readonly type: string;
      readonly ttl: number;
      readonly value?: string;
      readonly values?: readonly (string | { readonly exchange: string; readonly preference: number })[];
    }
    const inputs = samples.map(({ input }) => input);
    const answers = ask<Record<string, Set[]>[]>(
      inputs.map((input) => ({ kind: 'yaml', text: written('octodns', input) })),
    );
    for (const [index, { zone, input }] of samples.entries()) {
      const sets = answers[index]?.flatMap(Object.entries<Set[]>).flatMap(([relative, ofName]) =>
        ofName.map(({ type, ttl, value, values = [] }) => ({
          name: fullName(relative),
          type,
          records:
            value === undefined
              ? values.map(
                  (each): ResourceRecord =>
                    typeof each === 'string'
                      ? txt(fullName(relative), ttl, each.replace(/\\;/g, ';'))
                      : {
                          name: fullName(relative),
                          ttl,
                          type: 'MX',
                          preference: each.preference,
                          exchange: withoutDot(each.exchange),
                        },
                )
              : [{ name: fullName(relative), ttl, type: 'CNAME' as const, target: withoutDot(value) }],
        })),
      );
      const expected = meanings(changed(zone, input.changes));
      // A backslash before a semicolon can't be told from octoDNS's own.
      const alike = (lines: readonly string[]) => lines.map((line) => line.replace(/(?:\\\\)+;/g, ';'));
      expect(alike(meanings(carriedOut(zone, { remove: [], add: [], sets: sets ?? [] })))).toEqual(alike(expected));
    }
  });

  it('an e-mail draft, by a mail reader', () => {
    const drafts = samples.map(({ input }) => mailDraft(input, 'bücher.example – 日本'));
    const mails = ask<{ subject: string; unsent: string; body: string; longest: number }>(
      drafts.map(({ message }) => ({ kind: 'mail', text: message })),
    );
    for (const [index, { subject, unsent, body, longest }] of mails.entries()) {
      expect(subject).toBe('DNS records for bücher.example – 日本');
      expect(unsent).toBe('1');
      expect(body.replace(/\r\n/g, '\n')).toBe(letter.write(samples[index]?.input as HandOver));
      expect(longest).toBeLessThanOrEqual(78);
      const { mailto, body: text } = drafts[index] as (typeof drafts)[number];
      if (mailto !== null) expect(new URL(mailto).searchParams.get('body')).toBe(text.replace(/\n/g, '\r\n'));
    }
  });

  it.each(['bind', 'cloudflare-zone'])('%s, by named-checkzone', async (id) => {
    for (const { input } of samples.slice(0, 25)) {
      const checked = await checkZone(ZONE, `${zoneHead(ZONE)}${written(id, input)}`);
      expect(checked.ok, checked.output).toBe(true);
    }
  });
});
