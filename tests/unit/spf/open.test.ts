import { expect, test } from 'vitest';
import { spfTree } from '../../../shared/spf/budget.ts';
import { proposeSavings } from '../../../shared/spf/savings.ts';
import { a, txt, worldLookup } from './worlds.ts';

const lookup = worldLookup({
  failing: [],
  checks: [],
  records: [
    a('d.com', '192.0.2.1'),
    txt('open.com', 'v=spf1 include:deep.com -all'),
    txt('deep.com', 'v=spf1 +all'),
    txt('wide.com', 'v=spf1 ip4:0.0.0.0/0 -all'),
    txt('broken.com', 'v=spf1 ip4:192.0.2.1 moo -all'),
    txt('kept.com', 'x'),
  ],
});

test.each([
  ['v=spf1 include:open.com -all', 'include:open.com, include:deep.com, +all'],
  ['v=spf1 redirect=wide.com', 'redirect=wide.com, ip4:0.0.0.0/0'],
  ['v=spf1 a/0 -all', 'a/0'],
  ['v=spf1 mx:d.com/4 -all', 'mx:d.com/4'],
])('%s lets everybody pass', async (record, path) => {
  const { findings } = await spfTree('d.com', lookup, { record });
  expect(findings.find(({ code }) => code === 'spf.open-to-all')?.values.path).toBe(path);
});

test('a domain that anybody may register is a risk of its own', async () => {
  const { children } = await spfTree('d.com', lookup, {
    record: 'v=spf1 include:spf.gone.com include:x.kept.com -all',
  });
  expect(children.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
    ['spf.include-without-record', 'spf.free-domain'],
    ['spf.include-without-record'],
    [],
  ]);
});

test.each([
  ['a:m.gone.com', 'spf.void-lookup'],
  ['mx:gone.com', 'spf.void-lookup'],
  ['exists:%{d}.gone.com', 'spf.void-lookup'],
])('whoever registers it sends by %s as well', async (term, code) => {
  const { children } = await spfTree('d.com', lookup, { record: `v=spf1 ${term} a:x.kept.com -all` });
  const codes = children.map(({ findings }) => findings.map((finding) => finding.code).sort());
  expect(codes).toEqual([['spf.free-domain', code], ['spf.void-lookup'], []]);
});

test('networks of a record that nobody can read are never written down', async () => {
  const hosts = Array.from({ length: 10 }, () => 'a:d.com').join(' ');
  const tree = await spfTree('d.com', lookup, { record: `v=spf1 include:broken.com ${hosts} -all` });
  expect(proposeSavings(tree).filter(({ kind }) => kind === 'flatten')).toEqual([]);
});
