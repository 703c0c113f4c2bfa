/**
 * Meaning: the concepts a text names, by where they stand, as hashed features.
 *
 * Takes the hits of a scan, adds features to a list: each concept, and each with its place. Never depends
 * on the language: the features of `translate this` and `übersetze das` are the same.
 */
import { IN_BODY, IN_QUESTION, type Scan } from './hits.ts';
import { type FeatureList, pushFeature } from './model.ts';
import { mixPair } from './words.ts';

const ANYWHERE = 0x1b873593;
const PLACED = 0x2545f491;

const FIRST = 1;
const SECOND = 2;
const LATER = 3;
const LAST = 4;
const WORKED_ON = 5;

/** Adds the concepts that were found; `salt` keeps texts apart. */
export function addMeaning(scan: Scan, list: FeatureList, salt: number): void {
  for (let hit = 0; hit < scan.hits; hit++) {
    const what = scan.what[hit]!;
    const flags = scan.flags[hit]!;
    const place = placeOf(scan, hit);
    const salted = what ^ salt;
    const asked = (flags & IN_QUESTION) !== 0 ? 256 : 0;
    pushFeature(list, mixPair(salted, (place + asked) ^ PLACED));
    if (place === WORKED_ON) continue;
    pushFeature(list, mixPair(salted, ANYWHERE));
  }
}

function placeOf(scan: Scan, hit: number): number {
  if ((scan.flags[hit]! & IN_BODY) !== 0) return WORKED_ON;
  const sentence = scan.sentence[hit]!;
  if (sentence === 0) return FIRST;
  if (sentence >= scan.sentences - 1) return LAST;
  return sentence === 1 ? SECOND : LATER;
}
