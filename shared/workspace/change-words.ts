import { counted } from '../text/counted.ts';
import { settingLabels } from '../settings/setting-labels.ts';
import type { WorkspaceChange } from '../contract/transfer.ts';
import { retentionLabels } from '../evidence/kept/kept-mail.ts';

/** What an import does, as people read it. */

const OF: Readonly<Record<WorkspaceChange['of'], string>> = {
  settings: '',
  schedule: 'scheduled checks',
  retention: '',
  template: 'record template',
  sender: 'sender',
  domain: 'domain',
  'dkim-key': 'DKIM key',
  'pasted-zone': 'pasted zone',
  secret: 'secret',
};

const DOES: Readonly<Record<WorkspaceChange['does'], string>> = { add: 'added', change: 'changed', keep: 'kept' };

/** What is changed, by the name that the window has for it. */
function subjectOf({ of, what }: WorkspaceChange): string {
  const labels: Readonly<Record<string, string>> =
    of === 'settings' ? settingLabels : of === 'retention' ? retentionLabels : {};
  return labels[what] ?? [OF[of], what].filter((part) => part !== '').join(' ');
}

/** `example.com: dmarc.policy, none → reject`. */
export function changeText(change: WorkspaceChange): string {
  const { does, of, domain, what, before, after } = change;
  const subject = subjectOf(change);
  const place = domain === '' ? subject : of === 'domain' && what === '' ? domain : `${domain}: ${subject}`;
  if (of === 'secret' || (of === 'domain' && what === '')) return place;
  const word = (value: string | null) => {
    if (of !== 'retention') return value ?? 'nothing';
    return value === null ? 'until deleted' : `${value} days`;
  };
  if (does === 'keep') return `${place}: ${word(before)} stays, the file has ${word(after)}`;
  return `${place}: ${word(before)} → ${word(after)}`;
}

/** `12 added, 1 changed`; what does not happen is left out. */
export function changeCounts(changes: readonly WorkspaceChange[]): string {
  const counts = (['add', 'change', 'keep'] as const).map(
    (does) => [DOES[does], changes.filter((change) => change.does === does).length] as const,
  );
  const words = counts.filter(([, amount]) => amount > 0).map(([word, amount]) => `${amount} ${word}`);
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** How many domains and secrets a sealed file holds. */
export function contentWords({ domains, secrets }: { readonly domains: number; readonly secrets: number }): string {
  const parts = [
    counted(domains, { one: '{count} domain', other: '{count} domains' }),
    secrets === 0 ? 'no secret' : counted(secrets, { one: '{count} secret', other: '{count} secrets' }),
  ];
  return parts.join(', ');
}
