import { afterAll, beforeAll, expect, it } from 'vitest';
import { footprint } from '../../support/footprint.ts';
import type { RestlessDomains } from '../../support/restless-domains.ts';
import { openRestlessDomains } from '../../support/restless-domains.ts';
import { describeWith } from '../../support/tools.ts';

/** Hours of scheduled checks on a clock that the test moves; `npm run bench day` runs whole days and years. */

const DOMAINS = 16;
const EVERY_MINUTES = 5;
const HOURS = 3;

describeWith(['named', 'named-checkzone'], 'hours of scheduled checks', () => {
  let restless: RestlessDomains;

  beforeAll(async () => {
    restless = await openRestlessDomains(DOMAINS, EVERY_MINUTES);
  });
  afterAll(() => restless.stop());

  it('leave one row for each check, one entry for each change, and nothing open', async () => {
    const { desk, workspaceId, turn, stored } = restless;
    await desk.pass(HOURS * 60);
    const before = { ...(await footprint()), ...stored() };
    await turn();
    await desk.pass(HOURS * 60);
    const after = { ...(await footprint()), ...stored() };

    const checks = (DOMAINS * HOURS * 60) / EVERY_MINUTES;
    expect(before.rows.checks).toBe(checks);
    expect(after.rows.checks).toBe(2 * checks);
    // A first check is one entry; then half of the domains change, each with its four records.
    expect(before.rows.timeline).toBe(DOMAINS);
    expect(after.rows.timeline).toBe(DOMAINS + (DOMAINS / 2) * 5);
    const verdicts = (await desk.client.domains.list({ workspaceId })).map((row) => row.verdict);
    expect(verdicts.filter((verdict) => verdict === 'verified')).toHaveLength(DOMAINS / 2);

    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 2);
    expect(after.resources.Timeout ?? 0).toBeLessThanOrEqual(before.resources.Timeout ?? 0);
    expect(Object.keys(after.resources)).not.toContain('UDPWrap');
  });
});
