import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../main/core/domains/service.ts';
import { defaultFields } from '../../../main/core/settings/service.ts';
import type { DocumentDomain, DocumentKey, WorkspaceDocument } from '../../../shared/workspace/document.ts';
import { mergeFile } from '../../../shared/workspace/merge.ts';
import { FileFault, fromFiles, toFiles } from '../../../shared/workspace/text-files.ts';
import '../../support/seed.ts';

/** Three versions of a domain’s file become one, or a question. */

const key = (selector: string, publicKey = 'AAAA'): DocumentKey => ({
  selector,
  algorithm: 'rsa',
  bits: 2048,
  publicKey,
  createdAt: 1_700_000_000_000,
  signingSince: null,
  revokedAt: null,
});

const domain = (changes: Partial<DocumentDomain> = {}): DocumentDomain => ({
  name: 'example.com',
  inUse: true,
  addedAt: 1_700_000_000_000,
  configuration: defaultConfiguration,
  dkimKeys: [key('one')],
  pastedZone: null,
  ...changes,
});

const workspace = (domains: readonly DocumentDomain[]): WorkspaceDocument => ({
  settings: defaultFields,
  schedule: null,
  retention: null,
  templates: {},
  senders: [],
  domains,
});

const textOf = (one: DocumentDomain): string => [...toFiles(workspace([one]))][1]?.text ?? '';

function readBack(text: string): DocumentDomain {
  const [shared] = toFiles(workspace([]));
  if (shared === undefined) throw new Error('there is always the shared file');
  const [only] = fromFiles([shared, { path: 'domains/example.com.json', text }]).domains;
  if (only === undefined) throw new Error('the domain was given');
  return only;
}

const configured = (changes: Partial<typeof defaultConfiguration>): DocumentDomain =>
  domain({ configuration: { ...defaultConfiguration, ...changes } });

/** Settles each conflict of a text for one side, as a person does in an editor. */
function settled(text: string, side: 'ours' | 'theirs'): string {
  return text.replace(
    /<<<<<<< ours\n((?:(?!=======\n).*\n)*)=======\n((?:(?!>>>>>>> theirs\n).*\n)*)>>>>>>> theirs\n/g,
    (_whole, ours: string, theirs: string) => (side === 'ours' ? ours : theirs),
  );
}

