import fc from 'fast-check';
import { authenticate } from 'mailauth';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GeneratedKey } from '../../../shared/dkim/generate.ts';
import { generateDkimKey } from '../../../shared/dkim/generate.ts';
import { overlayLookup } from '../../../shared/dns/overlay-lookup.ts';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { splitTxt } from '../../../shared/dns/txt.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { recordSets } from '../../../shared/plan/record-sets.ts';
import { buildPlan, questionsFor } from '../../../shared/plan/build-plan.ts';
import { observationsFromZone } from '../../../shared/observed/observed.ts';
import { receiverVerdict } from '../../../shared/judge/receiver.ts';
import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import type { DomainNeeds } from '../../../shared/providers/required-records.ts';
import { requiredRecords, selectorsOf } from '../../../shared/providers/required-records.ts';
import { nodeResolver } from '../../support/node-resolver.ts';
import { signedMessage } from '../../support/signed-messages.ts';
import { seed } from '../../support/seed.ts';

/**
 * A message is really signed, the records are prepared as the manual would, laid over today's zone, and a receiver of
 * another make judges it through that overlay.
 */

const custom = providerTemplates.find((template) => template.id === 'custom');

interface World {
  readonly domain: string;
  readonly published: readonly ResourceRecord[];
  readonly selector: string;
  /** Which of the pair is published: the one that signs, another, or the same revoked. */
  readonly key: 'same' | 'other' | 'revoked';
  readonly algorithm: 'rsa' | 'ed25519';
  readonly strict: boolean;
  readonly policy: 'none' | 'quarantine' | 'reject';
  readonly signer: string;
  readonly mailFrom: string;
  readonly isAllowed: boolean;
}

const txt = (name: string, text: string): ResourceRecord => ({ name, ttl: 60, type: 'TXT', strings: splitTxt(text) });

const worlds: fc.Arbitrary<World> = fc
  .record({
    domain: fc.constantFrom('example.com', 'news.example.com'),
    spf: fc.constantFrom([], ['v=spf1 mx ~all'], ['v=spf1 a -all'], ['v=spf1 ip4:203.0.113.0/24 redirect=x.example']),
    dmarc: fc.constantFrom(
      [],
      ['v=DMARC1; p=none'],
      ['v=DMARC1; p=reject; adkim=s'],
      ['v=DMARC1; p=none; aspf=s; pct=5'],
    ),
    parent: fc.constantFrom([], ['v=DMARC1; p=quarantine; sp=reject'], ['v=DMARC1; p=none; psd=n']),
    selector: fc.constantFrom('s1', 'mail.2026'),
    key: fc.constantFrom('same', 'same', 'same', 'other', 'revoked'),
    algorithm: fc.constantFrom('rsa', 'rsa', 'ed25519'),
    strict: fc.boolean(),
    policy: fc.constantFrom('none', 'quarantine', 'reject'),
    signer: fc.constantFrom('same', 'same', 'parent', 'foreign'),
    mailFrom: fc.constantFrom('same', 'same', 'bounce', 'foreign'),
    isAllowed: fc.boolean(),
  })
  .map(({ spf, dmarc, parent, signer, mailFrom, domain, ...rest }) => ({
    ...rest,
    domain,
    signer: { same: domain, parent: 'example.com', foreign: 'other.net' }[signer],
    mailFrom: { same: domain, bounce: `bounce.${domain}`, foreign: 'other.net' }[mailFrom],
    published: [
      ...spf.map((text) => txt(domain, text)),
      ...dmarc.map((text) => txt(`_dmarc.${domain}`, text)),
      ...(domain === 'example.com' ? [] : parent.map((text) => txt('_dmarc.example.com', text))),
      txt('other.net', 'v=spf1 ip4:192.0.2.0/24 -all'),
      txt(`bounce.${domain}`, 'v=spf1 ip4:192.0.2.0/24 -all'),
    ],
  }));

