import { fact } from '../../shared/facts/catalogue.ts';
import type { DomainConfiguration } from '../../shared/contract/domains.ts';
import type { SettingsFields } from '../../shared/contract/settings.ts';
import { writeCheck } from '../../main/store/check-text.ts';
import type { Store } from '../../main/store/store.ts';

/** A store with something of all that it keeps, and all of it read back. */

/** When everything was done, in milliseconds since the epoch. */
export const AT = Date.UTC(2026, 4, 1);
const DOMAINS = 30;
export const SECRET = 'workspace:1/api-key';

/** All that the store holds, by what it is of. */
export type Reading = ReadonlyMap<string, string>;

/** Reads all that a store holds. */
export function readAll(store: Store): Reading {
  const all = new Map<string, string>();
  const keep = (name: string, value: unknown) => all.set(name, JSON.stringify(value));
  for (const workspace of store.workspaces.list()) {
    const { id } = workspace;
    keep(`workspace ${id}`, workspace);
    const settings = store.workspaces.settings(id);
    keep(`revision ${id}`, settings.revision);
    for (const [name, value] of Object.entries(settings.fields)) keep(`setting ${id} ${name}`, value);
    for (const domain of store.domains.list(id)) {
      const { verdict, spf, configuration, recordVerdicts, name } = domain;
      keep(`domain ${domain.id}`, name);
      keep(`verdicts ${domain.id}`, [verdict, spf]);
      keep(`configuration ${domain.id}`, configuration);
      keep(`record verdicts ${domain.id}`, recordVerdicts);
      keep(`observations ${domain.id}`, store.history.observations(domain.id));
      keep(`timeline ${domain.id}`, store.history.timeline(domain.id));
      keep(`keys ${domain.id}`, store.domains.dkimKeys(domain.id));
      keep(`zone ${domain.id}`, store.domains.pastedZone(domain.id));
    }
    keep(`schedule ${id}`, store.records.schedule(id));
    keep(`draft ${id}`, store.workspaces.draft(id));
    keep(`counts ${id}`, store.domains.counts(id));
    keep(`due ${id}`, store.domains.due(id, { every: 3_600_000, first: 900_000 }, AT + 4_000_000));
    keep(`changes ${id}`, store.history.changedSince(id, 0));
    keep(`templates ${id}`, [...store.records.overrides(id)]);
    keep(`traces ${id}`, store.records.latestTraces(id, 'connection', 10));
    keep(`account ${id}`, store.serviceAccounts.find(id, 'account'));
    keep(`mail ${id}`, store.evidence.domains(id));
    keep(`senders ${id}`, store.evidence.sums(id, 'mail.example'));
    keep(`days ${id}`, store.evidence.days(id, 'mail.example'));
    keep(`periods ${id}`, store.evidence.periods(id, 'mail.example'));
    keep(`names ${id}`, store.evidence.allNames(id));
    keep(`mails ${id}`, store.evidenceMails.list(id, null, 100));
    keep(`retention ${id}`, store.evidenceMails.retention(id));
    keep(`folders ${id}`, store.evidenceFolders.list(id));
    const filter = { kinds: null, severities: null, since: 0, text: '', before: Number.MAX_SAFE_INTEGER, limit: 500 };
    keep(`activity ${id}`, store.records.activity(id, filter));
  }
  keep('secret', store.secrets.find(SECRET)?.sealed.toString('base64') ?? null);
  keep('keepers', store.secrets.generations());
  return all;
}

/** Adds domains that were checked, and whatever else a workspace has. @param from by which what is added differs from other times. */
export function fillStore(store: Store, workspaceId: number, from: number): void {
  const ids = store.domains.add(
    workspaceId,
    Array.from({ length: DOMAINS }, (_nothing, index) => ({
      name: `domain-${from + index}.example`,
      unicodeName: `domain-${from + index}.example`,
    })),
    AT,
  );
  store.history.saveResults(
    ids.map((domainId) => ({
      domainId,
      at: AT,
      check: writeCheck([
        {
          question: { name: `domain-${domainId}.example`, type: 'TXT' },
          server: { kind: 'resolver', address: '127.0.0.1:53' },
          seenAt: AT,
          durationMs: 1,
          outcome: 'answer',
          records: [
            {
              name: `domain-${domainId}.example`,
              ttl: 60,
              type: 'TXT',
              strings: [`v=spf1 ip4:192.0.2.${domainId} -all`],
            },
          ],
          aliases: [],
          rcode: 'NOERROR',
          transport: 'udp',
        },
      ]),
      verdicts: { verdict: 'verified', spf: 'verified', dkim: 'to-do', dmarc: 'failing', seenAt: AT },
      recordVerdicts: { spf: 'verified' },
      timeline: [{ at: AT, recordId: '', before: 'pending', after: 'verified', fact: fact('verdict.right') }],
    })),
  );
  for (const id of ids) {
    const configuration = { zone: `zone-${id}.example` } as DomainConfiguration;
    store.domains.configure({ id, revision: 0 }, configuration);
  }
  workOnTheRest(store, workspaceId, ids, from);
  const { revision } = store.workspaces.settings(workspaceId);
  const fields = { serviceUrl: `https://service-${from}.example.com`, supportAddress: 'help@example.com' };
  store.workspaces.saveSettings(workspaceId, revision, fields as SettingsFields, AT);
  store.records.addActivity(workspaceId, {
    at: AT,
    kind: 'save',
    severity: 'info',
    fact: fact('domains.added', { count: from }),
    details: [],
  });
}

