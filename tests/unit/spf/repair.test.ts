import { describe, expect, test } from 'vitest';
import { applyFix } from '../../../shared/findings/apply-fix.ts';
import { fixSpf, lintSpf } from '../../../shared/spf/lint.ts';
import { mergeSpf } from '../../../shared/spf/merge.ts';
import { repairSpf } from '../../../shared/spf/repair.ts';
import { parseSpf } from '../../../shared/spf/syntax.ts';
import { generator } from '../../support/hostile.ts';
import { seed } from '../../support/seed.ts';
import { spoilAndRepair } from '../../support/spf-repairs.ts';
import { rightRecord } from '../../support/spf-records.ts';
import { spfSlips } from '../../support/spf-slips.ts';

describe('a slip with one meaning is put right, by lint and by merge', () => {
  test.each([
    // An address or a network without its mechanism, or under another one.
    ['v=spf1 2001:db8::/64 -all', 'v=spf1 ip6:2001:db8::/64 -all'],
    ['v=spf1 192.0.2.1 198.51.100.0/28 -all', 'v=spf1 ip4:192.0.2.1 ip4:198.51.100.0/28 -all'],
    ['v=spf1 ip4 192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
    ['v=spf1 ip:192.0.2.1 ipv6:2001:db8::1 -all', 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all'],
    ['v=spf1 ip=192.0.2.1 ip4=192.0.2.7 -all', 'v=spf1 ip4:192.0.2.1 ip4:192.0.2.7 -all'],
    ['v=spf1 qp4=192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
    ['v=spf1 a:192.0.2.0/24 include:2001:db8::1 -all', 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 -all'],
    ['v=spf1 ip4192.0.2.1 ip6::2001:db8::1 -all', 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all'],
    // Prefix lengths.
    ['v=spf1 a:m.example.com/24/64 -all', 'v=spf1 a:m.example.com/24//64 -all'],
    ['v=spf1 mx/24/64 a/024 -all', 'v=spf1 mx/24//64 a/24 -all'],
    ['v=spf1 ip4:192.0.2.0/24//64 -all', 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['v=spf1 ip4:192.0.2.0/24/ ip6:2001:db8::1//128 -all', 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1/128 -all'],
    ['v=spf1 ip4:192.0.2.0 / 24 a /24 -all', 'v=spf1 ip4:192.0.2.0/24 a/24 -all'],
    [
      'v=spf1 ip4:192.0.2.0/255.255.255.0 ip4:198.51.100.0/0.0.0.255 -all',
      'v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 -all',
    ],
    ['v=spf1 a/64 ip4:192.0.2.0,/24 -all', 'v=spf1 a//64 ip4:192.0.2.0/24 -all'],
    // Other notations of addresses.
    [
      'v=spf1 ip4:192.000.002.001 ip4:[198.51.100.7] ip6:[2001:db8::]/32 -all',
      'v=spf1 ip4:192.0.2.1 ip4:198.51.100.7 ip6:2001:db8::/32 -all',
    ],
    [
      'v=spf1 ip4:192.0.2.10-192.0.2.13 ip4:198.51.100.* ip4:203.0.113/24 -all',
      'v=spf1 ip4:192.0.2.10/31 ip4:192.0.2.12/31 ip4:198.51.100.0/24 ip4:203.0.113.0/24 -all',
    ],
    [
      'v=spf1 ip4:192,0,2,1 a:mail.example.com:25 ip4:192.0.2.7:587 -all',
      'v=spf1 ip4:192.0.2.1 a:mail.example.com ip4:192.0.2.7 -all',
    ],
    // Lists.
    ['v=spf1 ip4:192.0.2.4,192.0.2.6 -all', 'v=spf1 ip4:192.0.2.4 ip4:192.0.2.6 -all'],
    ['v=spf1 ip4:192.0.2.4;192.0.2.6 -all', 'v=spf1 ip4:192.0.2.4 ip4:192.0.2.6 -all'],
    ['v=spf1 ip4:192.0.2.4, 192.0.2.6, 2001:db8::1 -all', 'v=spf1 ip4:192.0.2.4 ip4:192.0.2.6 ip6:2001:db8::1 -all'],
    ['v=spf1 a,mx,include:x.example,-all', 'v=spf1 a mx include:x.example -all'],
    // Signs.
    ['v=spf1 ~redirect=_spf.example.net', 'v=spf1 redirect=_spf.example.net'],
    ['v=spf1 mx -exp=x.example -all', 'v=spf1 mx exp=x.example -all'],
    ['v=spf1 mx ~ all', 'v=spf1 mx ~all'],
    ['v=spf1 mx --all', 'v=spf1 mx -all'],
    ['v=spf1 mx -, all', 'v=spf1 mx -all'],
    ['v=spf1 mx -all.', 'v=spf1 mx -all'],
    ['v=spf1 mx -al1', 'v=spf1 mx -all'],
    ['v=spf1 include:spf.example.org-all', 'v=spf1 include:spf.example.org -all'],
    ['v=spf1 include:spf.example.org?all', 'v=spf1 include:spf.example.org ?all'],
    ['v=spf1 exists:%{i}.x.example-all', 'v=spf1 exists:%{i}.x.example -all'],
    ['v=spf1 redirect=x.example-all', 'v=spf1 redirect=x.example -all'],
    // Names and separators.
    ['v=spf1 include=_spf.example.net -all', 'v=spf1 include:_spf.example.net -all'],
    ['v=spf1 include;a.example include,b.example -all', 'v=spf1 include:a.example include:b.example -all'],
    ['v=spf1 include a.example inlcude:b.example -all', 'v=spf1 include:a.example include:b.example -all'],
    ['v=spf1 inc lude:a.example -all', 'v=spf1 include:a.example -all'],
    ['v=spf1 redirct=a.example', 'v=spf1 redirect=a.example'],
    ['v=spf1 ip4:ip4:192.0.2.1 include::a.example -all', 'v=spf1 ip4:192.0.2.1 include:a.example -all'],
    [
      'v=spf1 include:https://_spf.google.com include:http://a.example/spf -all',
      'v=spf1 include:_spf.google.com include:a.example -all',
    ],
    ['v=spf1 redirect=a.example redirect=a.example', 'v=spf1 redirect=a.example'],
    ['v=spf1 (mx) <include:a.example> -all', 'v=spf1 mx include:a.example -all'],
    // Versions.
    ['spf1 mx -all', 'v=spf1 mx -all'],
    ['v:spf1 mx -all', 'v=spf1 mx -all'],
    ['v=spf -a mx -all', 'v=spf1 -a mx -all'],
    ['v=spf1.0 mx -all', 'v=spf1 mx -all'],
    ['v=spf1 v=spf1 mx -all', 'v=spf1 mx -all'],
    ['include:x.example ip4:192.0.2.1 ~all', 'v=spf1 include:x.example ip4:192.0.2.1 ~all'],
    // Characters.
    ['v=spf1 ip4:192.0.2.4\u0001 -all', 'v=spf1 ip4:192.0.2.4 -all'],
    ['v=spf1 ip4:192.0.2.4\u007F mx\u0000 -all', 'v=spf1 ip4:192.0.2.4 mx -all'],
    ['v=spf1 mx \u0096all', 'v=spf1 mx -all'],
    ['ｖ＝ｓｐｆ１ mx -all', 'v=spf1 mx -all'],
    // Notation of zone files and others.
    ['"v=spf1 include:a.example" "-all"', 'v=spf1 include:a.example -all'],
    ['"v=spf1 ip4:192.0.2.0/2" "4 -all"', 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['"v=spf1 mx" "redirct=r.example"', 'v=spf1 mx redirect=r.example'],
    ['@ IN TXT ( "v=spf1 mx"\n\t" -all" ) ; ours', 'v=spf1 mx -all'],
    ['example.com. 300 IN TXT v=spf1 mx; a:h.example; -all ; ours', 'v=spf1 mx a:h.example -all'],
    ['&quot;v=spf1&nbsp;mx&nbsp;-all&quot;', 'v=spf1 mx -all'],
    ['{"type":"TXT","content":"v=spf1 mx –all"}', 'v=spf1 mx -all'],
  ])('%j', (text, right) => {
    expect(fixSpf(text)).toEqual({ text: right, isUsable: true });
    expect(parseSpf(right).record).not.toBeNull();
    expect(mergeSpf([text], { add: [] })).toMatchObject({ questions: [] });
    const { record } = mergeSpf([text], { add: [] });
    const terms = (record: string) => new Set(record.split(' '));
    for (const term of terms(right)) if (!term.startsWith('redirect=')) expect(terms(record), record).toContain(term);
  });
});

describe('what can’t be told apart is a question', () => {
  test.each([
    ['v=spf1 mail.example.com -all', ['include:mail.example.com', 'a:mail.example.com', 'mx:mail.example.com']],
    ['v=spf1 include:a.example b.example -all', ['include:b.example', 'a:b.example', 'mx:b.example']],
    ['v=spf1 include:a.example,b.example -all', ['include:b.example', 'a:b.example', 'mx:b.example']],
    [
      'v=spf1 ip4:192.0.2.1,mail.example.com -all',
      ['include:mail.example.com', 'a:mail.example.com', 'mx:mail.example.com'],
    ],
    [
      'v=spf1 a mail.example.com -all',
      ['a:mail.example.com', 'a include:mail.example.com', 'a a:mail.example.com', 'a mx:mail.example.com'],
    ],
    ['v=spf1 ip4:mail.example.com -all', ['a:mail.example.com', 'include:mail.example.com']],
    ['v=spf1 -ip4:192.0.2.4 192.0.2.6 ~all', ['-ip4:192.0.2.6', 'ip4:192.0.2.6']],
    ['v=spf1 -ip4:192.0.2.4,192.0.2.6 ~all', ['-ip4:192.0.2.6', 'ip4:192.0.2.6']],
    ['v=spf1 ip6:2001:db8::/32//64 -all', ['ip6:2001:db8::/32', 'ip6:2001:db8::/64']],
    ['v=spf1 ip4:192.0.2.0/24//28 -all', ['ip4:192.0.2.0/24', 'ip4:192.0.2.0/28']],
    ['v=spf1 ip4:192.0.2.010 -all', ['ip4:192.0.2.10', 'ip4:192.0.2.8']],
    ['v=spf1 ip4:192.0.2.1/ -all', ['ip4:192.0.2.1']],
    ['v=spf1 a:mail.example.com:24 -all', ['a:mail.example.com', 'a:mail.example.com/24']],
    ['v=spf1 include:_spf.example.com/24 -all', ['include:_spf.example.com', 'a:_spf.example.com/24']],
    ['v=spf1 mx -~all', ['-all', '~all']],
    ['v=spf1 mx !all', ['-all', '~all']],
    ['v=spf1 mx all.', ['all']],
    ['v=spf1 mx: -all', ['mx']],
    [
      'v=spf1 include_spf.example.com -all',
      [
        'include:_spf.example.com',
        'include:spf.example.com',
        'include:include_spf.example.com',
        'a:include_spf.example.com',
      ],
    ],
    ['v=spf1 include:a:mail.example.com -all', ['a:mail.example.com']],
    ['v=spf1 include:user@example.com -all', ['include:example.com']],
    ['"v=spf1 a:h.example" "mx -all"', ['a:h.example mx', 'a:h.examplemx']],
    ['v=spf1 include:x.example-mx -all', ['include:x.example -mx', 'include:x.example-mx']],
  ])('%j', (text, readings) => {
    const open = lintSpf(text).filter((finding) => finding.code === 'spf.unclear');
    expect(open).toHaveLength(1);
    expect(open[0]?.fix).toBeUndefined();
    expect(open[0]?.readings?.map((reading) => reading.edits[0]?.text)).toEqual(readings);
    expect(fixSpf(text).isUsable).toBe(false);
    expect(mergeSpf([text], { add: [] }).questions.map(({ code }) => code)).toEqual(['spf.unclear']);
    for (const reading of open[0]?.readings ?? []) {
      expect(parseSpf(fixSpf(applyFix(text, reading)).text).record).not.toBeNull();
    }
  });

  test.each([
    ['v=spf1 mx moo -all', 'spf.unknown-mechanism'],
    ['v=spf1 ip4:192.0.2.256 -all', 'spf.bad-address'],
    ['v=spf1 mx 3600 -all', 'spf.unknown-term'],
    ['v=spf1 include: -all', 'spf.domain-missing'],
    ['v=spf1 redirect=a.example redirect=b.example', 'spf.modifier-twice'],
  ])('%j keeps what nobody can read, and asks', (text, code) => {
    const [finding] = lintSpf(text);
    expect([finding?.code, finding?.fix]).toEqual([code, undefined]);
    expect(finding?.readings?.length).toBeGreaterThan(0);
    expect(fixSpf(text)).toEqual({ text, isUsable: false });
    expect(mergeSpf([text], { add: ['a'] }).questions).toHaveLength(1);
  });
});

describe('right records', () => {
  test.each([
    'v=spf1 exists:%{i}._spf.%{d} include:%{ir}.%{v}._spf.%{d2} -all',
    'v=spf1 a:my-host.example.com mx:mx-1.example.com/28//64 ip6:::1 ?all',
    'v=spf1 moo=a=b redirect=%{d}.example',
    'V=SPF1 INCLUDE:_SPF.EXAMPLE.COM. -ALL',
    'v=spf1 a:foo+bar.example.com -all',
    'v=spf1  mx  -all ',
  ])('%j is left as it is', (text) => {
    expect(repairSpf(text)).toEqual({ text, findings: [] });
  });

  test('are never touched', () => {
    const random = generator(seed);
    for (let round = 0; round < 2000; round += 1) {
      const text = rightRecord(random);
      expect(repairSpf(text)).toEqual({ text, findings: [] });
    }
  });
});

const runs = Number(process.env.SENDWRIGHT_RUNS ?? 20);

describe('right records that were spoilt', () => {
  test.each(Object.keys(spfSlips))('%s: they mean the same again, or a question is asked', async (name) => {
    const random = generator(seed);
    for (let round = 0; round < runs; round += 1) {
      const { kind, ...rest } = await spoilAndRepair(random, name);
      expect(kind, JSON.stringify(rest)).not.toBe('wrong');
    }
  });
});

describe('texts made to send a reader back and forth', () => {
  test.each([
    ['v '.repeat(40), 'x'],
    ['a:x/1 '.repeat(40), '!'],
    ['include:a'.repeat(40), ' x'],
    ['a ', '1'.repeat(60), 'x TXT v=spf1 -all'],
    ['a IN TXT v=spf1 ', '\t'.repeat(2000), 'x'],
    ['v=spf1 ', '\\;'.repeat(20_000)],
    ['v=spf1 ', '('.repeat(20_000), 'a', ')'.repeat(20_000)],
    ['v=spf1 ', 'v=spf1'.repeat(8000), ' -all'],
    ['v=spf1 ', ':'.repeat(20_000), ' x'],
    ['Value: ', '\\'.repeat(50_000)],
  ])('%# are read at once', (...parts) => {
    const text = parts.join('');
    const start = process.cpuUsage();
    expect(repairSpf(text).findings.length).toBeLessThanOrEqual(500);
    const { user } = process.cpuUsage(start);
    expect(user / 1e6).toBeLessThan(1);
  });
});

test('an unquoted record in a zone file ends where the next line of the file begins', () => {
  const zone = 'news.example. TXT v=spf1 a -all\nwww.news.example. A 192.0.2.1\nx.example. 300 IN TXT token\n';
  expect(repairSpf(zone).text).toBe('v=spf1 a -all');
});
