import { expect, test } from 'vitest';
import { TextStore } from '../../src/ingest/text-store.ts';

test('records lie one after the other, the values of keys blanked', () => {
  const store = new TextStore();
  const records = ['{"a":"ü"}', '{"x-api-key": "s3cret","b":1}', `{"c":"${'x'.repeat(70_000)}"}`];
  for (const record of records) {
    const bytes = Buffer.from(`--${record}--`);
    store.add({ bytes, start: 2, end: bytes.length - 2 });
  }
  const { bytes, ends } = store.take();
  const texts = ends.map((end, i) => Buffer.from(bytes).toString('utf8', ends[i - 1] ?? 0, end));
  expect(texts).toEqual([records[0], '{"x-api-key": "***","b":1}', records[2]]);
  expect(store.take()).toEqual({ bytes: new Uint8Array(0), ends: [] });
});
