import { expect, it } from 'vitest';
import { mailDraft } from '../../../shared/handover/email.ts';
import type { HandOver } from '../../../shared/handover/format.ts';
import { text as letter } from '../../../shared/handover/text.ts';
import {
  azureReading,
  gcloudImportReading,
  gcloudReading,
  octodnsReading,
  powershellReading,
  route53Reading,
  updateReading,
  zoneReaders,
  zoneReading,
} from '../../oracles/checks.ts';
import type { Reading } from '../../oracles/readings.ts';
import { ask, samplesOf } from '../../oracles/readings.ts';
import { oracleProgram } from '../../oracles/tools.ts';
import { updateServers } from '../../oracles/update-servers.ts';
import { seed } from '../../support/seed.ts';
import { describeWith } from '../../support/tools.ts';

/** Hand-overs loaded by their own tools, a few of each; `npm run oracles` takes more of them, and the slow tools too. */

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 12);
const samples = samplesOf(runs, seed);

function expectNothingWrong({ read, wrong }: Reading): void {
  expect(read).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
}

describeWith(['oracle:octodns'], 'octoDNS with its defaults', () => {
  it('loads what is planned', () => expectNothingWrong(octodnsReading(oracleProgram('octodns') ?? '', samples)));
});

describeWith(['oracle:azure'], 'the Azure command line', () => {
  it('makes the zone that is planned, and takes it back', () =>
    expectNothingWrong(azureReading(oracleProgram('azure') ?? '', samples.slice(0, 8))));
});

describeWith(['oracle:route53'], 'an SDK and a server of Route 53', () => {
  it('make the zone that is planned, and take it back', () =>
    expectNothingWrong(route53Reading(oracleProgram('route53') ?? '', samples)));
});

describeWith(['python3:yaml', 'python3:argparse'], 'gcloud’s reference', () => {
  it('reads the commands', () => expectNothingWrong(gcloudReading(samples)));
  it('reads the import file', () => expectNothingWrong(gcloudImportReading(samples)));
});

interface Mail {
  readonly subject: string;
  readonly unsent: string;
  readonly body: string;
  readonly longest: number;
}

describeWith(['python3:yaml'], 'a mail reader', () => {
  it('reads the draft', () => {
    const drafts = samples.map(({ input }) => mailDraft(input, 'bücher.example – 日本'));
    const items = drafts.map(({ message }) => ({ kind: 'mail', text: message }));
    for (const [index, { subject, unsent, body, longest }] of ask<Mail[]>(
      '/usr/bin/python3',
      'words.py',
      items,
    ).entries()) {
      expect(subject).toBe('DNS records for bücher.example – 日本');
      expect(unsent).toBe('1');
      expect(body.replace(/\r\n/g, '\n')).toBe(letter.write(samples[index]?.input as HandOver));
      expect(longest).toBeLessThanOrEqual(78);
      const { mailto, body: text } = drafts[index] as (typeof drafts)[number];
      if (mailto !== null) expect(new URL(mailto).searchParams.get('body')).toBe(text.replace(/\n/g, '\r\n'));
    }
  });
});

describeWith([], 'a parser of PowerShell', () => {
  it('reads the script', async () => expectNothingWrong(await powershellReading(samples)));
});

for (const [reader, words] of Object.entries(zoneReaders)) {
  const [program] = words;
  describeWith([program === '/usr/bin/python3' ? 'python3:dns' : program], `zone text, by ${reader}`, () => {
    it.each(['bind', 'cloudflare-zone'])('%s', (id) =>
      expectNothingWrong(zoneReading(id, reader as keyof typeof zoneReaders, samples)),
    );
  });
}

for (const [name, server] of Object.entries(updateServers)) {
  describeWith(server.needs, `nsupdate against ${name}`, () => {
    it('makes the zone that is planned, and takes it back', async () => {
      const running = await server.start('example.com');
      try {
        expectNothingWrong(await updateReading(running, samples));
      } finally {
        await running.stop();
      }
    });
  });
}
