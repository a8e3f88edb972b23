import { defineConfig } from 'vitest/config';

/** Tests that build, package or start the desktop program, browser and all: one file at a time. */
const WHOLE_PROGRAMS = [
  ...['build', 'electron-stand-in', 'packages'].map((folder) => `tests/integration/${folder}/**/*.test.ts`),
  ...['electron-log', 'package'].map((file) => `tests/integration/hosts/${file}.test.ts`),
];
const HOSTS = 'tests/integration/hosts/**/*.test.ts';

/** What comes by itself is waited for as long as a busy machine may need. */
const patience = { expect: { poll: { timeout: 60_000 } } };

const integration = {
  ...patience,
  setupFiles: ['tests/support/seed.ts'],
  testTimeout: 240_000,
  hookTimeout: 120_000,
};

/** What is started is bundled once, before any of the tests. */
const bundled = { globalSetup: ['tests/support/bundled.ts'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...patience,
          name: 'unit',
          setupFiles: ['tests/support/seed.ts'],
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          testTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...integration,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          exclude: [...WHOLE_PROGRAMS, HOSTS],
          // They wait for servers that don't answer more than they compute.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...integration,
          ...bundled,
          name: 'hosts',
          include: [HOSTS],
          exclude: WHOLE_PROGRAMS,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...integration,
          ...bundled,
          name: 'programs',
          include: WHOLE_PROGRAMS,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
