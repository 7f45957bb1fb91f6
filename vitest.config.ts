import { defineConfig } from 'vitest/config';

const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
      'recipes/**/*.test.ts',
      'faults/**/*.test.ts',
      'parity/**/*.test.ts',
      'app/**/*.test.ts',
      'docs/**/*.test.ts',
    ],
    // Many tests start processes of the command line: seconds on a quiet machine, a minute on a busy one.
    testTimeout: 180_000,
    // Some hooks compile a program or start a browser, which takes long on a machine that does other things too.
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
    // On CI the counts are also written to a file, from which .ci/run prints its last line.
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.cache/vitest.json' }]] : ['default'],
  },
});
export default config;