describe('a receiver of another make', () => {
  const keys: Record<'rsa' | 'ed25519', readonly GeneratedKey[]> = { rsa: [], ed25519: [] };

  beforeAll(async () => {
    keys.rsa = await Promise.all([1, 2].map(() => generateDkimKey({ algorithm: 'rsa', bits: 1024 })));
    keys.ed25519 = await Promise.all([1, 2].map(() => generateDkimKey({ algorithm: 'ed25519' })));
  });

  /** Today's zone with the prepared records laid over it. */
  function preparedLookup(world: World, published: GeneratedKey) {
    if (custom === undefined) throw new Error('The custom template is missing');
    const needs: DomainNeeds = {
      domain: world.domain,
      providers: [{ template: custom, mode: 'own-key', fields: { spfMechanism: 'ip4:192.0.2.0/24' } }],
      dkimKeys: [
        {
          selector: world.selector,
          algorithm: world.algorithm,
          publicKey: published.publicKey,
          revokedAt: world.key === 'revoked' ? 1 : null,
        },
      ],
      dmarc: {
        policy: world.policy,
        subdomainPolicy: null,
        testing: false,
        reportAddress: null,
        alignment: { dkim: world.strict ? 'strict' : 'relaxed', spf: 'relaxed' },
      },
      neverSends: false,
      extras: [],
    };
    const required = requiredRecords(needs);
    const observations = observationsFromZone(world.published, 'example.com', questionsFor(required), 1);
    const plan = buildPlan(world.domain, required, observations);
    expect(plan.changes.map((change) => change.action)).not.toContain('unknown');
    const sets = recordSets({ changes: plan.changes, zone: '' }).map((set) => ({
      name: set.name,
      type: set.type,
      records: set.all,
    }));
    // What another domain signs with is published there, not by this plan.
    const elsewhere =
      world.signer === world.domain ? [] : [txt(`${world.selector}._domainkey.${world.signer}`, published.record)];
    return { needs, lookup: overlayLookup(sets, zoneLookup([...world.published, ...elsewhere])) };
  }

  it('agrees on SPF, DKIM and DMARC of a signed message', async () => {
    const numRuns = Number(process.env.SENDWRIGHT_RUNS ?? 150);
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const [signing, another] = keys[world.algorithm] as readonly [GeneratedKey, GeneratedKey];
        const { needs, lookup } = preparedLookup(world, world.key === 'other' ? another : signing);
        const { domain, selector, signer } = world;
        const message = await signedMessage({
          from: domain,
          signatures: [{ domain: signer, selector, privateKeyPem: signing.privateKeyPem }],
        });
        const ip = world.isAllowed ? '192.0.2.0' : '198.51.100.1';
        const theirs = await authenticate(message, {
          ip,
          helo: 'out.example',
          sender: `bounce@${world.mailFrom}`,
          mta: 'mx.receiver.example',
          resolver: nodeResolver(lookup) as never,
        });
        const ours = await receiverVerdict({
          domain,
          lookup,
          mailFromDomain: world.mailFrom,
          dkim: [{ selector, domain: signer }],
          providerTerms: [`ip4:${ip}`],
        });
        const theirDkim = theirs.dkim.results[0]?.status.result ?? 'none';
        // A receiver sees the signature; from DNS alone another key looks as good as the right one.
        const isOtherKey = world.key === 'other';
        const mySignature = ours.dkim[0]?.state === 'usable' ? 'pass' : 'fail';
        expect(theirDkim === 'pass').toBe(world.key === 'same' || (world.key === 'revoked' && signer !== domain));
        if (!isOtherKey) expect(mySignature === 'pass').toBe(theirDkim === 'pass');
        expect(ours.spf.result?.result).toBe(theirs.spf === false ? 'none' : theirs.spf.status.result);
        const theirDmarc = theirs.dmarc === false ? 'none' : theirs.dmarc.status.result;
        if (!isOtherKey) expect(ours.dmarc.result).toBe(theirDmarc);
        expect(selectorsOf(needs)).toEqual(world.key === 'revoked' ? [] : [selector]);
        seen.add(`spf ${theirs.spf === false ? '' : theirs.spf.status.result}`);
        seen.add(`dkim ${theirDkim}`);
        seen.add(`dmarc ${theirDmarc}`);
      }),
      { numRuns, seed },
    );
    for (const result of ['spf pass', 'spf fail', 'dkim pass', 'dmarc pass', 'dmarc fail'])
      expect(seen).toContain(result);
  });
});
