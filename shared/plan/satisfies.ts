import { remembering, rememberingOf } from '../memo.ts';
import { parseDkimKey, sameDkimKey } from '../dkim/key-record.ts';
import { isDmarcRecord } from '../dmarc/record.ts';
import { sameName } from '../dns/names.ts';
import type { RecordOf, ResourceRecord } from '../dns/records.ts';
import { sameData } from '../dns/same-data.ts';
import { joinTxt } from '../dns/txt.ts';
import { appliesTo, holdsChosen, noSpfChoice } from '../spf/choice.ts';
import { parseSpf } from '../spf/syntax.ts';
import { findTag, parseTagList } from '../tags/tag-list.ts';
import { dmarcTextsOf, isMeantAsDmarc, spfTextsOf } from './meant.ts';
import { dmarcSuffices } from './planned-dmarc.ts';
import type { MatchRule, RequiredRecord } from '../required/record.ts';

/** The joined texts of the TXT records among these. */
export function txtTexts(records: readonly ResourceRecord[]): readonly string[] {
  const [first] = records;
  if (records.length === 1 && first?.type === 'TXT') return [joinTxt(first.strings)];
  return records.flatMap((record) => (record.type === 'TXT' ? [joinTxt(record.strings)] : []));
}

/** The records at the name that the requirement is about: all, or only the SPF or DMARC ones among other TXT records. */
export function concerned(required: RequiredRecord, records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const { purpose } = required;
  if (purpose === 'spf') return recordsOf(records, spfTextsOf);
  if (purpose === 'dmarc') return recordsOf(records, dmarcTextsOf);
  if (purpose === 'report-authorisation')
    return records.filter((record) => record.type === 'TXT' && isMeantAsDmarc(joinTxt(record.strings)));
  const isOfType = (record: ResourceRecord) => record.type === required.type;
  return records.every(isOfType) ? records : records.filter(isOfType);
}

/** The TXT records whose texts are chosen among all at the name. */
function recordsOf(
  records: readonly ResourceRecord[],
  choose: (texts: readonly string[]) => readonly string[],
): readonly ResourceRecord[] {
  const texts = txtTexts(records);
  const chosen = choose(texts);
  // Nearly always every text at the name is meant.
  if (chosen.length === records.length) return records;
  return records.filter((record) => record.type === 'TXT' && chosen.includes(joinTxt(record.strings)));
}

/** Servers that a name is delegated to beside those that are required, or in their place. */
export function foreignServers(
  { match }: RequiredRecord,
  records: readonly ResourceRecord[],
): readonly RecordOf<'NS'>[] {
  if (match.kind !== 'delegation') return [];
  return records.filter(
    (record): record is RecordOf<'NS'> =>
      record.type === 'NS' && !match.servers.some((server) => sameName(server, record.target)),
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
const holdsTerms = remembering(REMEMBERED, (words: string) => {
  const terms = words.split(' ');
  return remembering(REMEMBERED, (text) => holdsChosen(text, terms, noSpfChoice));
});
const holdsDecided = rememberingOf(({ terms, choice = noSpfChoice }: SpfTerms) =>
  remembering(REMEMBERED, (text) => holdsChosen(text, terms, choice)),
);

/** Whether a text has the terms that are required; thousands of domains require the same of the same text. */
function holds(match: SpfTerms, text: string): boolean {
  const { terms, choice = noSpfChoice } = match;
  return choice === noSpfChoice && terms.length > 0 ? holdsTerms(terms.join(' '))(text) : holdsDecided(match)(text);
}

/** Whether the one record lets nobody pass: what decides first denies everybody. */
const deniesAll = remembering(REMEMBERED, (text): boolean => {
  const [first] = parseSpf(text).record?.mechanisms ?? [];
  return first?.name === 'all' && first.qualifier === '-';
});

/** Whether the one text that is published is the very one that is required. */
export function isTextOf({ value }: RequiredRecord, texts: readonly string[]): boolean {
  const data = value.state === 'known' ? value.data : null;
  return data?.type === 'TXT' && texts.length === 1 && texts[0] === joinTxt(data.strings);
}

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
      return texts.length === 1 && holds(required.match, texts[0] as string);
    }
    case 'dkim-key': {
      if (texts.length !== 1) return false;
      const text = data.type === 'TXT' ? joinTxt(data.strings) : '';
      // Nearly always the very text that is asked for is published: it need not be read twice, and not once where the
      // key was made here.
      if (isTextOf(required, texts)) return required.source.kind === 'local-key' || parseDkimKey(text).key !== null;
      const [wanted, have] = [parseDkimKey(text).key, parseDkimKey(texts[0] as string).key];
      return wanted !== null && have !== null && sameDkimKey(wanted, have);
    }
    case 'dmarc-policy': {
      const text = data.type === 'TXT' ? joinTxt(data.strings) : '';
      const [published, second] = texts;
      if (published === undefined || second !== undefined || published === required.match.edited?.from) return false;
      return dmarcSuffices(published, text);
    }
    case 'no-senders':
      return texts.length === 1 && deniesAll(texts[0] as string);
    case 'report-authorisation':
      return texts.some(isDmarcRecord);
    case 'policy-tags':
      return data.type === 'TXT' && hasPolicyTags(texts, joinTxt(data.strings), required.match.version);
    case 'same-data':
      return relevant.some((record) => sameData(record, data));
    case 'delegation':
      return relevant.some((record) => sameData(record, data)) && foreignServers(required, relevant).length === 0;
  }
}
