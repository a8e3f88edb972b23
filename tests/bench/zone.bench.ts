import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lenient } from '../support/bind.ts';
import { ratioText } from '../support/build-before.ts';
import { writeZone } from '../../shared/dns/zone/printer.ts';
import { readZone } from '../../shared/dns/zone/reader.ts';

/**
 * A zone file of 100,000 records read and printed: against npm `dns-zonefile` in the same process, and against
 * `named-checkzone` as a process, which reads it alone; in turns.
 */

const RECORDS = 100_000;
const ROUNDS = 7;
const ZONE = 'example.com';

/** Records as hosting companies' zones hold them: hosts, aliases, mail, services, keys. */
function zoneText(): string {
  const lines = [
    `$ORIGIN ${ZONE}.`,
    '$TTL 3600',
    `@ IN SOA ns1.${ZONE}. hostmaster.${ZONE}. 2026112401 7200 3600 1209600 3600`,
    '@ IN NS ns1.example.net.',
    '@ IN NS ns2.example.net.',
  ];
  const key = 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC'.repeat(5);
  for (let index = 0; lines.length < RECORDS + 2; index += 1) {
    const host = `host-${index}`;
    lines.push(
      `${host}\t3600\tIN\tA\t192.0.${(index >> 8) & 255}.${index & 255}`,
      `${host}\t3600\tIN\tAAAA\t2001:db8::${(index & 0xffff).toString(16)}`,
      `${host}\t3600\tIN\tMX\t10 mail-${index % 100}.${ZONE}.`,
      `${host}\t3600\tIN\tTXT\t"v=spf1 a mx include:_spf.example.net ~all"`,
      `www.${host}\t300\tIN\tCNAME\t${host}`,
      `s1._domainkey.${host}\t3600\tIN\tTXT\t"v=DKIM1; k=rsa; p=${key}"`,
      `_dmarc.${host}\t3600\tIN\tTXT\t"v=DMARC1; p=none; rua=mailto:dmarc@${ZONE}"`,
      `_sip._tcp.${host}\t600\tIN\tSRV\t10 20 5060 ${host}`,
    );
  }
  return `${lines.slice(0, RECORDS + 2).join('\n')}\n`;
}

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

interface DnsZonefile {
  parse(text: string): object;
  generate(zone: object): string;
}

async function run() {
  const theirs = (await import('dns-zonefile')).default as unknown as DnsZonefile;
  const folder = mkdtempSync(path.join(tmpdir(), 'sendwright-bench-'));
  try {
    const file = path.join(folder, 'zone');
    writeFileSync(file, zoneText());
    const ours = () => {
      const { records, findings } = readZone(readFileSync(file, 'utf8'), { origin: ZONE });
      if (records.length !== RECORDS || findings.length > 0) throw new Error(`${records.length} records read`);
      if (writeZone(records, { origin: ZONE, defaultTtl: 3600 }).length < RECORDS) throw new Error('not printed');
    };
    const checkzone = () => {
      const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
      const { status } = spawnSync('named-checkzone', ['-q', ...lenient, ZONE, file], { env });
      if (status !== 0) throw new Error(`named-checkzone ended with ${String(status)}`);
    };
    const peer = () => void theirs.generate(theirs.parse(readFileSync(file, 'utf8'))).charCodeAt(1);

    ours();
    const figures: number[] = [];
    const againstPeer: number[] = [];
    const againstBind: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const mine = milliseconds(ours);
      figures.push(mine);
      againstBind.push(mine / milliseconds(checkzone));
      againstPeer.push(milliseconds(peer) / milliseconds(ours));
    }
    const faster = ratioText(againstPeer);
    const share = ratioText(againstBind);
    return [
      {
        label: 'a zone of 100,000 records read and printed, speed against dns-zonefile',
        value: `${faster.text}, ${ratioText(figures).median.toFixed(0)} ms`,
        target: '≥ 20 ×',
        met: faster.median >= 20,
      },
      {
        label: 'the same, time against named-checkzone as a process, which only reads',
        value: share.text,
        target: '≤ 0.35 ×',
        met: share.median <= 0.35,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bench = { name: 'zone', run };
