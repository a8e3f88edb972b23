import { relativeName } from '../../dns/names.ts';
import { valueText } from '../record-text.ts';
import type { HandOver } from './format.ts';
import { cautions, handedOver, isInZone, leftOut, visible } from './format.ts';

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

/** The hand-over in words for whoever edits DNS by hand. */
export function letterOf(input: HandOver): Letter {
  const { domain, zone, changes, generatedAt } = input;
  const steps = handedOver(changes).map((change): LetterStep => {
    const verb = change.after.length === 0 ? 'Remove' : change.before.length === 0 ? 'Add' : 'Replace';
    const fields: (readonly [string, string])[] = isInZone(change, zone)
      ? [
          ['Name', relativeName(change.name, zone)],
          ['In full', change.name],
        ]
      : [['Name', `${change.name} (not in the zone ${zone})`]];
    fields.push(['Type', change.type]);
    for (const record of change.after) {
      if (record.type === 'MX') fields.push(['Priority', String(record.preference)], ['Value', record.exchange || '.']);
      else fields.push(['Value', visible(valueText(record))]);
      fields.push(['TTL', String(record.ttl)]);
    }
    const label = change.after.length === 0 ? 'Value' : 'In place of';
    for (const record of change.before) fields.push([label, visible(valueText(record))]);
    const isText = change.type === 'TXT' && change.after.length > 0;
    const hint = isText ? 'Enter the value without quotation marks, as one piece.' : '';
    return { title: `${verb} ${change.type === 'MX' ? 'an' : 'a'} ${change.type} record`, fields, hint };
  });
  const isEmpty = steps.length === 0;
  const undo = input.isWayBack === true ? 'Please undo the changes to' : 'Please publish these DNS records for';
  return {
    opening: isEmpty
      ? `There is nothing to change for ${domain} in the zone ${zone}.`
      : `${undo} ${domain} in the zone ${zone}.`,
    cautions: cautions(changes),
    steps,
    leftOut: leftOut({ changes: changes.filter((change) => isInZone(change, zone)), zone }),
    closing: `Prepared ${generatedAt}.`,
  };
}
