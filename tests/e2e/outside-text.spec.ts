import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { files } from '../fixtures/evidence/make.ts';
import { removeFolder, startConsole } from '../support/console.ts';
import { openTestCore } from '../support/core.ts';
import { HOSTILE_NAME as HOSTILE, OBEYED } from '../support/outside-text.ts';
import { expectSound, ownConsole, pasteZone, startOffline } from './walk.ts';

/** Texts from outside that hold what a screen would obey: it is seen, and obeyed nowhere. */

const own = ownConsole();

test('shows what a screen would obey in published records, by its number', async ({ page }) => {
  await startOffline(page, own.desk.address, 'example.com');
  await pasteZone(page, '@ 300 IN TXT "v=spf1 include:\\027[2J\\155x.example.net \u202E-all"\n');
  await page.getByText('What the server said').first().click();
  await expect(page.locator('mark').first()).toBeVisible();
  await expect(page.getByText('\\u001b').first()).toBeVisible();
  const shown = await page.evaluate(() => document.body.innerText);
  expect(OBEYED.exec(shown)?.[0].codePointAt(0)?.toString(16)).toBeUndefined();
  await expectSound(page, 'a record with what a screen would obey');
});

/** What is shown, said to screen readers, or stands in the window's title. */
async function obeyed(page: Page): Promise<readonly string[]> {
  const told = await page.evaluate(() => [
    document.title,
    document.body.innerText,
    ...[...document.querySelectorAll('[aria-label], [title], [alt], [aria-valuetext], [placeholder]')].flatMap(
      (element) =>
        ['aria-label', 'title', 'alt', 'aria-valuetext', 'placeholder'].map((name) => element.getAttribute(name) ?? ''),
    ),
  ]);
  return told.flatMap((text) => {
    const found = OBEYED.exec(text);
    return found === null ? [] : [JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 60))];
  });
}

test('shows it in names, reports, messages and bounces as well, on every tab', async ({ page }) => {
  const { client, close, folder } = await openTestCore();
  const mail = mkdtempSync(path.join(tmpdir(), 'sendwright-hostile-mail-'));
  const hostile = (name: string, change: (text: string) => string) =>
    writeFileSync(path.join(mail, `${name}${HOSTILE}.${name}`), change(String(files[name])));
  const report = Object.keys(files).find((name) => name.endsWith('.xml') && !name.includes('doctype')) ?? '';
  hostile(report, (text) =>
    text
      .replace(/<org_name>[^<]*/, `<org_name>Org ${HOSTILE}`)
      .replace(/<email>[^<]*/, `<email>${HOSTILE}@example.org`)
      .replaceAll(/<selector>[^<]*/g, `<selector>s${HOSTILE}`),
  );
  hostile('bounce.eml', (text) => text.replace(/Diagnostic-Code: [^\r\n]*/i, `$& ${HOSTILE}`));
  const { id: workspaceId } = await client.workspaces.create({ name: `Acme ${HOSTILE}` });
  await client.domains.add({ workspaceId, text: 'example.com' });
  for await (const file of await client.evidence.import({ workspaceId, paths: [mail] })) expect(file).toBeDefined();
  await client.domains.add({ workspaceId, text: `${HOSTILE}.example` });
  await close();
  const desk = await startConsole(folder);
  try {
    await page.goto(desk.address);
    await expect(page.getByRole('tab', { name: 'Activity' })).toBeVisible();
    const tabs = page.getByRole('tablist').first().getByRole('tab');
    expect(await tabs.count()).toBeGreaterThan(5);
    for (const tab of await tabs.all()) {
      await tab.click();
      const panel = page.getByRole('tabpanel', { name: (await tab.textContent()) ?? '' });
      await expect(panel).toBeVisible();
      await expect(panel.locator('[aria-busy="true"]')).toHaveCount(0);
      expect(await obeyed(page), (await tab.textContent()) ?? '').toEqual([]);
    }
    await page.getByRole('tab', { name: 'Evidence' }).click();
    await page.getByText('Paste a message or a bounce').click();
    await page
      .getByLabel('Message or bounce')
      .fill(
        `From: News ${HOSTILE} <news@example.com>\nTo: a@example.net\nSubject: ${HOSTILE}\nReceived: from ${HOSTILE} by x; Wed, 04 Mar 2026 10:00:00 +0000\nAuthentication-Results: mx.example.net; spf=pass (${HOSTILE}) smtp.mailfrom=${HOSTILE}\n\nText\n`,
      );
    await page.getByRole('button', { name: 'Read it' }).press('Enter');
    await expect(page.getByRole('region', { name: /^Message: / })).toBeVisible();
    expect(await obeyed(page), 'a pasted message').toEqual([]);
  } finally {
    await desk.stop();
    await removeFolder(folder);
    await removeFolder(mail);
  }
});
