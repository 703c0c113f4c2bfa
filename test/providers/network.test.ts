/** The way to an endpoint: proxies, and certificates that only this machine trusts. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Env } from '../../src/providers/keys.ts';
import { answered, endpoint, failed, newSender, prompt, sendOptions } from './asking.ts';
import { chatAnswer, startServer } from './server.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'aicost-network-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push({
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that notes whom it was asked for; with `refusal` it lets nobody through. */
async function startProxy(refusal = 0): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createProxy();
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    socket.on('error', () => socket.destroy());
    if (refusal > 0) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const port = Number(request.url?.split(':')[1]);
    const out = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      out.pipe(socket).pipe(out);
    });
    out.on('error', () => socket.destroy());
  });
  return { port: await listen(proxy), asked };
}

async function askThrough(env: Env) {
  const server = await startServer([{}]);
  const sender = await newSender({ env });
  opened.push(sender, server);
  const attempt = await sender.send(endpoint(server.baseUrl), prompt(), sendOptions());
  return { attempt, server };
}

describe('a proxy', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])('of %s is used, with its password', async (name) => {
    const { port, asked } = await startProxy();
    const env = { [name]: `http://me:pw@127.0.0.1:${port}` };
    const { attempt, server } = await askThrough(env);
    expect(answered(attempt).text).toBe('ok');
    expect(asked).toEqual([`127.0.0.1:${server.port} Basic ${btoa('me:pw')}`]);
  });

  test('is left out for those of NO_PROXY', async () => {
    const { port, asked } = await startProxy();
    const env = { HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '127.0.0.1' };
    answered((await askThrough(env)).attempt);
    expect(asked).toEqual([]);
  });

  test('that lets nobody through: nothing was sent, no password is shown', async () => {
    const { port } = await startProxy(407);
    const { attempt, server } = await askThrough({ HTTP_PROXY: `http://me:pw@127.0.0.1:${port}` });
    expect(failed(attempt)).toMatchObject({ code: 'unreachable', mayHaveBeenBilled: false });
    expect(failed(attempt).message).not.toContain('pw');
    expect(server.received).toHaveLength(0);
  });

  test('that is none', async () => {
    await expect(newSender({ env: { HTTPS_PROXY: 'http://me:pw@:' } })).rejects.toThrow(
      /cannot use the proxy: (?!.*pw)/,
    );
  });
});

const OPENSSL = 'openssl';

/** A certificate of this machine alone; null where openssl is not there. */
function makeCertificate(): { key: string; cert: string } | null {
  const [key, cert] = [join(FOLDER, 'key.pem'), join(FOLDER, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    const files = ['-keyout', key, '-out', cert, '-days', '2'];
    execFileSync(OPENSSL, ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'ignore' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return { key, cert };
}

const CERTIFICATE = makeCertificate();

describe.skipIf(CERTIFICATE === null)('a certificate that is not publicly trusted', () => {
  async function serveTls(): Promise<string> {
    const { key, cert } = CERTIFICATE!;
    const options = { key: readFileSync(key), cert: readFileSync(cert) };
    const server = createServer(options, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(chatAnswer('safe')));
    });
    return `https://localhost:${await listen(server)}/v1`;
  }

  test('is refused, before anything was sent, and not tried again', async () => {
    const sender = await newSender();
    opened.push(sender);
    const attempt = await sender.send(endpoint(await serveTls()), prompt(), sendOptions());
    expect(failed(attempt)).toMatchObject({
      code: 'unreachable',
      isRetryable: false,
      mayHaveBeenBilled: false,
      message:
        'here: its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT); name the file of its authority in NODE_EXTRA_CA_CERTS',
    });
  });

  test('is taken with NODE_EXTRA_CA_CERTS, which Node reads when it starts', async () => {
    const entry = join(FOLDER, 'ask.ts');
    const asking = fileURLToPath(new URL('./asking.ts', import.meta.url));
    writeFileSync(
      entry,
      `import { endpoint, newSender, prompt, sendOptions } from ${JSON.stringify(asking)};
const sender = await newSender();
const attempt = await sender.send(endpoint(process.argv[2]!), prompt(), sendOptions());
process.stdout.write(attempt.kind === 'answer' ? attempt.text : attempt.message);
await sender.close();`,
    );
    const bundle = await rolldown({ input: entry, platform: 'node' });
    await bundle.write({ dir: FOLDER, entryFileNames: 'ask.mjs', chunkFileNames: '[name].mjs' });
    const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: CERTIFICATE!.cert };
    const args = [join(FOLDER, 'ask.mjs'), await serveTls()];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toBe('safe');
  });
});
