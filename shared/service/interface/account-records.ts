import { canonicalName } from '../../dns/names.ts';
import type { AccountDomain, AccountDomains, RecordDetail } from './answers.ts';
import type { ReadRecord, ReadTexts, RecordCategory } from './record-texts.ts';
import { readApart, readRecordText, recordApart, recordInLine } from './record-texts.ts';

/** The records that the service generated for one domain of the account: its texts put together as its page does. */

/** What the page shows where the service gives no template of its own for DKIM. */
const DEFAULT_DKIM_TEXT = '_domainkey TXT o=~\nus._domainkey TXT k=rsa; p={0}';

const insert = (template: string, value: string): string => template.replaceAll('{0}', () => value);

/** In the order of the service's page. */
const ORDER: readonly RecordCategory[] = ['mx', 'spf', 'dkim', 'dmarc', 'additional'];

/** What the service's own page shows of a category for a domain; null where the service says nothing of it. */
function textOf(account: AccountDomains, domain: AccountDomain, category: RecordCategory): string | null {
  switch (category) {
    case 'mx':
      return domain.mx;
    case 'spf':
      return domain.spf ?? account.spf;
    case 'dkim': {
      const key = domain.key ?? account.defaultKey;
      return key === null ? null : insert(account.dkimTemplate ?? DEFAULT_DKIM_TEXT, key);
    }
    case 'dmarc':
      return account.dmarc;
    case 'additional':
      return account.additionalTemplate === null ? null : insert(account.additionalTemplate, domain.domain);
  }
}

const CATEGORIES: Readonly<Record<string, RecordCategory>> = {
  SPF: 'spf',
  MX: 'mx',
  DKIM: 'dkim',
  CNAME: 'additional',
};

const categoryOf = (detail: RecordDetail): RecordCategory => CATEGORIES[detail.category] ?? 'additional';

const sameRecord = (left: ReadRecord, right: ReadRecord): boolean =>
  left.name === right.name && left.type === right.type && left.value === right.value;

/**
 * The records for a domain of the account. Where the service gives them with name, type and value apart these stand,
 * and of its texts only the parts that the details do not speak of.
 */
export function recordsFor(account: AccountDomains, domain: AccountDomain): ReadTexts {
  const name = canonicalName(domain.domain);
  const categories: RecordCategory[] = [];
  const records: ReadRecord[] = [];
  const unread: ReadTexts['unread'][number][] = [];
  const add = (record: ReadRecord) => {
    if (!records.some((other) => sameRecord(record, other))) records.push(record);
  };
  const take = (read: ReadTexts) => {
    read.records.forEach(add);
    unread.push(...read.unread);
  };
  for (const detail of domain.details) {
    const category = categoryOf(detail);
    categories.push(category);
    const record = recordApart(detail, category, name);
    if (record === null) take(readApart(detail, category, name));
    else add(record);
  }
  for (const category of ORDER) {
    if (categories.includes(category)) continue;
    const text = textOf(account, domain, category);
    if (text === null) continue;
    const record = recordInLine(text, category, name);
    if (record === null) take(readRecordText(text, category, name));
    else add(record);
  }
  return { records, unread };
}
