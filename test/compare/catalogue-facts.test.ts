import { expect, test, vi } from 'vitest';
import { bundledProviders } from '../../src/compare/catalogue-facts.ts';

vi.mock('@pydantic/genai-prices', () => ({ waitForUpdate: async () => null }));

test('a catalogue without providers is an error: else every model would seem to fit', async () => {
  await expect(bundledProviders()).rejects.toThrow('the bundled catalogue holds no providers');
});
