import { describe, expect, test } from 'vitest';
import { refuseEmbeddings } from '../../src/commands/batch-cache-flags.ts';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';

const mine = parsePolicyFile('semantic_cache: {}\n', 'mine');

describe('embeddings', () => {
  test('are refused a semantic cache by the name of what asks for it', () => {
    const byPolicy = () => refuseEmbeddings('embeddings', {}, mine);
    expect(byPolicy).toThrow('semantic_cache of policy mine is for chats');
    const byFlag = () => refuseEmbeddings('embeddings', { cache: 'semantic' }, mine);
    expect(byFlag).toThrow('--cache semantic is for chats');
  });

  test('have an exact one, and chats any', () => {
    expect(() => refuseEmbeddings('embeddings', { cache: 'exact' }, mine)).not.toThrow();
    expect(() => refuseEmbeddings('chat', {}, mine)).not.toThrow();
  });
});