describe('a merge of one file', () => {
  const base = textOf(domain());

  it('keeps what each side changed, wherever they changed different things', () => {
    const ours = textOf(
      domain({
        inUse: false,
        dkimKeys: [key('one'), key('ours')],
        configuration: {
          ...defaultConfiguration,
          dmarc: { ...defaultConfiguration.dmarc, policy: 'reject' },
          extras: [{ name: 'a.example.com', type: 'TXT', value: 'ours' }],
        },
      }),
    );
    const theirs = textOf(
      domain({
        dkimKeys: [{ ...key('one'), signingSince: 1_800_000_000_000 }, key('theirs')],
        configuration: {
          ...defaultConfiguration,
          users: 'programs',
          providers: [{ templateId: 'sendgrid', mode: '', fields: { a: '1' } }],
          extras: [{ name: 'a.example.com', type: 'TXT', value: 'theirs' }],
        },
      }),
    );
    const { text, conflicts } = mergeFile(base, ours, theirs);
    expect(conflicts).toEqual([]);
    const merged = readBack(text);
    expect(merged).toMatchObject({
      inUse: false,
      dkimKeys: [{ selector: 'one', signingSince: 1_800_000_000_000 }, { selector: 'ours' }, { selector: 'theirs' }],
      configuration: { users: 'programs', dmarc: { policy: 'reject' }, providers: [{ templateId: 'sendgrid' }] },
    });
    expect(merged.configuration?.extras?.map(({ value }) => value).sort()).toEqual(['ours', 'theirs']);
    expect(mergeFile(base, theirs, ours).conflicts).toEqual([]);
  });

  it('asks where both changed the same, with both versions in the text', () => {
    const policy = (value: 'quarantine' | 'reject') =>
      textOf(configured({ dmarc: { ...defaultConfiguration.dmarc, policy: value } }));
    const { text, conflicts } = mergeFile(base, policy('quarantine'), policy('reject'));
    expect(conflicts).toEqual(['configuration.dmarc.policy']);
    expect(text).toContain(
      '<<<<<<< ours\n      "policy": "quarantine",\n=======\n      "policy": "reject",\n>>>>>>> theirs\n',
    );
    expect(() => readBack(text)).toThrow(FileFault);
    expect(settled(text, 'ours')).toBe(policy('quarantine'));
    expect(settled(text, 'theirs')).toBe(policy('reject'));
  });

  const decided: readonly {
    readonly what: string;
    readonly ours: Partial<DocumentDomain>;
    readonly theirs: Partial<DocumentDomain>;
    readonly before?: Partial<DocumentDomain>;
  }[] = [
    {
      what: 'a key of one selector',
      ours: { dkimKeys: [key('one'), key('two', 'BBBB')] },
      theirs: { dkimKeys: [key('one'), key('two', 'CCCC')] },
    },
    {
      what: 'a pasted zone',
      ours: { pastedZone: { at: 1, text: 'a\nb' } },
      theirs: { pastedZone: { at: 2, text: 'a\nc' } },
    },
    {
      what: 'a removal and a change',
      before: configured({ providers: [{ templateId: 'brevo', mode: '', fields: {} }] }),
      ours: configured({ providers: [] }),
      theirs: configured({ providers: [{ templateId: 'brevo', mode: '', fields: { a: '2' } }] }),
    },
    {
      what: 'a change and a removal',
      before: configured({ users: 'programs' }),
      ours: configured({ users: 'people' }),
      theirs: configured({}),
    },
  ];
  it.each(decided)(
    'leaves a file that comes out right once somebody has decided: $what',
    ({ ours, theirs, before = {} }) => {
      const { text, conflicts } = mergeFile(textOf(domain(before)), textOf(domain(ours)), textOf(domain(theirs)));
      expect(conflicts).toHaveLength(1);
      expect(readBack(settled(text, 'ours'))).toEqual(readBack(textOf(domain(ours))));
      expect(readBack(settled(text, 'theirs'))).toEqual(readBack(textOf(domain(theirs))));
    },
  );

  it('takes two files that both sides began, and the earlier of both days', () => {
    const later = textOf(domain({ addedAt: 1_700_000_999_000 }));
    expect(mergeFile('', later, base)).toEqual({ text: base, conflicts: [] });
  });

  it('takes a version that is no file of a workspace for none', () => {
    expect(() => mergeFile(base, base.slice(0, -20), base)).toThrow(FileFault);
    expect(() => mergeFile(base, base, base.replace('"inUse": true', '"inUse": 1'))).toThrow(FileFault);
  });

  const policies = fc.constantFrom('none' as const, 'quarantine' as const, 'reject' as const);
  const extras = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });
  const version = fc.record({ inUse: fc.boolean(), policy: policies, testing: fc.boolean(), extras }).map((made) =>
    domain({
      inUse: made.inUse,
      configuration: {
        ...defaultConfiguration,
        dmarc: { ...defaultConfiguration.dmarc, policy: made.policy, testing: made.testing },
        extras: made.extras.map((value) => ({ name: 'x.example.com', type: 'TXT' as const, value })),
      },
    }),
  );

  it('never loses what one side alone changed, and asks exactly where both changed the same otherwise', () => {
    fc.assert(
      fc.property(version, version, version, (before, ours, theirs) => {
        const { text, conflicts } = mergeFile(textOf(before), textOf(ours), textOf(theirs));
        const leaves: readonly ((from: DocumentDomain) => unknown)[] = [
          (from) => from.inUse,
          (from) => from.configuration?.dmarc?.policy,
          (from) => from.configuration?.dmarc?.testing,
          ...['a', 'b', 'c', 'd'].map(
            (value) => (from: DocumentDomain) => from.configuration?.extras?.some((extra) => extra.value === value),
          ),
        ];
        const asked = leaves.filter((leaf) => {
          const [was, mine, other] = [before, ours, theirs].map(leaf);
          return mine !== other && was !== mine && was !== other;
        });
        expect(conflicts).toHaveLength(asked.length);
        const merged = readBack(settled(text, 'ours'));
        for (const leaf of leaves)
          expect(leaf(merged)).toEqual(leaf(ours) === leaf(before) ? leaf(theirs) : leaf(ours));
      }),
    );
  });

  it('of one version with itself is that version', () => {
    fc.assert(
      fc.property(version, version, (before, ours) => {
        const [was, mine] = [textOf(before), textOf(ours)];
        expect(mergeFile(was, mine, mine).text).toBe(mine);
        expect(readBack(mergeFile(was, mine, was).text).inUse).toBe(ours.inUse);
        expect(mergeFile(was, was, mine).conflicts).toEqual([]);
      }),
    );
  });
});
