import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import path from 'node:path';
import { files } from '../fixtures/evidence/make.ts';
import type { Bind } from '../support/bind.ts';
import { startBind } from '../support/bind.ts';
import { removeFolder } from '../support/console.ts';
import { openTestCore } from '../support/core.ts';
import { skipWithoutBrowser } from '../support/browser.ts';
import { test } from './own-console.ts';
import { expectSound, held, watch } from './walk.ts';

/** What came back from mail, in the window: reports, a message and a bounce, and the senders that they tell of. */

const FOLDER = path.resolve(import.meta.dirname, '../fixtures/evidence');
const fixtures = Object.keys(files).map((name) => path.join(FOLDER, name));

skipWithoutBrowser();

let dns: Bind;

test.beforeAll(async () => {
  dns = await startBind(['example.com'], {
    contents: {
      'example.com':
        '@ IN TXT "v=spf1 ip4:192.0.2.10 -all"\n_dmarc IN TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"\n',
    },
  });
});
test.afterAll(() => dns.stop());
test.use({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first argument
  dataFolder: async ({}, use) => {
    const { client, close, folder } = await openTestCore();
    const { id: workspaceId } = await client.workspaces.create({ name: 'Acme' });
    const { revision } = await client.settings.get({ workspaceId });
    await client.settings.save({ workspaceId, revision, fields: { resolver: dns.address, fallbackResolvers: '' } });
    await client.domains.add({ workspaceId, text: 'example.com' });
    await close();
    await use(folder);
    await removeFolder(folder);
  },
});

async function choose(page: Page, chosen: Parameters<Page['setInputFiles']>[1]): Promise<void> {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await choosing).setFiles(chosen);
}

/** Handed in as if pasted: what the receiving server added stands above. */
const message = [
  'Return-Path: <news@example.com>',
  'Received: from mail.example.com (mail.example.com [192.0.2.10]) by mx.receiver.example with ESMTPS; Wed, 04 Mar 2026 10:00:00 +0000',
  'From: News <news@example.com>',
  'To: reader@receiver.example',
  'Subject: News',
  'Date: Wed, 04 Mar 2026 10:00:00 +0000',
  '',
  'Nothing is new.',
].join('\r\n');

const bounce = String(files['bounce.eml']).replace(
  '--part--',
  ['--part', 'Content-Type: text/rfc822-headers', '', 'From: News <news@example.com>', '', '--part--'].join('\r\n'),
);

