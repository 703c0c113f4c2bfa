/** The part of undici that is loaded by itself: takes nothing, gives its type. Never anything else of it. */
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
