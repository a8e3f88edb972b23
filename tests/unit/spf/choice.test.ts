import { describe, expect, it } from 'vitest';
import { checkHost } from '../../../shared/spf/check-host.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import type { SpfChoice } from '../../../shared/spf/choice.ts';
import { holdsChosen, mergeChosen, noSpfChoice } from '../../../shared/spf/choice.ts';
import { remainingTerms } from '../../../shared/spf/remaining-terms.ts';

const choice = (part: Partial<SpfChoice>): SpfChoice => ({ ...noSpfChoice, ...part });

/** What a receiver makes of a record for one address, by the whole algorithm. */
async function resultFor(record: string, ip: string): Promise<string> {
  const zone = `$ORIGIN example.org.\n@ 60 IN A 192.0.2.1\n@ 60 IN TXT "${record}"\n_s 60 IN TXT "v=spf1 ip4:198.51.100.0/24 ~all"\n_t 60 IN TXT "v=spf1 ip4:203.0.113.0/24 ~all"\n`;
  const lookup = zoneLookup(readZone(zone, { origin: 'example.org' }).records, {
    outside: 'nxdomain',
    zones: ['example.org'],
  });
  return (await checkHost({ ip, sender: 'a@example.org', helo: 'example.org', lookup })).result;
}

describe('what a person decides about the SPF record', () => {
  const published = 'v=spf1 a include:_s.example.org ?all';

  it('takes a left provider out: its senders stop passing, the others go on', async () => {
    const { record } = mergeChosen(
      [published],
      ['include:_t.example.org'],
      choice({ remove: ['include:_s.example.org'] }),
    );
    expect(await resultFor(published, '198.51.100.9')).toBe('pass');
    expect(await resultFor(record, '198.51.100.9')).toBe('neutral');
    expect(await resultFor(record, '192.0.2.1')).toBe('pass');
    expect(await resultFor(record, '203.0.113.9')).toBe('pass');
  });

  it('is not fulfilled while the given-up term is still published', () => {
    const given = choice({ remove: ['include:_S.example.org'] });
    expect(holdsChosen(published, ['a'], given)).toBe(false);
    expect(holdsChosen('v=spf1 a ?all', ['a'], given)).toBe(true);
  });

  it('takes the edited text for the published one, and explains it word by word', () => {
    const edited = { from: published, to: 'v=spf1 ip4:192.0.2.1 include:_s.example.org ~all' };
    const merge = mergeChosen([published], ['a'], choice({ edited, without: ['a'] }));
    expect(merge.record).toBe(edited.to);
    expect(merge.edits).toContainEqual({ kind: 'remove', term: 'a', reason: 'Taken out by your edit.' });
    expect(merge.edits).toContainEqual({ kind: 'add', term: 'ip4:192.0.2.1', reason: 'Put in by your edit.' });
  });

  it('lets an edit lapse when something else is published by now', () => {
    const edited = { from: 'v=spf1 -all', to: 'v=spf1 mx -all' };
    expect(mergeChosen([published], ['a'], choice({ edited })).record).toBe(published);
    expect(holdsChosen(published, ['a'], choice({ edited }))).toBe(true);
    expect(holdsChosen(published, ['a'], choice({ edited: { from: published, to: 'v=spf1 a -all' } }))).toBe(false);
  });

  it('begins from nothing when nothing is published', () => {
    const edited = { from: '', to: 'v=spf1 ip4:192.0.2.1 ~all' };
    expect(mergeChosen([], ['a', 'mx'], choice({ edited, without: ['a'] })).record).toBe(
      'v=spf1 ip4:192.0.2.1 mx ~all',
    );
  });

  it('leaves terms out by meaning, not by spelling', () => {
    expect(remainingTerms(['a', 'include:_spf.Example.net', 'ip4:192.0.2.0/24'], ['INCLUDE:_spf.example.net'])).toEqual(
      ['a', 'ip4:192.0.2.0/24'],
    );
  });
});
