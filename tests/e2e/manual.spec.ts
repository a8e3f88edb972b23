import { expect } from '@playwright/test';
import { generateKeyPairSync } from 'node:crypto';
import { skipWithoutBrowser } from '../support/browser.ts';
import { test } from './own-console.ts';
import { chooseProvider, command, expectSound, pastedInto, pasteZone, startOffline } from './walk.ts';

/** The manual pane without a network: everything but checks works from a pasted zone. */

const ZONE = `$ORIGIN example.org.
$TTL 3600
@ IN SOA ns1.example.org. host.example.org. 1 3600 600 86400 300
@ IN A 192.0.2.1
@ IN MX 10 mx1
mx1 IN A 192.0.2.2
@ IN TXT "v=spf1 a mx ptr include:_a.example.org include:_gone.example.org ip4:192.0.2.0/24 ?all"
_a IN TXT "v=spf1 include:_a1.example.org include:_a2.example.org include:_a3.example.org include:_a4.example.org include:_a5.example.org include:_a6.example.org include:_a7.example.org ~all"
_a1 IN TXT "v=spf1 ip4:198.51.100.0/26 ~all"
_a2 IN TXT "v=spf1 ip4:198.51.100.64/26 ~all"
_a3 IN TXT "v=spf1 ip4:198.51.100.128/26 ~all"
_a4 IN TXT "v=spf1 ip4:198.51.100.192/26 ~all"
_a5 IN TXT "v=spf1 ip4:203.0.113.0/25 ~all"
_a6 IN TXT "v=spf1 ip4:203.0.113.128/26 ~all"
_a7 IN TXT "v=spf1 ip4:203.0.113.192/26 ~all"
_dmarc IN TXT "v=DMARC1; p=none; rua=mailto:d@reports.example.net"
`;
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const KEY = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

skipWithoutBrowser();

test('SPF faults are put right with one click each, savings are applied, and everything can be undone', async ({
  page,
  own,
}) => {
  await startOffline(page, own, 'example.org');
  await pasteZone(page, ZONE);
  const spf = page.getByRole('region', { name: 'SPF @' });
  const value = spf.locator('dl dd').last();
  await expect(spf.locator('mark')).toHaveCount(2);
  let questions = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/domains/manual')) questions += 1;
  });
  await spf.getByRole('button', { name: 'Remove ptr' }).click();
  await expect(value).not.toContainText('ptr');
  await spf.getByRole('button', { name: 'Write ~all' }).click();
  await expect(value).toHaveText(/~all$/);
  // A change answers with the manual that it makes.
  expect(questions).toBe(0);
  await expect(spf.getByText('The published text is edited.')).toBeVisible();
  await spf.getByRole('button', { name: 'Show the lookups' }).click();
  await expect(spf.getByText('12 of 10 lookups: too many').first()).toBeVisible();
  await spf.getByRole('button', { name: 'Apply: Remove include:_gone.example.org: it lets nobody pass.' }).click();
  await expect(value).not.toContainText('_gone');
  await spf.getByRole('button', { name: 'Apply: Replace a with the addresses of example.org.' }).click();
  await expect(value).toContainText('ip4:192.0.2.1 ');
  await expectSound(page, 'SPF with decisions');
  await spf.getByText('Why it reads this way').click();
  await expect(spf.getByText('Taken out by your edit.').first()).toBeVisible();
  await spf.getByRole('button', { name: 'Undo: The published text is edited.' }).click();
  await expect(value).toContainText('ptr');
});

test('a provider that is left is taken out of the published SPF record when that is chosen', async ({ page, own }) => {
  await startOffline(page, own, 'example.org');
  await pasteZone(page, '@ 3600 IN TXT "v=spf1 a mx include:_spf.elasticemail.com -all"\n');
  await page.getByRole('button', { name: 'Configure' }).click();
  await page.getByLabel('Provider', { exact: true }).click();
  await page.getByRole('option', { name: 'Mailjet' }).click();
  await page.getByText('Take include:_spf.elasticemail.com out of the published SPF record').click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const value = page.getByRole('region', { name: 'SPF @' }).locator('dl dd').last();
  await expect(value).toHaveText('v=spf1 a mx include:spf.mailjet.com -all');
  await page.getByRole('button', { name: /^Undo: include:_spf\.elasticemail\.com/ }).click();
  await expect(value).toContainText('include:_spf.elasticemail.com');
});

