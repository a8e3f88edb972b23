import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { providerTemplates, templateById } from '../../../shared/providers/catalogue.ts';
import { recogniseValues } from '../../../shared/providers/recognise.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';

const KEY = 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7'.concat('Ab3/x9+Q'.repeat(18), 'wIDAQAB');

function found(templateId: string, modeId: string, text: string, domain = 'news.example.com') {
  const { values, missing } = recogniseValues(text, modeOf(templateById(templateId), modeId), domain);
  return {
    ...Object.fromEntries(values.map(({ field, value }) => [field, value])),
    missing: missing.map((field) => field.id),
  };
}

describe('values read off a pasted text', () => {
  it('reads the three CNAMEs and the MX of a table with tabs, in any order', () => {
    const token = (letter: string) => letter.repeat(32);
    const text = [
      'Type\tName\tValue',
      `CNAME\t${token('b')}._domainkey.news.example.com\t${token('b')}.dkim.amazonses.com`,
      `CNAME\t${token('a')}._domainkey.news.example.com\t${token('a')}.dkim.amazonses.com`,
      `CNAME\t${token('c')}._domainkey.news.example.com\t${token('c')}.dkim.amazonses.com`,
      'MX\tbounce.news.example.com\t10 feedback-smtp.eu-west-1.amazonses.com',
    ].join('\n');
    expect(found('amazon-ses', 'mail-from', text)).toEqual({
      token1: token('b'),
      token2: token('a'),
      token3: token('c'),
      signingZone: 'dkim.amazonses.com',
      mailFrom: 'bounce',
      region: 'eu-west-1',
      missing: [],
    });
  });

  it('reads a zone snippet with relative names, parentheses and several strings', () => {
    const text = `$ORIGIN example.com.\napi._domainkey.news 3600 IN TXT ( "k=rsa;t=s;p=${KEY.slice(0, 90)}" ; first\n "${KEY.slice(90)}" )\n`;
    expect(found('elastic-email', 'standard', text)).toEqual({ dkimKey: KEY, missing: [] });
  });

  it('reads labelled lines one under the other, with smart quotes', () => {
    const text = `Host: em8321.news.example.com\nType: CNAME\nValue: u1234567.wl123.sendgrid.net\n\nHost: s1._domainkey.news.example.com\nValue: s1.domainkey.u1234567.wl123.sendgrid.net`;
    expect(found('sendgrid', 'automated', text)).toEqual({
      subdomain: 'em8321',
      accountHost: 'u1234567.wl123.sendgrid.net',
      missing: [],
    });
    expect(found('mandrill', 'standard', 'Value: “mandrill_verify.Ab-C_123”')).toEqual({
      verification: 'mandrill_verify.Ab-C_123',
      missing: [],
    });
  });

  it('reads a key with other tags than the template’s, and its selector from the name', () => {
    const text = `20260115093012pm._domainkey | TXT | v=DKIM1; k=rsa; p=${KEY}`;
    expect(found('postmark', 'standard', text)).toEqual({ selector: '20260115093012pm', dkimKey: KEY, missing: [] });
  });

  it('reads targets that only their name tells apart', () => {
    const text = `brevo2._domainkey.news.example.com. 3600 IN CNAME b2.news-example-com.dkim.brevo.com.\nbrevo1._domainkey.news.example.com. 3600 IN CNAME b1.news-example-com.dkim.brevo.com.\nnews.example.com. IN TXT "brevo-code:9f8e7d"`;
    expect(found('brevo', 'cname', text)).toEqual({
      brevoCode: 'brevo-code:9f8e7d',
      keyHost1: 'b1.news-example-com.dkim.brevo.com',
      keyHost2: 'b2.news-example-com.dkim.brevo.com',
      missing: [],
    });
  });

  it('takes nothing from records of other domains or other providers', () => {
    const text = `api._domainkey.other.org TXT "k=rsa"\ns1._domainkey.news.example.com CNAME s1.domainkey.u1.wl.example.net`;
    expect(found('elastic-email', 'standard', text)).toEqual({ missing: ['dkimKey'] });
  });

  it('never throws and never hangs, whatever is pasted', () => {
    const modes = providerTemplates.flatMap((template) => template.modes);
    fc.assert(
      fc.property(fc.constantFrom(...modes), fc.string({ unit: 'binary', maxLength: 400 }), (mode, text) => {
        expect(recogniseValues(text, mode, 'news.example.com').values.length).toBeLessThanOrEqual(mode.fields.length);
      }),
      { numRuns: Number(process.env.SENDWRIGHT_RUNS ?? 300) },
    );
  });
});