/** What a workspace keeps beside its domains and settings. */
function workOnTheRest(store: Store, workspaceId: number, ids: readonly number[], from: number): void {
  for (const id of ids.slice(0, 5)) {
    const key = { selector: 's1', algorithm: 'rsa', bits: 2048, publicKey: 'MIGf'.repeat(30), createdAt: AT } as const;
    store.domains.addDkimKey(id, { ...key, signingSince: null, revokedAt: null });
    const writing = store.domains.writeZoneInSteps(`$ORIGIN z${id}.example.\n@ TXT "v=spf1 -all"\n`.repeat(20), AT);
    let step = writing.next();
    while (step.done !== true) step = writing.next();
    store.domains.assignPastedZone(id, step.value, AT);
  }
  store.records.putSchedule(workspaceId, { enabled: true, everyMinutes: from });
  store.records.putOverride(workspaceId, `template-${from}`, { note: `Changed in round ${from}` });
  store.records.addTrace(workspaceId, 'connection', AT + from, { kind: 'connection', startedAt: AT + from });
  store.serviceAccounts.put(workspaceId, 'account', { provider: `Provider ${from}` });
  store.workspaces.saveDraft(workspaceId, 0, { supportAddress: `draft-${from}@example.com` } as SettingsFields, AT);
  const rows = store.evidence.spool();
  for (let line = 0; line < 40; line += 1)
    rows.add({
      headerFrom: 'mail.example',
      source: `192.0.2.${line}`,
      messages: from + line,
      dkim: line % 2 === 0 ? 'pass' : 'fail',
      spf: 'fail',
      signers: ['mail.example/s1'],
      failedSigners: [],
      spfDomain: 'mail.example',
      spfResult: 'softfail',
      reasons: [],
    });
  store.evidence.add(
    {
      workspaceId,
      kind: 'dmarc-aggregate',
      identity: `report ${from}`,
      content: `digest ${from}`,
      org: 'receiver.example',
      domain: 'mail.example',
      beginAt: 1_770_000_000 + from,
      endAt: 1_770_086_400 + from,
      policy: 'quarantine',
      importedAt: AT,
      data: '{}',
    },
    rows,
  );
  rows.close();
  store.evidence.putName(workspaceId, 'mail.example', { key: `key-${from}`, name: `Sender ${from}`, kind: 'ours' });
  store.evidenceMails.add(workspaceId, `mail ${from}`, AT, {
    fact: {
      kind: 'bounce',
      domain: 'mail.example',
      receiver: null,
      what: fact('domains.added', { count: from }),
      codes: '452 4.2.2',
      records: [],
    },
    person: null,
  });
  store.evidenceMails.putRetention(workspaceId, { reportDays: from, mailDays: 30, personalDays: 0 });
  store.evidenceFolders.add(workspaceId, `/var/mail/${from}`, AT);
}

/** The tables that a reading comes from. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  workspace: ['workspaces'],
  revision: ['settings'],
  setting: ['settings'],
  domain: ['domains'],
  verdicts: ['domains'],
  configuration: ['domains'],
  'record verdicts': ['domains'],
  observations: ['checks'],
  timeline: ['timeline'],
  keys: ['dkim_keys'],
  zone: ['pasted_parts', 'pasted_zones'],
  schedule: ['schedules'],
  draft: ['drafts'],
  counts: ['domains'],
  due: ['domains'],
  changes: ['timeline', 'domains'],
  templates: ['template_overrides'],
  traces: ['traces'],
  account: ['service_accounts'],
  mail: ['evidence_rows'],
  senders: ['evidence_rows'],
  days: ['evidence_rows'],
  periods: ['evidence_reports'],
  names: ['evidence_names'],
  mails: ['evidence_mails'],
  retention: ['evidence_retention'],
  folders: ['evidence_folders'],
  activity: ['activity'],
  secret: ['vault_secrets'],
  keepers: ['vault_keepers', 'vault_generations'],
};

/** What is of a domain is not found where the domain itself is damaged, and nothing where the workspace is. */
const OF_A_DOMAIN = new Set(['domains', 'checks', 'timeline', 'dkim_keys', 'pasted_parts']);

/** Whether a reading that differs is of a table in which the store knows of damage. */
export function isMarked(name: string, store: Store): boolean {
  const own = TABLES[name.replace(/(?: \d+)+.*$/, '')] ?? [];
  const tables = ['workspaces', ...own, ...(own.some((table) => OF_A_DOMAIN.has(table)) ? ['domains'] : [])];
  return store.damage().some(({ table }) => tables.includes(table));
}
