import { relativeName } from '../dns/names.ts';
import { valueText } from '../dns/record-text.ts';
import { isInZone } from '../plan/record-sets.ts';
import type { Change } from '../plan/types.ts';
import { instantText } from '../text/instant.ts';
import type { HandOver } from './format.ts';
import { cautions, exactText, OTHER_ZONE, prepare, visible } from './format.ts';

/** One change in words, for the letter and the page. */
export interface LetterStep {
  /** "Replace a TXT record". */
  readonly title: string;
  readonly fields: readonly (readonly [label: string, value: string])[];
  readonly hint: string;
}

export interface Letter {
  readonly opening: string;
  /** What to look at before anything is published. */
  readonly cautions: readonly string[];
  readonly steps: readonly LetterStep[];
  readonly leftOut: readonly string[];
  readonly closing: string;
}

function titleOf({ action, type, before, after }: Change): string {
  const record = `${type === 'MX' || type === 'NS' ? 'an' : 'a'} ${type} record`;
  if (action === 'keep') return `Leave ${record} unchanged`;
  return `${after.length === 0 ? 'Remove' : before.length === 0 ? 'Add' : 'Replace'} ${record}`;
}

/** What to heed when the value is typed in. */
function hintFor({ action, type, before, after }: Change): string {
  if (type !== 'TXT') return '';
  const isWritten = after.length > 0 && action !== 'keep';
  return [
    ...(isWritten ? ['Enter the value without quotation marks, as one piece.'] : []),
    ...([...before, ...after].some((record) => exactText(record) === null)
      ? ['An octet that is not text is shown as a backslash and three digits.']
      : []),
  ].join(' ');
}

/** The hand-over in words for whoever edits DNS by hand. */
export function letterOf(input: HandOver): Letter {
  const { domain, zone, generatedAt, isComplete = false } = input;
  const { changes, heading } = prepare(input);
  const steps = changes.map((change): LetterStep => {
    const isKept = change.action === 'keep';
    const fields: (readonly [string, string])[] = isInZone(change, zone)
      ? [
          ['Name', relativeName(change.name, zone)],
          ['In full', change.name],
        ]
      : [['Name', `${change.name} (not in the zone ${zone})`]];
    fields.push(['Type', change.type]);
    for (const record of isKept ? change.before : change.after) {
      if (record.type === 'MX') fields.push(['Priority', String(record.preference)], ['Value', record.exchange || '.']);
      else fields.push(['Value', visible(valueText(record))]);
      fields.push(['TTL', String(record.ttl)]);
    }
    const label = change.after.length === 0 ? 'Value' : 'Replaces';
    if (!isKept) for (const record of change.before) fields.push([label, visible(valueText(record))]);
    return { title: titleOf(change), fields, hint: hintFor(change) };
  });
  const isEmpty = steps.length === 0;
  const undo =
    input.isWayBack === true
      ? 'Please undo the changes to'
      : isComplete
        ? 'These DNS records belong to'
        : 'Please publish these DNS records for';
  return {
    opening: isEmpty
      ? `There is nothing to change for ${domain} in the zone ${zone}.`
      : `${undo} ${domain} in the zone ${zone}.`,
    cautions: cautions(input).map(visible),
    steps,
    // What belongs into another zone is among the steps, and says so there.
    leftOut: heading.filter((line) => line.startsWith('Left out: ') && !line.endsWith(OTHER_ZONE)).map(visible),
    closing: `Prepared ${instantText(Date.parse(generatedAt))}.`,
  };
}
