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

/** What is stored of a record. */
function storedOf(record: string): string {
  const store = new TextStore();
  const bytes = Buffer.from(record);
  store.add({ bytes, start: 0, end: bytes.length });
  return Buffer.from(store.take().bytes).toString();
}

test.each([0, 1, 2, 3])('keys in JSON kept as text, %i layers deep', (layers) => {
  const wrap = (value: object) => {
    let text = JSON.stringify(value);
    for (let layer = 0; layer < layers; layer++) text = JSON.stringify({ request: text, b: 1 });
    return text;
  };
  const headers = { Authorization: 'Bearer sk-123', 'x-api-key': 'sk-"4\\', cookie: '' };
  const stored = storedOf(wrap({ headers, prompt: 'my "api_key" is here' }));
  expect(stored).not.toMatch(/sk-/);
  if (layers > 0) return;
  expect(JSON.parse(stored)).toEqual({
    headers: { Authorization: '***', 'x-api-key': '***', cookie: '***' },
    prompt: 'my "api_key" is here',
  });
});

test('blanking leaves JSON that is kept as text whole', () => {
  const inner = {
    api_key: 'sk-1',
    model: 'gpt-4o',
    deep: JSON.stringify({ access_token: 'sk-2' }),
  };
  const stored = JSON.parse(storedOf(JSON.stringify({ request: JSON.stringify(inner) })));
  expect(JSON.parse(stored.request)).toEqual({
    api_key: '***',
    model: 'gpt-4o',
    deep: JSON.stringify({ access_token: '***' }),
  });
});
