import { expect, it } from 'vitest';
import { providerTemplates } from '../../../shared/providers/catalogue.ts';
import { recordWords } from '../../../shared/required/record-words.ts';

it.each([
  ['spf', 'SPF'],
  ['spf:mail.example.com', 'SPF (mail.example.com)'],
  ['elastic-email/dkim:api', 'DKIM (api)'],
  ['dkim:*', 'DKIM'],
  ['report:example.net', 'Report authorisation (example.net)'],
  ['extra:2', 'Extra record (2)'],
  ['service/txt:_token', 'TXT (_token)'],
  ['mine/Hand-made', 'Hand-made'],
])('%s is %s', (id, words) => {
  expect(recordWords(id)).toBe(words);
});

it('has words for every record of the catalogue', () => {
  const ids = providerTemplates.flatMap(({ modes }) => modes.flatMap(({ records }) => records.map(({ id }) => id)));
  expect(ids.length).toBeGreaterThan(20);
  for (const id of ids) expect(recordWords(`provider/${id}`), id).toMatch(/^[A-Z]/);
});
