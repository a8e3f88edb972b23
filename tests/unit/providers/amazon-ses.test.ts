import { expect, it } from 'vitest';
import { requiredRecords } from '../../../shared/providers/required-records.ts';
import { needs } from '../../support/needs.ts';

function targetsIn(region: string, signingZone = ''): readonly unknown[] {
  const needed = needs('amazon-ses');
  const providers = needed.providers.map((provider) => ({
    ...provider,
    fields: { ...provider.fields, region, signingZone },
  }));
  return requiredRecords({ ...needed, providers })
    .filter(({ purpose }) => purpose === 'dkim')
    .map(({ value }) => (value.state === 'known' && value.data.type === 'CNAME' ? value.data.target : value.state));
}

/** AWS General Reference, Amazon SES endpoints: DKIM domains. */
it.each([
  ['eu-west-1', 'dkim.amazonses.com'],
  ['us-gov-west-1', 'dkim.amazonses.com'],
  ['eu-south-1', 'dkim.eu-south-1.amazonses.com'],
  ['af-south-1', 'dkim.af-south-1.amazonses.com'],
  ['eu-central-2', 'dkim.eu-central-2.amazonses.com'],
  ['us-gov-east-1', 'dkim.us-gov-east-1.amazonses.com'],
])('keys of %s lie in %s', (region, zone) => {
  const targets = targetsIn(region);
  expect(targets).toHaveLength(3);
  for (const target of targets) expect(target).toMatch(new RegExp(`^[a-z0-9]+\\.${zone.replaceAll('.', '\\.')}$`));
});

it('takes the zone that the account names before what its region tells', () => {
  for (const target of targetsIn('eu-south-1', 'dkim.amazonses.com'))
    expect(target).toMatch(/^[a-z0-9]+\.dkim\.amazonses\.com$/);
});

it('presumes no zone where no region is chosen, or one that is not listed', () => {
  for (const region of ['', 'xx-west-9']) expect(targetsIn(region)).toEqual(['waiting', 'waiting', 'waiting']);
  expect(targetsIn('xx-west-9', 'dkim.xx-west-9.amazonses.com')[0]).toMatch(/\.dkim\.xx-west-9\.amazonses\.com$/);
});
