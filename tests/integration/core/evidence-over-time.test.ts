import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestCore } from '../../support/core.ts';
import { openTestCore, dropFolder } from '../../support/core.ts';

/** The mail of a domain and of each of its senders over time: the same mail, so the same sums. */

const WEEK = 7 * 86_400;
/** Half past six: a period need not begin with a day. */
const FIRST = Date.UTC(2026, 0, 1, 6, 30) / 1000;
const EVERY = 5 * 86_400;
const REPORTS = 40;

let desk: TestCore;

function record(source: string, count: number, result: string): string {
  return `<record><row><source_ip>${source}</source_ip><count>${count}</count><policy_evaluated><disposition>none</disposition><dkim>${result}</dkim><spf>${result}</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers><auth_results><spf><domain>example.com</domain><result>${result}</result></spf></auth_results></record>`;
}

const report = (number: number) =>
  `<feedback><report_metadata><org_name>receiver.example</org_name><email>d@receiver.example</email><report_id>${number}</report_id><date_range><begin>${FIRST + number * EVERY}</begin><end>${FIRST + number * EVERY + 86_399}</end></date_range></report_metadata><policy_published><domain>example.com</domain><p>none</p></policy_published>${record('192.0.2.1', 10 + number, 'pass')}${record('198.51.100.1', 3, 'fail')}</feedback>`;

beforeAll(async () => {
  desk = await openTestCore();
});
afterAll(async () => {
  await desk.close();
  await dropFolder(desk.folder);
});

it('counts a report’s mail in the week in which its period begins, for all senders together and for each', async () => {
  const { client } = desk;
  const { id: workspaceId } = await client.workspaces.create({ name: 'Acme' });
  const numbers = Array.from({ length: REPORTS }, (_nothing, number) => number);
  for (const number of numbers)
    await client.evidence.read({
      workspaceId,
      files: [{ name: `${number}.xml`, content: Buffer.from(report(number)).toString('base64') }],
    });
  const over = await client.evidence.senderVolume({ workspaceId, domain: 'example.com', sinceDays: null });
  const weeks = Math.floor(((REPORTS - 1) * EVERY) / WEEK) + 1;
  const inWeeks = (messages: (number: number) => number) => {
    const sums = Array.from({ length: weeks }, () => 0);
    for (const number of numbers) {
      const week = Math.floor((number * EVERY) / WEEK);
      sums[week] = (sums[week] ?? 0) + messages(number);
    }
    return sums;
  };
  expect(over).toMatchObject({ days: 7, stretches: weeks });
  expect(over.senders.map(({ messages, passing }) => ({ messages, passing }))).toEqual([
    { messages: inWeeks((number) => 10 + number), passing: inWeeks((number) => 10 + number) },
    { messages: inWeeks(() => 3), passing: inWeeks(() => 0) },
  ]);
  const days = await client.evidence.volume({ workspaceId, domain: 'example.com', sinceDays: null });
  const all = over.senders.flatMap(({ messages }) => messages).reduce((sum, each) => sum + each, 0);
  expect(days.reduce((sum, { messages }) => sum + messages, 0)).toBe(all);
});
