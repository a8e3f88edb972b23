import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../shared/dns/records.ts';
import { zoneLookup } from '../../../shared/dns/zone-lookup.ts';
import { buildManual } from '../../../shared/manual/manual.ts';
import { freeDomains } from '../../../shared/plan/free-domains.ts';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { needs } from '../../support/needs.ts';

/** What lies behind records and belongs to nobody (NXDOMAIN up to the registrable domain, RFC 8020). */

const DOMAIN = 'news.example.com';
const cname = (name: string, target: string): ResourceRecord => ({ name, ttl: 300, type: 'CNAME', target });
const mx = (name: string, exchange: string): ResourceRecord => ({
  name,
  ttl: 300,
  type: 'MX',
  preference: 10,
  exchange,
});
const address = (name: string): ResourceRecord => ({ name, ttl: 300, type: 'A', address: '192.0.2.1' });

/** All of DNS: what is not among the records does not exist. */
const world = (...records: readonly ResourceRecord[]) => zoneLookup(records, { outside: 'nxdomain', zones: [''] });

function told(id: string, ...records: readonly ResourceRecord[]) {
  return freeDomains(DOMAIN, requiredRecords(needs(id)), world(...records)).map(({ values }) => values);
}

describe('a domain that nobody owns', () => {
  it('is told behind the aliases of a key, of bounces and of links, and behind mail servers', () => {
    expect(told('mandrill', cname(`mte1._domainkey.${DOMAIN}`, 'dkim1.gone-vendor.com'))).toMatchObject([
      { name: `mte1._domainkey.${DOMAIN}`, target: 'dkim1.gone-vendor.com', domain: 'gone-vendor.com', type: 'CNAME' },
    ]);
    // The provider asks for a TXT record, an alias stands there.
    expect(told('mailgun', cname(`smtp._domainkey.${DOMAIN}`, 'k.gone-vendor.co.uk'))).toMatchObject([
      { domain: 'gone-vendor.co.uk', gain: 'signs mail in its name' },
    ]);
    expect(told('postmark', cname(`pm-bounces.${DOMAIN}`, 'pm.gone-vendor.io'))).toMatchObject([
      { domain: 'gone-vendor.io', gain: expect.stringContaining('bounces') },
    ]);
    expect(told('elastic-email', cname(`tracking.${DOMAIN}`, 'api.gone-vendor.com'))).toMatchObject([
      { domain: 'gone-vendor.com', gain: expect.stringContaining('links') },
    ]);
    expect(told('amazon-ses', mx(`bounce.${DOMAIN}`, 'feedback.gone-vendor.com'))).toMatchObject([
      { name: `bounce.${DOMAIN}`, type: 'MX' },
    ]);
    expect(told('mandrill', mx(DOMAIN, 'mx1.gone-vendor.com'), mx(DOMAIN, 'mx2.gone-vendor.com'))).toHaveLength(2);
  });

  it('is told behind a server that a name is handed over to', () => {
    const cut: ResourceRecord = { name: `track.${DOMAIN}`, ttl: 300, type: 'NS', target: 'ns1.gone-vendor.com' };
    const required = requiredRecords(needs('unione', {}, 'own-tracking'));
    expect(freeDomains(DOMAIN, required, world(cut)).map(({ values }) => values)).toMatchObject([
      { name: `track.${DOMAIN}`, target: 'ns1.gone-vendor.com', domain: 'gone-vendor.com', type: 'NS' },
    ]);
  });

  it('is looked for at the end of a chain of aliases', () => {
    const chain = [
      cname(`tracking.${DOMAIN}`, 'links.vendor.com'),
      cname('links.vendor.com', 'edge.gone-cloud.net'),
      address('vendor.com'),
    ];
    expect(told('elastic-email', ...chain)).toMatchObject([
      { target: 'edge.gone-cloud.net', domain: 'gone-cloud.net' },
    ]);
  });

  it('is not told where the domain exists, the target exists, is the domain’s own, or nothing is known', () => {
    const alias = cname(`tracking.${DOMAIN}`, 'api.vendor.com');
    expect(told('elastic-email', alias, address('vendor.com'))).toEqual([]);
    expect(told('elastic-email', alias, address('api.vendor.com'))).toEqual([]);
    expect(told('mandrill', mx(DOMAIN, `mail.${DOMAIN}`))).toEqual([]);
    expect(told('mandrill', mx(DOMAIN, ''))).toEqual([]);
    const offline = zoneLookup([alias], { outside: 'not-known', zones: ['example.com'] });
    expect(freeDomains(DOMAIN, requiredRecords(needs('elastic-email')), offline)).toEqual([]);
  });

  it('stands at the head of the manual', () => {
    const beyond = world(cname(`tracking.${DOMAIN}`, 'api.gone-vendor.com'));
    const manual = buildManual({
      needs: needs('elastic-email'),
      unicodeName: DOMAIN,
      zone: 'example.com',
      observations: [],
      beyond,
    });
    expect(manual.findings).toContainEqual(
      expect.objectContaining({
        code: 'plan.free-domain',
        title: `Nobody owns gone-vendor.com any more, and tracking.${DOMAIN} points there`,
        explanation: expect.stringContaining('answers whoever opens one of its links'),
      }),
    );
  });
});
