import { withoutMailto } from '../dns/mail-address.ts';
import { dkimName } from '../dkim/selector.ts';
import { reportDomain } from '../dmarc/record.ts';
import { consentName } from '../dmarc/reports.ts';
import { isSubdomain, nameFault } from '../dns/names.ts';
import type { RequiredRecord } from '../required/record.ts';
import { isFieldValue } from './field-value.ts';
import { chosenProviders, fieldsIn, fill } from './fill.ts';
import type { DomainNeeds } from './required-records.ts';
import { requiredRecords } from './required-records.ts';
import { modeOf } from './template/template.ts';

/** Something that was entered for a domain and can't be published. */
export interface NeedFault {
  /** Path inside the configuration, such as `providers.0.fields.subdomain`. */
  readonly field: string;
  readonly value: string;
  readonly message: string;
  readonly remedy: string;
}

/** Characters of a value that a message repeats. */
const MAX_SHOWN = 80;
/** Characters that no record's text is meant to hold: they would be invisible, or end a line. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

const shown = (value: string) => `“${value.slice(0, MAX_SHOWN)}”`;

function fieldFaults(needs: DomainNeeds): readonly NeedFault[] {
  return needs.providers.flatMap(({ template, mode, fields }, index) =>
    modeOf(template, mode).fields.flatMap((field) => {
      const value = fields[field.id]?.trim() ?? '';
      if (value === '' || isFieldValue(field, value)) return [];
      return [
        {
          field: `providers.${index}.fields.${field.id}`,
          value,
          message: `${shown(value)} does not look like ${field.label}`,
          remedy: `Enter only the value, nothing around it. ${field.help} Example: ${field.example}`,
        },
      ];
    }),
  );
}

function extraFaults({ domain, extras }: DomainNeeds): readonly NeedFault[] {
  return extras.flatMap(({ name, type, value }, index) => {
    const faults: NeedFault[] = [];
    const full = name === '' || name === '@' ? domain : `${name}.${domain}`;
    const inName = nameFault(full, true);
    if (inName !== null) {
      faults.push({
        field: `extras.${index}.name`,
        value: name,
        message: `${shown(full)} ${inName}`,
        remedy: `Enter the labels before ${domain}, such as mail or _token; nothing, or @, stands for the domain itself.`,
      });
    }
    const inTarget = type === 'CNAME' ? nameFault(value.trim().replace(/\.$/, '')) : null;
    if (inTarget !== null) {
      faults.push({
        field: `extras.${index}.value`,
        value,
        message: `The target ${shown(value)} ${inTarget}`,
        remedy: 'Enter a host name, such as host.example.net.',
      });
    }
    if (type === 'TXT' && (value === '' || CONTROL.test(value))) {
      faults.push({
        field: `extras.${index}.value`,
        value,
        message:
          value === ''
            ? 'The text of an extra record is empty'
            : `${shown(value)} contains a line end or an invisible character`,
        remedy: 'Enter the text of the record on one line.',
      });
    }
    return faults;
  });
}

/** Reports go to another domain only where a record there says so, and that record's name holds both names. */
function reportFaults({ domain, dmarc }: DomainNeeds): readonly NeedFault[] {
  const address = dmarc.reportAddress?.trim() ?? '';
  const destination = reportDomain(`mailto:${withoutMailto(address)}`);
  if (destination === null || isSubdomain(destination, domain)) return [];
  const name = consentName(domain, destination);
  const fault = nameFault(name);
  return fault === null
    ? []
    : [
        {
          field: 'dmarc.reportAddress',
          value: address,
          message: `Reports to ${address} need a record at a name that DNS can’t carry: it ${fault}`,
          remedy: `Enter an address at ${domain}, or at a shorter domain.`,
        },
      ];
}

/** Where in the configuration the names of a record come from, and what can be chosen otherwise. */
function originOf(record: RequiredRecord, needs: DomainNeeds): Pick<NeedFault, 'field' | 'value' | 'remedy'> {
  const own = needs.dkimKeys.find(({ selector }) => record.name === dkimName(selector, needs.domain));
  if (own !== undefined) return { field: 'selector', value: own.selector, remedy: 'Choose a shorter selector.' };
  return { field: 'domain', value: needs.domain, remedy: 'Send from a shorter domain.' };
}

/** Names of records whose values are all there and that DNS can't carry all the same. */
function nameFaults(needs: DomainNeeds): readonly NeedFault[] {
  return requiredRecords(needs).flatMap((record) => {
    if (record.value.state === 'waiting' || record.id.startsWith('extra:')) return [];
    const fault = nameFault(record.name, true);
    return fault === null ? [] : [{ ...originOf(record, needs), message: `${record.name} ${fault}` }];
  });
}

/** Values that are of their field's form, and make a name that DNS can't carry. */
function madeNameFaults({ domain, providers }: DomainNeeds): readonly NeedFault[] {
  return chosenProviders(providers).flatMap((chosen, index) => {
    const { records, spfName, spfTerms, fields } = chosen.mode;
    const patterns = [
      ...records.map(({ name }) => ({ pattern: name, isOwner: true })),
      ...records.flatMap(({ type, value }) => (type === 'TXT' ? [] : [{ pattern: value, isOwner: false }])),
      ...(spfTerms.length === 0 ? [] : [{ pattern: spfName, isOwner: true }]),
    ];
    return patterns.flatMap(({ pattern, isOwner }) => {
      const missing: string[] = [];
      const name = fill(pattern, domain, chosen, missing).replace(/\.$/, '');
      const field = fields.find(({ id }) => fieldsIn(pattern).includes(id));
      const fault = missing.length > 0 ? null : nameFault(name, isOwner);
      if (fault === null || field === undefined) return [];
      return [
        {
          field: `providers.${index}.fields.${field.id}`,
          value: chosen.fields[field.id]?.trim() ?? '',
          message: `${shown(name)} ${fault}`,
          remedy: `${field.help} Example: ${field.example}`,
        },
      ];
    });
  });
}

/**
 * Everything entered for a domain that would make a record useless or a name impossible, each with the place it was
 * entered at and what to enter instead.
 */
export function needFaults(needs: DomainNeeds): readonly NeedFault[] {
  const entered = [...fieldFaults(needs), ...extraFaults(needs), ...reportFaults(needs)];
  return entered.length > 0 ? entered : [...madeNameFaults(needs), ...nameFaults(needs)];
}
