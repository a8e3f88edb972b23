import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultConfiguration } from '../../main/core/domains/service.ts';
import { defaultFields } from '../../main/core/settings/service.ts';
import { openStore } from '../../main/store/store.ts';
import { zoneHead } from './bind.ts';

/** Thousands of sender domains, each in a zone of its own that publishes what it requires, and the data folder that lists them. */

const SELECTORS = ['k1', 'k2'];
const KEY_BEGIN = 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7';
const KEY_END =
  'KG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB';

/** A key of 1024 bits that no other domain or selector has: it is read, and never used. */
function publicKey(name: string, selector: string): string {
  return `${KEY_BEGIN}${`${selector}${name.replace(/\W/g, '')}`.padEnd(16, '/').slice(0, 16)}${KEY_END}`;
}

export const manyNames = (amount: number): readonly string[] =>
  Array.from({ length: amount }, (_, index) => `d${index}.example`);

/** A zone for each domain: SPF, two DKIM keys, DMARC, MX and NS. */
export function manyZones(amount: number): ReadonlyMap<string, string> {
  return new Map(
    manyNames(amount).map((name) => [
      name,
      [
        zoneHead(name),
        '@ TXT "v=spf1 include:_spf.example.net ~all"',
        ...SELECTORS.map((selector) => `${selector}._domainkey TXT "v=DKIM1; k=rsa; p=${publicKey(name, selector)}"`),
        '_dmarc TXT "v=DMARC1; p=none"',
        '@ MX 10 mx',
        'mx A 192.0.2.25',
        '',
      ].join('\n'),
    ]),
  );
}

/**
 * All of them in the zone `example`, for servers that take long to load thousands of zones.
 *
 * @param isPublished by a domain's index; nothing is there of the others.
 */
export function oneZone(amount: number, serial = 2, isPublished: (index: number) => boolean = () => true): string {
  const published = manyNames(amount).filter((_name, index) => isPublished(index));
  const lines = published.flatMap((name) => [
    `${name}. TXT "v=spf1 include:_spf.example.net ~all"`,
    ...SELECTORS.map(
      (selector) => `${selector}._domainkey.${name}. TXT "v=DKIM1; k=rsa; p=${publicKey(name, selector)}"`,
    ),
    `_dmarc.${name}. TXT "v=DMARC1; p=none"`,
    `${name}. MX 10 mx.${name}.`,
    `mx.${name}. A 192.0.2.25`,
  ]);
  return `${zoneHead('example', serial)}${lines.join('\n')}\n`;
}

/** Every question that a check of these domains asks, as `dnsperf` reads them. */
export function manyQuestions(amount: number): string {
  return manyNames(amount)
    .map((name) =>
      [
        `${name} TXT`,
        ...SELECTORS.map((selector) => `${selector}._domainkey.${name} TXT`),
        `_dmarc.${name} TXT`,
        `${name} MX`,
        `${name} NS`,
      ].join('\n'),
    )
    .join('\n');
}

/** A data folder with one workspace that lists them, its record template and keys chosen. */
export async function manyDomains(amount: number, resolver: string): Promise<{ folder: string; workspaceId: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sendwright-many-'));
  const store = openStore(folder);
  const now = Date.now();
  const workspaceId = store.workspaces.add('Many', false, now);
  const template = { recordTemplate: 'custom', recordTemplateMode: 'own-key' };
  store.workspaces.saveSettings(workspaceId, 0, { ...defaultFields, ...template, resolver }, now);
  const names = manyNames(amount).map((name) => ({ name, unicodeName: name }));
  const ids = store.domains.add(workspaceId, names, now);
  store.atomically(() => {
    ids.forEach((id, index) => {
      store.domains.configure(
        { id, revision: 0 },
        {
          ...defaultConfiguration,
          providers: [{ templateId: 'custom', mode: 'own-key', fields: { spfMechanism: 'include:_spf.example.net' } }],
        },
      );
      for (const selector of SELECTORS)
        store.domains.addDkimKey(id, {
          selector,
          algorithm: 'rsa',
          bits: 1024,
          publicKey: publicKey(names[index]?.name ?? '', selector),
          createdAt: now,
          signingSince: null,
          revokedAt: null,
        });
    });
  });
  store.close();
  return { folder, workspaceId };
}
