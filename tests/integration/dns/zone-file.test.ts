import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonicalName } from '../../../shared/dns/names.ts';
import { nameOctets } from '../../../shared/dns/name-text.ts';
import { dataToWire, wireToText } from '../../../shared/dns/rdata.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { rdataText, writeZone } from '../../../shared/dns/zone/printer.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { lenient } from '../../support/bind.ts';
import { describeWith } from '../../support/tools.ts';
import { recordKey, styledZone, typeOf, zoneArbitrary } from '../../support/zones.ts';
import { seed } from '../../support/seed.ts';

/**
 * Zone files against BIND, NSD, Knot and dnspython. Zones are put together by the hundred, each below an origin of its
 * own, so that a run of thousands starts few programs. `SENDWRIGHT_RUNS` sets the number of zones, `SENDWRIGHT_SEED` the
 * seed; both are printed.
 */

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 300);
const BATCH = 100;
const APEX = 'example.com';
const HEAD = `$ORIGIN ${APEX}.\n$TTL 300\n@ IN SOA ns1 hostmaster 1 3600 600 86400 60\n@ IN NS ns1\nns1 IN A 127.0.0.1\n`;
const HEAD_RECORDS = 3;
const SBIN = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };

interface Zone {
  readonly origin: string;
  readonly records: readonly ResourceRecord[];
  readonly keys: readonly string[];
}

function makeBatch(start: number): readonly Zone[] {
  return Array.from({ length: Math.min(BATCH, runs - start) }, (_none, index) => {
    const origin = `z${start + index}.${APEX}`;
    const [records] = fc.sample(zoneArbitrary(origin), { numRuns: 1, seed: seed + start + index }) as [
      ResourceRecord[],
    ];
    return { origin, records, keys: records.map(recordKey).sort() };
  });
}

function randomOf(start: number): (below: number) => number {
  let state = (seed + start) * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}

function keysOf(records: readonly ResourceRecord[]): readonly string[] {
  return records.map(recordKey).sort();
}

/** dnspython takes octets above 127 outside TXT for characters (docs/zone-differences.md). */
function isReadAlike(record: ResourceRecord): boolean {
  if (record.type === 'TXT' || record.type === 'SPF') return true;
  return !/\\(?:12[89]|1[3-9]\d|2\d\d)/.test(rdataText(record, null)) || !rdataText(record, null).includes('"');
}

/** A record's data on the wire, by way of our own presentation format. */
function wireOf(record: ResourceRecord): string {
  const text = rdataText(record, null);
  const fields = (text.match(/"(?:[^"\\]|\\.)*"|(?:[^\s"\\]|\\.)+(?:"(?:[^"\\]|\\.)*")?/g) ?? []).flatMap((field) => {
    const parameter = /^([^"]+=)"(.*)"$/s.exec(field);
    if (parameter !== null) {
      return [
        { text: parameter[1] as string, quoted: false, joined: false },
        { text: parameter[2] as string, quoted: true, joined: true },
      ];
    }
    const quoted = field.startsWith('"');
    return [{ text: quoted ? field.slice(1, -1) : field, quoted, joined: false }];
  });
  return [...dataToWire(typeOf(record), fields, '')].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

describeWith(
  ['named-compilezone', 'nsd-checkzone', 'kzonecheck', 'python3:dns.zone'],
  `zone files, ${runs} zones, seed ${seed}`,
  () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'sendwright-zones-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** What BIND reads in a zone's text, read again from what it prints. */
    function throughBind(text: string): readonly ResourceRecord[] {
      const [file, output] = [path.join(folder, 'zone'), path.join(folder, 'compiled')];
      writeFileSync(file, text);
      const run = spawnSync('named-compilezone', [...lenient, '-s', 'full', '-o', output, APEX, file], {
        encoding: 'utf8',
        env: SBIN,
      });
      expect(run.status, `${run.stdout}${run.stderr}`).toBe(0);
      const { records, findings } = readZone(readFileSync(output, 'utf8'), { origin: APEX });
      expect(findings).toEqual([]);
      return records.slice(HEAD_RECORDS);
    }

    function inBatches(check: (zones: readonly Zone[], start: number) => void): void {
      for (let start = 0; start < runs; start += BATCH) check(makeBatch(start), start);
    }

    it('are accepted by BIND, NSD and Knot as we print them, and BIND reads the same records', () => {
      inBatches((zones) => {
        const text = HEAD + zones.map((zone) => writeZone(zone.records, { origin: zone.origin })).join('');
        expect(keysOf(throughBind(text))).toEqual(zones.flatMap((zone) => zone.keys).sort());
        const file = path.join(folder, 'zone');
        const nsd = spawnSync('nsd-checkzone', [APEX, file], { encoding: 'utf8', env: SBIN });
        expect(nsd.status, `${nsd.stdout}${nsd.stderr}`).toBe(0);
        const knot = spawnSync('kzonecheck', ['-o', APEX, file], { encoding: 'utf8', env: SBIN });
        expect(knot.status, `${knot.stdout}${knot.stderr}`).toBe(0);
      });
    });

    it('in any style are read as BIND reads them', () => {
      inBatches((zones, start) => {
        const random = randomOf(start);
        const texts = zones.map((zone) =>
          styledZone(zone.records, zone.origin, (record) => rdataText(record, null), random),
        );
        for (const [index, text] of texts.entries()) {
          const { records, findings } = readZone(text, { origin: zones[index]?.origin ?? '' });
          expect(findings, text).toEqual([]);
          expect(keysOf(records), text).toEqual(zones[index]?.keys);
        }
        expect(keysOf(throughBind(HEAD + texts.join('')))).toEqual(zones.flatMap((zone) => zone.keys).sort());
      });
    });

    it('that BIND reads from octets (RFC 3597) come out in the form that gives those octets again', () => {
      inBatches((zones) => {
        const others = zones.flatMap((zone) => zone.records.filter((record) => record.type === 'OTHER'));
        const lines = others.map(
          (record) => `${record.name}. ${record.ttl} IN ${record.typeName} ${wireToText('', record.rdata)}\n`,
        );
        expect(keysOf(throughBind(HEAD + lines.join('')))).toEqual(keysOf(others));
      });
    });

    it('have the octets that dnspython gives them', () => {
      inBatches((batch) => {
        const zones = batch.map(({ origin, records }) => ({ origin, records: records.filter(isReadAlike) }));
        const input = zones.map((zone) => ({
          origin: zone.origin,
          text: writeZone(zone.records, { origin: zone.origin }),
        }));
        const run = spawnSync('/usr/bin/python3', [path.join(import.meta.dirname, 'dnspython.py')], {
          input: JSON.stringify(input),
          encoding: 'utf8',
          maxBuffer: 256 * 1024 * 1024,
        });
        const answers = JSON.parse(run.stdout) as (string | [string, number, string, string][])[];
        for (const [index, answer] of answers.entries()) {
          const { records } = zones[index] as Pick<Zone, 'records'>;
          expect(typeof answer, `${String(answer)}\n${input[index]?.text ?? ''}`).toBe('object');
          const theirs = (answer as [string, number, string, string][]).map(
            ([name, ttl, type, wire]) => `${nameOctets(canonicalName(name)).join()} ${ttl} ${type} ${wire}`,
          );
          const ours = records.map(
            (record) =>
              `${nameOctets(canonicalName(record.name)).join()} ${record.ttl} ${typeOf(record)} ${wireOf(record)}`,
          );
          expect(ours.sort()).toEqual(theirs.sort());
        }
      });
    });
  },
);
