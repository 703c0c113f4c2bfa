import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Download, downloadText } from '../../src/providers/download.ts';

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.json`;
}

function fetched(url: string, more: Partial<Download> = {}): Promise<string> {
  const signal = new AbortController().signal;
  return downloadText({ url, timeoutMs: 5_000, maxBytes: 1_000, env: {}, signal, ...more });
}

describe('a download', () => {
  test('gives the text', async () => {
    const url = await serve((_, response) => response.end('préçis'));
    expect(await fetched(url)).toBe('préçis');
  });

  test('follows a redirection', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/there') response.end('here');
      else response.writeHead(302, { location: '/there' }).end();
    });
    expect(await fetched(url)).toBe('here');
  });

  test.each([404, 500])('refuses HTTP %i', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end('no'));
    await expect(fetched(url)).rejects.toThrow(`cannot fetch ${url}: HTTP ${status}`);
  });

  test('ends at the size limit', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(1_001)));
    await expect(fetched(url)).rejects.toThrow(/more than 0.001 MB/);
    const exact = await fetched(url, { maxBytes: 1_001 });
    expect(exact).toHaveLength(1_001);
  });

  test('ends at the time limit', async () => {
    const url = await serve(() => {});
    await expect(fetched(url, { timeoutMs: 100 })).rejects.toThrow('no answer within 0.1 s');
  });

  test('ends with the reason of the signal', async () => {
    const url = await serve(() => {});
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(fetched(url, { signal })).rejects.toThrow('stopped');
  });

  test('says what failed where nobody listens, and what is no web address', async () => {
    await expect(fetched('http://127.0.0.1:1/')).rejects.toThrow(
      /127\.0\.0\.1:1\/: .*ECONNREFUSED/,
    );
    await expect(fetched('file:///etc/passwd')).rejects.toThrow(/is no web address/);
    await expect(fetched('data.json')).rejects.toThrow(/is no web address/);
  });

  test('goes through the proxy of the environment, unless NO_PROXY says otherwise', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      seen.push(request.url ?? '');
      response.end('direct');
    });
    const proxy = { HTTP_PROXY: 'http://127.0.0.1:1' };
    await expect(fetched(url, { env: proxy })).rejects.toThrow(/ECONNREFUSED/);
    expect(seen).toEqual([]);
    expect(await fetched(url, { env: { ...proxy, NO_PROXY: '127.0.0.1' } })).toBe('direct');
    expect(await fetched(url, { env: { http_proxy: '', HTTP_PROXY: '' } })).toBe('direct');
  });
});
