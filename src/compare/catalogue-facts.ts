/**
 * What a catalogue says besides prices: context windows, and how recent it is.
 *
 * Takes the providers of a catalogue, gives lookups. Never a guess: a window that is not listed is
 * unknown.
 */
import type { Provider } from '@pydantic/genai-prices';

/** Tokens a model can take in and give out together; null if the catalogue does not say. */
export type ContextWindowOf = (provider: string, model: string) => number | null;

/** The providers of the bundled catalogue. */
export async function bundledProviders(): Promise<readonly Provider[]> {
  const { waitForUpdate } = await import('@pydantic/genai-prices');
  const providers = await waitForUpdate();
  // Without it every context window would be unknown, and every model would seem to fit.
  if (!providers) throw new Error('the bundled catalogue holds no providers');
  return providers;
}

/** A lookup by the catalogue's own names of provider and model. */
export function contextWindows(providers: readonly Provider[]): ContextWindowOf {
  const windows = new Map<string, number>();
  for (const { id, models } of providers) {
    for (const model of models) {
      const tokens = model.context_window;
      if (typeof tokens === 'number' && tokens > 0) windows.set(`${id}\n${model.id}`, tokens);
    }
  }
  return (provider, model) => windows.get(`${provider}\n${model}`) ?? null;
}

/** The latest day, up to `upTo`, on which the catalogue changes a price, `YYYY-MM-DD`; null: none. */
export function latestChange(providers: readonly Provider[], upTo = '9999'): string | null {
  const days = JSON.stringify(providers).matchAll(/"start_date":\s*"(\d{4}-\d{2}-\d{2})/g);
  return [...days].reduce<string | null>(
    (latest, [, day = '']) => (day <= upTo && (latest === null || day > latest) ? day : latest),
    null,
  );
}

/** The lookup of the bundled catalogue. */
export async function bundledContextWindows(): Promise<ContextWindowOf> {
  return contextWindows(await bundledProviders());
}
