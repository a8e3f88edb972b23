import { defineConfig } from 'vitest/config';

/** Tests that build, package or start whole programs share `dist/` and the machine: one file at a time. */
const WHOLE_PROGRAMS = ['build', 'electron-stand-in', 'hosts', 'packages'];

const integration = {
  setupFiles: ['tests/support/seed.ts'],
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['tests/support/seed.ts'],
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          testTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...integration,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          exclude: WHOLE_PROGRAMS.map((folder) => `tests/integration/${folder}/**`),
          // They wait for servers that don't answer more than they compute.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...integration,
          name: 'programs',
          include: WHOLE_PROGRAMS.map((folder) => `tests/integration/${folder}/**/*.test.ts`),
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
