/**
 * The beginning of a stream, looked at before the stream is read.
 *
 * Takes pieces as they come, gives the first ones and the whole. Never reads on once it is enough, and
 * closes what is not read to its end.
 */

/** The first pieces, until they are enough or there are no more; and all pieces, with them. */
export async function headOf<Piece>(
  pieces: AsyncIterable<Piece>,
  isEnough: (piece: Piece) => boolean,
): Promise<{ head: readonly Piece[]; all: AsyncGenerator<Piece> }> {
  const iterator = pieces[Symbol.asyncIterator]();
  const held: Piece[] = [];
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    held.push(next.value);
    if (isEnough(next.value)) break;
  }
  const head = [...held];
  async function* all(): AsyncGenerator<Piece> {
    try {
      yield* held.splice(0);
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, all: all() };
}