test('the policy climbs its ladder a step at a time, and says what each leans on', async ({ page, own }) => {
  await startOffline(page, own, 'example.org');
  await pasteZone(page, ZONE);
  const dmarc = page.getByRole('region', { name: 'DMARC _dmarc' });
  await expect(dmarc.getByRole('listitem').filter({ hasText: 'Reports' }).first()).toHaveAttribute(
    'aria-current',
    'step',
  );
  const before = dmarc.getByRole('list', { name: 'Before this step' }).getByRole('listitem');
  await expect(before.filter({ hasText: 'Nobody has said who writes from the domain' })).toContainText('Not known');
  await expect(before.filter({ hasText: 'A usable DKIM key is published' })).toHaveCount(1);
  const writers = dmarc.getByRole('button', { name: /Who writes from this domain/ });
  await writers.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: /^Only programs/ }).click();
  await expect(before.filter({ hasText: 'month' })).toHaveCount(0);
  await expect(writers).toBeFocused();
  await expectSound(page, 'the ladder of the policy');
  await page.reload();
  await expect(writers).toContainText('Only programs');
  await dmarc.getByRole('button', { name: 'Prepare this step' }).click();
  await expect(dmarc.locator('dl dd').last()).toHaveText(
    'v=DMARC1; p=quarantine; t=y; rua=mailto:d@reports.example.net',
  );
  await expect(dmarc.getByText('Replace', { exact: true })).toBeVisible();
  await dmarc.getByText('What holds for subdomains').click();
  await expect(dmarc.getByText('without a record of its own follows p=none')).toBeVisible();
});

test('of several meanings one is chosen, and what is made weaker on purpose is taken back', async ({ page, own }) => {
  await startOffline(page, own, 'example.org');
  const hosts = Array.from({ length: 9 }, (_none, index) => `h${index}`);
  const addresses = hosts.map((host, index) => `${host} 300 IN A 192.0.2.${index + 10}\n`).join('');
  const terms = hosts.map((host) => `a:${host}.example.org`).join(' ');
  const policy = '_dmarc 300 IN TXT "v=DMARC1; p=none; d@example.org"\n';
  await pasteZone(page, `@ 300 IN TXT "v=spf1 ip4:192.0.2.010 ${terms} mx -all"\n${addresses}${policy}`);
  const spf = page.getByRole('region', { name: 'SPF @' });
  const meanings = spf.getByRole('group', { name: /^What may be meant/ }).getByRole('button');
  await expect(meanings).toHaveText([/ip4:192\.0\.2\.10\b/, /ip4:192\.0\.2\.8\b/]);
  await expectSound(page, 'a record of two meanings');
  await meanings.last().press('Enter');
  await expect(spf.locator('dl dd').last()).toContainText('ip4:192.0.2.8 ');
  await expect(meanings).toHaveCount(0);
  await expect(spf.getByRole('button').first()).toBeFocused();
  const dmarc = page.getByRole('region', { name: 'DMARC _dmarc' });
  await dmarc.getByRole('button', { name: 'Write rua=mailto:d@example.org' }).press('Enter');
  await expect(dmarc.locator('dl dd').last()).toHaveText('v=DMARC1; p=none; rua=mailto:d@example.org');
  await expect(dmarc.getByRole('button').first()).toBeFocused();
  await dmarc.getByRole('button', { name: 'Undo the choice' }).press('Enter');
  await expect(dmarc.getByRole('group', { name: /^What may be meant/ }).getByRole('button')).toHaveCount(2);
  await spf.getByRole('button', { name: 'Publish anyway' }).click();
  const chosen = page.getByText(/^Accepted: /);
  await expect(chosen).toBeVisible();
  await expect(page.getByText(/^Accepted by .* on \d{4}-\d\d-\d\d \d\d:\d\d UTC\./)).toBeVisible();
  await expectSound(page, 'a choice to be taken back');
  await page.getByRole('button', { name: 'Take it back' }).press('Enter');
  await expect(chosen).toBeHidden();
  await expect(page.locator('summary', { hasText: 'Effect' })).toBeFocused();
  await expect(spf.getByRole('button', { name: 'Publish anyway' })).toBeVisible();
});

