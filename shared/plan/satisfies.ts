import { remembering, rememberingOf } from '../memo.ts';
import { parseDkimKey, sameDkimKey } from '../dkim/key-record.ts';
import { isDmarcRecord, parseDmarc, strictness } from '../dmarc/record.ts';
import type { DmarcRecord } from '../dmarc/record.ts';
import { sameName } from '../dns/names.ts';
import type { ResourceRecord } from '../dns/records.ts';
import { joinTxt } from '../dns/txt.ts';
import { appliesTo, holdsChosen, noSpfChoice } from '../spf/choice.ts';
import { isSpfRecord } from '../spf/syntax.ts';
import { findTag, parseTagList } from '../tags/tag-list.ts';
import type { MatchRule, RecordValue, RequiredRecord } from './types.ts';

/** The joined texts of the TXT records among these. */
export function txtTexts(records: readonly ResourceRecord[]): readonly string[] {
  const [first] = records;
  if (records.length === 1 && first?.type === 'TXT') return [joinTxt(first.strings)];
  return records.flatMap((record) => (record.type === 'TXT' ? [joinTxt(record.strings)] : []));
}

/** The records at the name that the requirement is about: all, or only the SPF or DMARC ones among other TXT records. */
export function concerned(required: RequiredRecord, records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const { purpose } = required;
  if (purpose === 'spf')
    return records.filter((record) => record.type === 'TXT' && isMeantAsSpf(joinTxt(record.strings)));
  if (purpose === 'dmarc' || purpose === 'report-authorisation')
    return records.filter((record) => record.type === 'TXT' && isMeantAsDmarc(joinTxt(record.strings)));
  const isOfType = (record: ResourceRecord) => record.type === required.type;
  return records.every(isOfType) ? records : records.filter(isOfType);
}

/** An SPF record, or a text that was meant as one. */
function isMeantAsSpf(text: string): boolean {
  return isSpfRecord(text) || /^\W*v\s*=\s*spf/i.test(text);
}

function isMeantAsDmarc(text: string): boolean {
  return isDmarcRecord(text) || /^\W*v\s*=\s*dmarc/i.test(text);
}

/** The same data: names without letter case, TXT after joining its strings. */
export function sameData(record: ResourceRecord, value: RecordValue): boolean {
  if (value.type === 'TXT') return record.type === 'TXT' && joinTxt(record.strings) === joinTxt(value.strings);
  if (value.type === 'CNAME') return record.type === 'CNAME' && sameName(record.target, value.target);
  return record.type === 'MX' && record.preference === value.preference && sameName(record.exchange, value.exchange);
}

/** Whether a published DMARC record does at least what is required: as strict, and reporting to the wanted addresses. */
export function dmarcSuffices(published: DmarcRecord, required: DmarcRecord): boolean {
  const wanted = required.aggregateReports.map((address) => address.toLowerCase());
  const have = published.aggregateReports.map((address) => address.toLowerCase());
  return (
    !published.policyTakenAsNone &&
    strictness(published.subdomainPolicy ?? published.policy) >= strictness(required.subdomainPolicy ?? 'none') &&
    strictness(published.policy) >= strictness(required.policy) &&
    strictness(published.subdomainPolicy ?? published.policy) >= strictness(required.subdomainPolicy ?? 'none') &&
    (published.dkimAlignment === 'strict' || required.dkimAlignment === 'relaxed') &&
    (published.spfAlignment === 'strict' || required.spfAlignment === 'relaxed') &&
    (!published.testing || required.testing || published.policy === 'none') &&
    wanted.every((address) => have.includes(address))
  );
}

/** Whether one record of the version is there and its tags say what is wanted; report addresses may be more. */
function hasPolicyTags(texts: readonly string[], wanted: string, version: string): boolean {
  const records = texts.filter((text) => text.startsWith(version)).map(parseTagList);
  const [published] = records;
  if (published === undefined || records.length > 1 || published.faults.length > 0) return false;
  return parseTagList(wanted).tags.every(({ name, value }) => {
    const have = findTag(published, name)?.value;
    if (name !== 'rua' || have === undefined) return have === value;
    const addresses = have.split(',').map((address) => address.trim());
    return value.split(',').every((address) => addresses.includes(address));
  });
}

type SpfTerms = Extract<MatchRule, { readonly kind: 'spf-terms' }>;

/** Records that are remembered as they were read. */
const REMEMBERED = 64;
const readKey = remembering(REMEMBERED, (text) => parseDkimKey(text).key);
const holds = rememberingOf(({ terms, choice = noSpfChoice }: SpfTerms) =>
  remembering(REMEMBERED, (text) => holdsChosen(text, terms, choice)),
);
const readPolicy = remembering(REMEMBERED, (text) => parseDmarc(text).record);

/**
 * Whether what is published fulfils a requirement, compared by meaning.
 *
 * @param records the published records of the required type at the name, aliases followed.
 */
export function satisfies(required: RequiredRecord, records: readonly ResourceRecord[]): boolean {
  if (required.value.state === 'waiting') return false;
  const { data } = required.value;
  const relevant = concerned(required, records);
  const texts = txtTexts(relevant);
  switch (required.match.kind) {
    case 'spf-terms': {
      // Where only something is to be taken out, no record at all is as good.
      const { terms, choice = noSpfChoice } = required.match;
      if (texts.length === 0) return terms.length === 0 && !appliesTo(choice, []);
      return texts.length === 1 && holds(required.match)(texts[0] as string);
    }
    case 'dkim-key': {
      if (texts.length !== 1) return false;
      const text = data.type === 'TXT' ? joinTxt(data.strings) : '';
      // Nearly always the very text that is asked for is published: it need not be read twice, and not once where the
      // key was made here.
      if (texts[0] === text) return required.source.kind === 'local-key' || readKey(text) !== null;
      const [wanted, have] = [readKey(text), readKey(texts[0] as string)];
      return wanted !== null && have !== null && sameDkimKey(wanted, have);
    }
    case 'dmarc-policy': {
      const text = data.type === 'TXT' ? joinTxt(data.strings) : '';
      const wanted = readPolicy(text);
      const have = texts[0] === text ? wanted : readPolicy(texts[0] ?? '');
      return texts.length === 1 && wanted !== null && have !== null && dmarcSuffices(have, wanted);
    }
    case 'report-authorisation':
      return texts.some(isDmarcRecord);
    case 'policy-tags':
      return data.type === 'TXT' && hasPolicyTags(texts, joinTxt(data.strings), required.match.version);
    case 'same-data':
      return relevant.some((record) => sameData(record, data));
  }
}
