import { openTestCore } from '../core.ts';

/**
 * Saves settings and adds domains without a pause until it is killed; says the number of each save that was
 * answered. Every field of one save carries its number, so that half a save would show.
 */

export const DOMAINS_A_SAVE = 20;

if (import.meta.main) {
  const { client } = await openTestCore(process.argv[2]);
  const { workspaces } = await client.state.snapshot({});
  const workspaceId = workspaces[0]?.id ?? (await client.workspaces.create({ name: 'Busy' })).id;
  let { revision } = await client.settings.get({ workspaceId });
  for (;;) {
    const number = revision + 1;
    const saved = await client.settings.save({
      workspaceId,
      revision,
      fields: {
        serviceUrl: `https://service-${number}.example.com`,
        responseDomain: `https://response-${number}.example.com`,
        dmarcReportAddress: `reports-${number}@example.com`,
      },
    });
    ({ revision } = saved);
    const names = Array.from({ length: DOMAINS_A_SAVE }, (_nothing, index) => `s${number}-${index}.example.com`);
    await client.domains.add({ workspaceId, text: names.join('\n') });
    process.stdout.write(`${number}\n`);
  }
}
