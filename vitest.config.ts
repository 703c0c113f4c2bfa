import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Every core: many tests wait for a process of their own, and vitest alone would leave one idle.
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, maxWorkers: availableParallelism() },
});
