import { defineConfig } from '@playwright/test';
import { findBrowser } from './main/hosts/loopback/open-window.ts';

const browser = findBrowser();

export default defineConfig({
  testDir: 'tests/e2e',
  globalSetup: './tests/support/browser.ts',
  outputDir: 'test-results',
  timeout: 90_000,
  expect: { timeout: 10_000 },
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  use: {
    viewport: { width: 1280, height: 860 },
    launchOptions: {
      ...(browser === undefined ? {} : { executablePath: browser }),
      args: [
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // Chromium refuses its sandbox to root, as in containers.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    },
  },
});
