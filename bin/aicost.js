#!/usr/bin/env node
try {
  const { main } = await import('../dist/main.js');
  process.exitCode = await main(process.argv.slice(2), process);
} catch (error) {
  // main never rejects: its module, or one it needs, is not there.
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write('aicost: not built yet; run npm ci (or npm run build) first\n');
  process.exitCode = 2;
}
