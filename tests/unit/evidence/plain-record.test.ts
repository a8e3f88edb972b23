import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AggregateRow } from '../../../shared/evidence/reports/aggregate.ts';
import { createAggregateReader } from '../../../shared/evidence/reports/aggregate.ts';
import { plainRecordAt, readPlainRest, RECORD_START } from '../../../shared/evidence/reports/plain-record.ts';
import { seed } from '../../support/seed.ts';

const HEAD =
  '<?xml version="1.0"?>\n<feedback><version>1.0</version><report_metadata><org_name>a</org_name><email>a@b.example</email><report_id>1</report_id><date_range><begin>1772323200</begin><end>1772409599</end></date_range></report_metadata><policy_published><domain>example.com</domain><p>none</p></policy_published>';

/** The same to a parser, which then reads the record. */
const ANOTHER_START = '<record >';

function read(text: string, cuts: readonly number[] = []) {
  const rows: AggregateRow[] = [];
  const reader = createAggregateReader((row) => rows.push(row));
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((left, right) => left - right);
  for (const [index, place] of places.entries()) reader.write(text.slice(places[index - 1] ?? 0, place));
  const { report, problems } = reader.close();
  return { report, rows, problems: [...problems].sort() };
}

const space = fc.constantFrom('', '\n', '\r\n    ', '\t', '  ');
const odd = <Value>(usual: fc.Arbitrary<Value>, unusual: fc.Arbitrary<Value>) =>
  fc.oneof({ arbitrary: usual, weight: 12 }, { arbitrary: unusual, weight: 1 });
const text = odd(
  fc.constantFrom('pass', 'fail', 'none', 'softfail', 'example.com', '198.51.100.7', '2001:DB8::1', '3', ''),
  fc.oneof(
    fc.constantFrom(
      ' pass\n',
      'Pass',
      'a\r\nb',
      'a\tb',
      'a &amp; b',
      'a & b',
      '&#65;',
      ']]>',
      ']',
      '>',
      '<![CDATA[pass]]>',
      '<b>c</b>',
      'bücher.example',
      '\u{1F600}',
      '\0',
      '\x0b',
      '\x7f',
      '\uFFFE',
      'x'.repeat(4096),
      'x'.repeat(4097),
    ),
    fc.string({ maxLength: 8 }),
  ),
);
/** An element, now and then in another spelling. */
const element = (name: string, content: fc.Arbitrary<string>) =>
  fc
    .tuple(
      content,
      space,
      odd(
        fc.constant('plain'),
        fc.constantFrom('attribute', 'prefix', 'end with a space', 'empty', 'missing', 'twice', 'unclosed', 'stray'),
      ),
    )
    .map(([inner, behind, spelling]) => {
      const usual = `<${name}>${inner}</${name}>${behind}`;
      switch (spelling) {
        case 'attribute':
          return `<${name} a="b">${inner}</${name}>${behind}`;
        case 'prefix':
          return `<x:${name}>${inner}</x:${name}>${behind}`;
        case 'end with a space':
          return `<${name} >${inner}</${name} >${behind}`;
        case 'empty':
          return `<${name}/>${behind}`;
        case 'missing':
          return '';
        case 'twice':
          return usual + usual;
        case 'unclosed':
          return `<${name}>${inner}`;
        case 'stray':
          return `${usual}stray`;
        default:
          return usual;
      }
    });
const value = (name: string) => element(name, text);
const optional = (part: fc.Arbitrary<string>) => fc.oneof(part, fc.constant(''));
const inOrder = (...parts: readonly fc.Arbitrary<string>[]) => fc.tuple(space, ...parts).map((all) => all.join(''));
const shuffled = (...parts: readonly fc.Arbitrary<string>[]) =>
  odd(
    inOrder(...parts),
    fc
      .tuple(...parts)
      .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }))
      .map((all) => all.join('')),
  );
const reason = element('reason', inOrder(value('type'), optional(value('comment'))));
const result = (name: string, by: string) =>
  element(
    name,
    shuffled(
      value('domain'),
      optional(value(by)),
      optional(value(by)),
      value('result'),
      optional(value('human_result')),
    ),
  );
const record = element(
  'record',
  shuffled(
    element(
      'row',
      shuffled(
        value('source_ip'),
        value('count'),
        element(
          'policy_evaluated',
          shuffled(value('disposition'), value('dkim'), value('spf'), optional(reason), optional(reason)),
        ),
      ),
    ),
    element(
      'identifiers',
      shuffled(
        optional(value('envelope_to')),
        optional(value('envelope_from')),
        optional(value('envelope_from')),
        value('header_from'),
      ),
    ),
    element(
      'auth_results',
      shuffled(
        optional(result('dkim', 'selector')),
        optional(result('dkim', 'selector')),
        result('spf', 'scope'),
        optional(result('spf', 'scope')),
      ),
    ),
  ),
);
const between = odd(
  space,
  fc.constantFrom('stray', '<!-- <record> -->', '<extension/>', '&', '<record/>', '</record>'),
);
/** Records mostly differ in source and count alone. */
const alike = fc
  .tuple(record, fc.integer({ min: 1, max: 3 }), between)
  .map(([one, times, behind]) => one.repeat(times) + behind);
const records = fc.array(alike, { minLength: 1, maxLength: 6 });
const ends = odd(fc.constant('</feedback>'), fc.constantFrom('', '</feedback', '</feedback><record></record>'));

describe('records of the usual spelling', () => {
  it('say what the parser says of them, wherever the text is cut', () => {
    fc.assert(
      fc.property(records, ends, fc.array(fc.nat()), (all, end, cuts) => {
        const usual = HEAD + all.join('') + end;
        const parsed = read(usual.replaceAll(RECORD_START, ANOTHER_START));
        expect(read(usual)).toEqual(parsed);
        expect(read(usual, cuts)).toEqual(parsed);
      }),
      { seed, numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 1000) },
    );
  });

  it('are read without the parser', () => {
    const text =
      '<row><source_ip>192.0.2.1</source_ip><count>3</count>\n<policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf><reason><type>forwarded</type><comment>by a list</comment></reason></policy_evaluated></row><identifiers><envelope_from>bounce.example.com</envelope_from><header_from>example.com</header_from></identifiers><auth_results><dkim><domain>example.com</domain><result>pass</result><selector>s1</selector></dkim><spf><domain>example.net</domain><scope>mfrom</scope><result>pass</result></spf></auth_results></record>';
    const found = plainRecordAt(text, 0, 4096);
    expect(found).toMatchObject({ source: '192.0.2.1', count: '3', end: text.indexOf('</record>') });
    expect(readPlainRest(found?.rest ?? '')).toEqual({
      source: null,
      count: null,
      hasEvaluation: true,
      hasIdentifiers: true,
      hasResults: true,
      disposition: 'none',
      dkim: 'pass',
      spf: 'fail',
      reasons: [{ type: 'forwarded', text: '' }],
      headerFrom: 'example.com',
      envelopeFrom: 'bounce.example.com',
      dkimResults: [{ domain: 'example.com', by: 's1', result: 'pass' }],
      spfResults: [{ domain: 'example.net', by: 'mfrom', result: 'pass' }],
    });
    expect(plainRecordAt(text.slice(0, -1), 0, 4096)).toBeNull();
    expect(plainRecordAt(text, 0, text.indexOf('</record>') - 1)).toBeNull();
  });
});