test('many values are read off a paste, and a zone’s faults are told by line', async ({ page, own }) => {
  await startOffline(page, own, 'news.example.org');
  await page.getByRole('button', { name: 'Paste what the provider shows' }).click();
  await page
    .getByLabel('What the provider shows')
    .fill(`Type\tName\tValue\nTXT\tapi._domainkey.news\tk=rsa;t=s;p=${KEY}\n`);
  await expect(page.getByRole('dialog').getByLabel('Public key of api._domainkey')).toHaveValue(KEY);
  await page.getByLabel('What is published today').fill('@ 300 IN TXT "hello"\nthis is no record\n');
  await expect(page.getByText(/Line 2 can’t be read/)).toBeVisible();
  await expectSound(page, 'configure with faults');
  await page.getByLabel('Reports to').fill('not an address');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('“not an address” is not one mail address').first()).toBeVisible();
  await page.getByLabel('Reports to').fill('dmarc@reports.example.net');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('region', { name: /^Report authorisation/ })).toBeVisible();
  await expect(page.getByText(KEY.slice(0, 60)).first()).toBeVisible();
});

test('a template is changed for the workspace, refused where it is wrong, and gone back on', async ({ page, own }) => {
  await startOffline(page, own, 'example.org');
  await command(page, 'edit the record templates');
  const field = page.getByLabel('SPF mechanisms');
  await field.fill('include: broken');
  // A look at another template, and a slip of the finger, lose nothing.
  await page.getByRole('option', { name: 'Amazon SES' }).click();
  await page.getByRole('option', { name: /Elastic Email.*not saved/ }).click();
  await expect(field).toHaveValue('include: broken');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keep editing' }).click();
  await page.getByRole('button', { name: 'Save the template' }).click();
  await expect(page.getByText('“include:” is not an SPF mechanism').first()).toBeVisible();
  await expectSound(page, 'templates with a fault');
  await field.fill('include:spf.mirror.example.net');
  await page.getByRole('button', { name: 'Save the template' }).click();
  await expect(page.getByRole('option', { name: /Elastic Email.*changed here/ })).toBeVisible();
  await expect(page.getByText('include:_spf.elasticemail.com').first()).toBeVisible();
  await page.keyboard.press('Escape');
  const value = page.getByRole('region', { name: 'SPF @' }).locator('dl dd').last();
  await expect(value).toHaveText('v=spf1 a mx include:spf.mirror.example.net ~all');
  await command(page, 'edit the record templates');
  await page.getByRole('button', { name: 'Reset to the catalogue' }).click();
  await page.keyboard.press('Escape');
  await expect(value).toHaveText('v=spf1 a mx include:_spf.elasticemail.com ~all');
});