test('reports, a bounce and a message are brought in, and a sender is named by keyboard', async ({ page, own }) => {
  const problems = watch(page);
  await own.open(page);
  await page.getByRole('tab', { name: 'Evidence' }).click();
  await expect(page.getByRole('heading', { name: 'No report has been read yet' })).toBeVisible();
  await choose(page, fixtures);
  await expect(
    page.getByText('7 of 7 files read: 4 new reports imported, 1 already imported, 1 file refused'),
  ).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Files with remarks' })).toContainText('with-doctype.xml');
  await expect(page.getByText('620 of 8,980 messages from own and known senders fail DMARC.')).toBeVisible();

  const picture = page.getByRole('slider', { name: 'Messages over time' });
  await picture.focus();
  await page.keyboard.press('Home');
  await expect(picture).toHaveAttribute('aria-valuetext', /Mar.*2026.*: 4,442 messages, 4,132 pass, 310 fail/);
  await page.keyboard.press('ArrowRight');
  await expect(picture).toHaveAttribute('aria-valuetext', /4,475 messages/);

  const strips = page.getByRole('slider', { name: 'Messages of each sender over time' });
  await expect(strips).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(strips).toBeFocused();
  await page.keyboard.press('Home');
  await expect(strips).toHaveAttribute('aria-valuetext', /Mar.*2026.*: SendGrid 4,\d{3}/);
  const compared = page.getByRole('figure').filter({ hasText: 'Before and after a change' });
  await expect(compared.getByRole('row', { name: /^All senders/ })).toContainText('4,132 of 4,442 pass, 93 %');
  await compared.scrollIntoViewIfNeeded();
  await page.screenshot({ path: 'test-results/views/evidence-pictures.png', fullPage: true });
  // On paper stands which change it is, and nothing that is there to be pressed.
  const whichChange = compared.getByRole('paragraph').filter({ hasText: 'From Mar 2, 2026 on' });
  await page.emulateMedia({ media: 'print' });
  await expect(whichChange).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Watched folders' })).toBeHidden();
  await page.emulateMedia({ media: 'screen' });

  const senders = page.getByRole('grid', { name: 'Senders' });
  await strips.focus();
  // Past the table of the picture, and the change that is chosen.
  for (let stop = 0; stop < 3; stop += 1) await page.keyboard.press('Tab');
  await expect(senders.getByRole('row').first()).toBeFocused();
  await page.keyboard.type('203.0');
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: '203.0.113.0/24' });
  await sheet.getByLabel('Name').fill('Warehouse');
  await sheet.getByLabel('What it is').press('Enter');
  await page.getByRole('option', { name: 'Ours' }).click();
  await sheet.getByRole('button', { name: 'Save' }).press('Enter');
  const named = senders.getByRole('row', { name: 'Warehouse' });
  await expect(named).toContainText('Classified by hand.');
  await expect(named).toBeFocused();

  const saved = await own.saved(page, () => page.getByRole('button', { name: 'Save as JSON' }).click());
  expect(JSON.parse(saved)).toMatchObject({
    domain: 'example.com',
    senders: [{ name: 'SendGrid', messages: 8000 }, {}, {}, {}, {}],
  });
  await choose(page, { name: 'returned.eml', mimeType: 'message/rfc822', buffer: Buffer.from(bounce) });
  const returned = page.getByRole('region', { name: 'Bounce: returned.eml' });
  await expect(returned).toContainText('To change: the DMARC record, or the alignment with it.');
  await page.getByText('Paste a message or a bounce').click();
  await page.getByLabel('Message or bounce').fill(message);
  await page.getByRole('button', { name: 'Read it' }).press('Enter');
  const read = page.getByRole('region', { name: 'Message: Pasted text' });
  await expect(read).toContainText('DMARCpass');
  await expect(read).toContainText('example.com, aligned with From');
  await page.screenshot({ path: 'test-results/views/evidence-message.png', fullPage: true });
  const tls = page.getByRole('region', { name: 'TLS to the mail servers of example.com' });
  await expect(tls).toContainText('3 of 93 sessions failed.');
  await expect(tls.getByRole('row', { name: /MTA-STS/ })).toContainText('The certificate');
  await tls.getByRole('button', { name: 'Check what is published' }).press('Enter');
  await expect(tls.getByRole('heading', { name: 'MTA-STS' })).toBeVisible();
  await expect(tls).toContainText('Nothing is published.');
  await tls.screenshot({ path: 'test-results/views/evidence-tls.png' });
  const kept = page.getByRole('region', { name: 'What is kept' });
  await expect(kept).toContainText('4 reports and 3 verdicts of bounces');
  await kept.getByText('Bounces, messages and failure reports', { exact: true }).click();
  await expect(kept.getByRole('row', { name: /message example\.com/ })).toContainText('DMARC pass');
  await kept.getByLabel('Keep verdicts of mail').press('Enter');
  await page.getByRole('option', { name: '30 days' }).press('Enter');
  await expect(kept.getByLabel('Keep verdicts of mail')).toContainText('30 days');
  await page.screenshot({ path: 'test-results/views/evidence-kept.png', fullPage: true });
  await kept.getByRole('button', { name: 'Delete all evidence' }).press('Enter');
  const asked = page.getByRole('dialog', { name: 'Delete all evidence?' });
  await expect(asked).toContainText('4 reports and 3 messages are deleted.');
  await asked.getByRole('button', { name: 'Delete all evidence' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'No report has been read yet' })).toBeVisible();
  await expect(kept).toContainText('0 reports and 0 verdicts');
  await read.getByRole('button', { name: 'Open the manual of example.com' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'example.com', level: 2 })).toBeVisible();
  expect(problems).toEqual([]);
});

test('the time that was chosen last is shown, though another is answered later', { tag: '@browser' }, async ({
  page,
  own,
}) => {
  await own.open(page);
  await page.getByRole('tab', { name: 'Evidence' }).click();
  await choose(page, fixtures);
  const all = page.getByText('620 of 8,980 messages from own and known senders fail DMARC.');
  await expect(all).toBeVisible();
  const time = page.getByRole('radiogroup', { name: 'Time' });
  const release = await held(page, 'evidence/senders');
  await time.getByRole('radio', { name: '30 days' }).press('Space');
  await time.getByRole('radio', { name: 'All' }).press('Space');
  await release();
  await expect(page.getByText('No report in this period')).toBeHidden();
  await expect(all).toBeVisible();
});