test('names, copies, the hand-over and the paper follow the DNS host’s wishes', async ({ page, own }) => {
  await startOffline(page, own, 'news.example.org');
  const spf = page.getByRole('region', { name: 'SPF news' });
  await page.getByRole('radio', { name: 'Full names' }).click();
  await expect(spf.locator('dl dd').first()).toHaveText('news.example.org');
  await spf.getByRole('button', { name: 'Copy value' }).click();
  await expect(spf.getByText('Copied', { exact: true })).toBeVisible();
  await expect(spf.locator('output', { hasText: 'Copy value: Copied' })).toBeAttached();
  expect(await pastedInto(page)).toBe('v=spf1 a mx include:_spf.elasticemail.com ~all');
  await page.reload();
  await expect(spf.locator('dl dd').first()).toHaveText('news.example.org');
  await page.getByRole('button', { name: 'Hand over' }).click();
  await page.getByLabel('Format', { exact: true }).click();
  await page.getByRole('option', { name: 'Zone file (BIND)' }).click();
  await expect(page.getByLabel('Preview')).toContainText('include:_spf.elasticemail.com');
  // With its open questions the letter is longer than a mailto address may be.
  const draft = () => page.getByRole('button', { name: 'E-mail draft' }).click();
  expect(await own.saved(page, draft)).toMatch(/^Subject: DNS/m);
  const save = () => page.getByRole('button', { name: /^Save news\.example\.org/ }).click();
  expect(await own.saved(page, save)).toContain('_dmarc.news');
  const paper = await page.pdf();
  await page.keyboard.press('Escape');
  const manual = await page.pdf();
  const pages = (pdf: Buffer) => (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length;
  expect(pages(paper)).toBe(1);
  expect(pages(manual)).toBeLessThanOrEqual(3);
});

test('a key pair is made here, Ed25519 goes beside it, and the change of keys is planned', async ({ page, own }) => {
  await startOffline(page, own, 'example.org');
  await page.getByRole('button', { name: 'Configure' }).click();
  await page.getByLabel('Provider', { exact: true }).click();
  await page.getByRole('option', { name: 'Custom' }).click();
  await page.getByLabel('SPF mechanism', { exact: true }).fill('ip4:192.0.2.0/24');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('example.org waits for a DKIM key pair.')).toBeVisible();
  await page.getByRole('button', { name: 'Unlock the vault first' }).click();
  await page.getByRole('button', { name: 'This session only' }).click();
  await expect(page.getByLabel('Key type')).toContainText('RSA, 2048 bits');
  await page.getByRole('button', { name: 'Make the key pair' }).click();
  await expect(page.getByRole('region', { name: 'DKIM sendwright1._domainkey' })).toBeVisible();
  await page.getByRole('button', { name: 'Configure' }).click();
  await expect(page.getByLabel('Key type')).toContainText('Ed25519');
  await expect(page.getByLabel('Selector')).toHaveValue('sendwright2');
  await page.getByRole('button', { name: 'Make the key pair' }).click();
  await expect(page.getByText('made', { exact: false }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('region', { name: 'DKIM sendwright2._domainkey' })).toBeVisible();
  await page.getByText('How to change the DKIM key').click();
  await expect(page.getByText('Make a key pair').first()).toBeVisible();
  await expectSound(page, 'keys and their change');
});

test('another domain’s manual begins anew: nothing that was typed, unfolded or shown of the one before is in it', async ({
  page,
  own,
}) => {
  await startOffline(page, own, 'example.org');
  await page.getByRole('button', { name: 'Add domains' }).click();
  await page.getByLabel('Domains', { exact: true }).fill('example.net');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('rowheader', { name: 'example.net', exact: true }).click();
  await chooseProvider(page, 'Elastic Email');
  const open = async (name: string) => {
    await page.getByRole('rowheader', { name, exact: true }).click();
    await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
  };
  await open('example.org');
  await pasteZone(page, ZONE);
  const spf = page.getByRole('region', { name: 'SPF @' });
  const dkim = page.getByRole('region', { name: 'DKIM' }).getByRole('textbox').first();
  await spf.getByRole('button', { name: 'Show the lookups' }).click();
  await page.getByText('Effect', { exact: true }).click();
  await expect(page.locator('details[open]')).toHaveCount(1);
  await dkim.fill('typed for example.org');
  await page.getByRole('button', { name: 'Evaluate as receivers do' }).click();
  await expect(page.getByText('What this rests on')).toBeVisible();

  await open('example.net');
  await expect(spf.locator('mark')).toHaveCount(0);
  await expect(spf.getByRole('button', { name: 'Show the lookups' })).toHaveAttribute('aria-expanded', 'false');
  await expect(dkim).toHaveValue('');
  await expect(page.locator('details[open]')).toHaveCount(0);
  await expect(page.getByText('What this rests on')).toBeHidden();
  await dkim.fill('typed for example.net');
  await spf.getByRole('button', { name: /^SPF/ }).click();
  await expect(spf.getByRole('button', { name: 'Show the lookups' })).toBeHidden();

  await open('example.org');
  await expect(spf.locator('mark')).toHaveCount(2);
  await expect(dkim).toHaveValue('');
  await expect(spf.getByRole('button', { name: 'Show the lookups' })).toBeVisible();
});