test('a sender that is named late closes no other sender’s sheet', { tag: '@browser' }, async ({ page, own }) => {
  await own.open(page);
  await page.getByRole('tab', { name: 'Evidence' }).click();
  await choose(page, fixtures);
  const senders = page.getByRole('grid', { name: 'Senders' });
  await senders.getByRole('row', { name: '203.0.113.0/24' }).press('Enter');
  await page.getByRole('dialog').getByLabel('Name').fill('Warehouse');
  const answer = await held(page, 'evidence/nameSender', 'answer');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await senders.getByRole('row', { name: 'SendGrid' }).press('Enter');
  const other = page.getByRole('dialog', { name: 'SendGrid' });
  await expect(other).toBeVisible();
  await answer();
  await expect(page.getByRole('status').getByText('Saved', { exact: true })).toBeVisible();
  await expect(other).toBeVisible();
});

test('files that are chosen while others are read wait in line, and a stop says what it left', {
  tag: '@browser',
}, async ({ page, own }) => {
  await own.open(page);
  await page.getByRole('tab', { name: 'Evidence' }).click();
  const [first, ...others] = fixtures;
  if (first === undefined) throw new Error('There are no fixtures');
  const release = await held(page, 'evidence/read');
  await choose(page, [first]);
  await choose(page, others);
  await expect(page.getByText('0 of 7 files read')).toBeVisible();
  await release();
  await expect(page.getByText('7 of 7 files read: 4 new reports imported')).toBeVisible();

  const releaseAgain = await held(page, 'evidence/read');
  await choose(page, [first]);
  await choose(page, others);
  await expect(page.getByText('0 of 7 files read')).toBeVisible();
  await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
  await expect(page.getByText('Stopped: 6 files were not read.')).toBeVisible();
  await releaseAgain();
  await expect(page.getByText('1 of 7 files read')).toContainText('Stopped: 6 files were not read.');
  await page.screenshot({ path: 'test-results/views/evidence-stopped.png' });
});

/** A report of a domain whose mail comes from many networks, with names that fill every line. */
function large(records: number): Buffer {
  const rows = Array.from({ length: records }, (_nothing, index) => {
    const source = `10.${index >> 8}.${index & 255}.1`;
    return `<record><row><source_ip>${source}</source_ip><count>${records - index}</count><policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>example.org</header_from></identifiers><auth_results><spf><domain>a-label-as-long-as-labels-may-be-and-longer-${index}.example</domain><result>pass</result></spf></auth_results></record>`;
  });
  return Buffer.from(
    `<feedback><report_metadata><org_name>receiver.example</org_name><email>d@receiver.example</email><report_id>many</report_id><date_range><begin>1772323200</begin><end>1772409599</end></date_range></report_metadata><policy_published><domain>example.org</domain><p>none</p></policy_published>${rows.join('')}</feedback>`,
  );
}

test('10,000 senders and every state are sound, in both themes and sizes', async ({ page, own }) => {
  // Colours that are on their way to another are no fault.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await own.open(page);
  await page.getByRole('tab', { name: 'Evidence' }).click();
  await choose(page, [
    // More than one call carries.
    {
      name: 'many.xml',
      mimeType: 'text/xml',
      buffer: Buffer.concat([large(10_000), Buffer.alloc(12e6, `<!-- ${'-x'.repeat(5000)} -->\n`)]),
    },
    { name: 'returned.eml', mimeType: 'message/rfc822', buffer: Buffer.from(bounce) },
    { name: `${'a-long-name-'.repeat(18)}.xml`, mimeType: 'text/xml', buffer: Buffer.from('<html>none</html>') },
  ]);
  await expect(page.getByText('3 of 3 files read')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Bounce: returned.eml' })).toContainText('To change');
  const senders = page.getByRole('grid', { name: 'Senders' });
  await expect(senders.getByRole('row').first()).toBeVisible();
  await expect(senders.getByRole('row')).toHaveCount(50);
  for (const { theme, ...size } of [
    { theme: 'light', width: 900, height: 600 },
    { theme: 'dark', width: 1600, height: 1000 },
  ]) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
    }, theme);
    await page.setViewportSize(size);
    await expectSound(page, `evidence ${theme}`);
    await page.screenshot({ path: `test-results/views/evidence-${theme}-${size.width}.png` });
    await page.getByRole('slider', { name: 'Messages of each sender over time' }).scrollIntoViewIfNeeded();
    await page.screenshot({ path: `test-results/views/evidence-pictures-${theme}-${size.width}.png` });
    await senders.scrollIntoViewIfNeeded();
    await page.screenshot({ path: `test-results/views/evidence-senders-${theme}-${size.width}.png` });
  }
  await page.getByRole('button', { name: 'Show 50 more of 10,000' }).press('Enter');
  await expect(senders.getByRole('row')).toHaveCount(100);
  await page.getByLabel('Find a sender').fill('longer-9876');
  await expect(senders.getByRole('row')).toHaveCount(1);
  await page.getByRole('button', { name: 'Add example.org' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'example.org', level: 2, exact: true })).toBeVisible();
});
