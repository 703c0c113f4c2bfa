/**
 * Generate: composes labelled prompts from phrases.
 *
 * Takes training/phrases/<lang>.txt, gives rows {label, lang, source, system, user}: instruction
 * phrasings × subjects × layouts × languages, as production systems send them. Deterministic: the same
 * seed gives the same rows. For training only.
 *
 * A line of a phrase file is a template: [a|b|] is one of its alternatives, {list} an entry of the list
 * of this name, {n} a small number, {text} a passage.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadClassifier } from './classifier.mjs';
import { WORDS } from './frames.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const PER_LABEL = { en: 420, de: 380, zh: 380, fr: 150, es: 150 };
/** Shares of prompts that claim to be another task, or tell who reads them. */
const LURED = 0.05;
const PROFESSIONAL = 0.04;
const TRANSFORMS = ['translation', 'rewriting', 'summarization', 'extraction', 'classification'];
const BARE = ['qa', 'chat', 'code', 'reasoning', 'analysis', 'creative', 'other'];

/** Reads a phrase file: section name → lines. */
function readPhrases(lang) {
  const sections = new Map();
  let lines = [];
  for (const line of readFileSync(join(here, 'phrases', `${lang}.txt`), 'utf8').split('\n')) {
    if (line.startsWith('# ')) {
      lines = [];
      sections.set(line.slice(2).trim(), lines);
    } else if (line.trim() !== '') lines.push(line.replaceAll('\\n', '\n'));
  }
  return sections;
}

class Composer {
  constructor(lang, random) {
    this.lang = lang;
    this.words = WORDS[lang];
    this.phrases = readPhrases(lang);
    this.random = random;
    const all = [...this.phrases.values()].flat().join(' ');
    this.vocabulary = [...new Set(all.match(lang === 'zh' ? /\p{Script=Han}{1,2}/gu : /\p{L}+/gu))];
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  chance(share) {
    return this.random() < share;
  }

  /** One of the section's templates, its alternatives and slots filled in. */
  phrase(section) {
    const lines = this.phrases.get(section);
    return lines === undefined ? '' : this.fill(this.pick(lines));
  }

  fill(template) {
    let text = template;
    for (let round = 0; round < 4; round++) {
      text = text.replace(/\[([^[\]\n]*\|[^[\]]*)\]/g, (_, choices) =>
        this.pick(choices.split('|')),
      );
    }
    return text.replace(/\{([a-z]+)\}/g, (slot, name) => {
      if (name === 'n') return String(2 + Math.floor(this.random() * 5));
      if (name === 'text') return this.passage();
      const list = this.phrases.get(`list ${name}`);
      return list === undefined ? slot : this.fill(this.pick(list));
    });
  }

  /** One to four passages; now and then one with words of instruction, which must not count. */
  passage(most = 4) {
    const count = 1 + Math.floor(this.random() ** 2 * most);
    const parts = Array.from({ length: count }, () => this.pick(this.phrases.get('text any')));
    return parts.join(this.chance(0.5) ? '\n' : this.words.space);
  }

  foreign() {
    const parts = [this.pick(this.phrases.get('text foreign'))];
    if (this.chance(0.3)) parts.push(this.pick(this.phrases.get('text foreign')));
    return parts.join(' ');
  }

  /** What an instruction of this label works on. */
  material(label) {
    if (label === 'translation' && this.chance(0.6)) return this.foreign();
    if (label === 'rewriting' || label === 'translation' || label === 'classification') {
      return this.passage(2);
    }
    return this.passage(5);
  }

  quote(text) {
    const [open, close] = this.pick([
      ['"', '"'],
      ['“', '”'],
      ['„', '“'],
      ['«', '»'],
      ["'", "'"],
      ['「', '」'],
      ['<text>', '</text>'],
      ['---\n', '\n---'],
      ['"""\n', '\n"""'],
      ['```\n', '\n```'],
    ]);
    return open + text + close;
  }

  /** An instruction with its text, in one of the ways people and programs lay them out. */
  transform(label) {
    const { words } = this;
    const ask = this.phrase(`${label} ask`);
    const text = this.material(label);
    const layout = this.random();
    if (layout < 0.16) return { user: `${ask}${this.mark()}\n\n${text}` };
    if (layout < 0.26) return { user: `${ask}: ${this.chance(0.5) ? this.quote(text) : text}` };
    if (layout < 0.32)
      return {
        user: `${this.pick(words.polite)}${ask}${this.mark()}\n${this.quote(text)}${this.pick(words.thanks)}`,
      };
    if (layout < 0.38) return { user: `${text}\n\n${this.phrase(`${label} end`)}` };
    if (layout < 0.42) return { user: `${text}\n\n${ask}${this.mark()}` };
    if (layout < 0.45) return { user: `${this.quote(text)} ${ask}` };
    if (layout < 0.49)
      return {
        user: `${this.pick(words.task)}: ${ask}${this.mark()}\n${this.pick(words.text)}: ${text}\n${this.chance(0.5) ? this.phrase(`${label} end`) : ''}`,
      };
    if (layout < 0.54) return this.fewShot(label);
    if (layout < 0.58)
      return { system: this.pick(words.helper), user: `${ask}${this.mark()}\n\n${text}` };
    if (layout < 0.62) return { user: this.agentTurn(ask, text) };
    if (layout < 0.65) return { user: ask + this.mark() };
    if (layout < 0.68) return { user: this.fields(ask, text) };
    if (layout < 0.71) return { user: this.sloppy(`${ask}: ${text}`) };
    return {
      system: this.system(label, ask),
      user: this.chance(0.85) ? text : `${this.pick(words.text)}: ${text}`,
    };
  }

  /** A system prompt that states the task: alone, or at the beginning or the end of many rules. */
  system(label, ask) {
    const { words } = this;
    const says = this.chance(0.8) ? this.phrase(`${label} sys`) : ask + words.stop;
    const rules = () => {
      const count = 1 + Math.floor(this.random() * 5);
      const bullet = this.pick(['- ', '', '* ', '1. ']);
      return Array.from({ length: count }, () => bullet + this.pick(words.rules)).join(
        bullet === '' ? words.space : '\n',
      );
    };
    const layout = this.random();
    if (layout < 0.4) return says;
    if (layout < 0.6) return `${says}\n${rules()}`;
    if (layout < 0.75) return `${this.pick(words.helper)}\n${rules()}\n${says}`;
    if (layout < 0.85)
      return `# ${this.pick(words.task)}\n${says}\n\n# ${words.rules[0]}\n${rules()}`;
    return `${says} ${this.pick(words.json)}`;
  }

  fewShot(label) {
    const { words } = this;
    const arrow = this.pick([' -> ', ' → ', ' => ', '\n= ', ': ']);
    const short = () =>
      this.pick(this.phrases.get(label === 'translation' ? 'text foreign' : 'text any')).split(
        /[.。!！]/,
      )[0];
    const labels = this.phrase('list labels').split(/[,、] ?/);
    const fields = () => `${this.phrase('list name')}; ${1 + Math.floor(this.random() * 90)}`;
    const answer = () => {
      if (label === 'classification') return this.pick(labels);
      if (label === 'extraction') return fields();
      if (label === 'summarization') return this.phrase('list topic');
      return short();
    };
    const shots = Array.from(
      { length: 2 + Math.floor(this.random() * 2) },
      () => short() + arrow + answer(),
    );
    const head = this.chance(label === 'classification' ? 0.5 : 0.8)
      ? `${this.phrase(`${label} ask`)}${words.stop}\n`
      : '';
    const gap = this.chance(0.3) ? '\n\n' : '\n';
    const last = `${short()}${arrow.trimEnd()}`;
    if (this.chance(0.2)) return { system: `${head}${shots.join(gap)}`, user: short() };
    if (this.chance(0.4)) return { user: `${head}${this.named(shots, arrow, gap)}` };
    return { user: `${head}${shots.join(gap)}${gap}${last}` };
  }

  /** Examples with names before both of their parts, and a last one without an answer. */
  named(shots, arrow, gap) {
    const { words } = this;
    const [question, answer] = [this.pick(words.text), this.pick(words.answers)];
    const pairs = [...shots, this.pick(shots)].map((shot) => shot.split(arrow));
    return pairs
      .map(([input, output = ''], at) => {
        const isLast = at === pairs.length - 1;
        return `${question}: ${input}\n${answer}:${isLast ? '' : ` ${output}`}`;
      })
      .join(gap);
  }

  agentTurn(ask, text) {
    const tool = this.pick([
      '[tool result]',
      '[fetch]',
      'Tool output:',
      '<tool_result>',
      'Step 2/3 –',
      '[OCR]',
      'read_file:',
    ]);
    return this.chance(0.5)
      ? `${tool} ${text}\n${ask}${this.words.stop}`
      : `${ask}${this.words.stop}\n${tool}\n${text}`;
  }

  /** An instruction and its text as a program sends them. */
  fields(ask, text) {
    const [tasks, texts] = this.words.fields;
    const more = this.chance(0.5) ? { max: 5, [this.pick(texts)]: text } : {};
    return JSON.stringify({ [this.pick(tasks)]: ask, [this.pick(texts)]: text, ...more });
  }

  /** Now and then a claim to be another task, which must not count, or a profession. */
  dress({ system, user }) {
    const layout = this.random();
    if (layout < LURED) {
      const lure = this.phrase('list lure');
      const lured = [
        `${lure}\n${user}`,
        `${user}\n${lure}`,
        `${lure} ${user}`,
        `${user} (${lure})`,
      ];
      return { system, user: this.pick(lured) };
    }
    if (layout > LURED + PROFESSIONAL || system !== undefined) return { system, user };
    return {
      user: `${this.pick(this.words.youAre)} ${this.phrase('list pro')}${this.words.stop} ${user}`,
    };
  }

  mark() {
    return this.pick([this.words.stop, ':', '', '', this.words.stop]);
  }

  /** Lower case, letters lost, punctuation gone. */
  sloppy(text) {
    let out = this.chance(0.7) ? text.toLowerCase() : text;
    if (this.chance(0.5)) out = out.replace(/[.,!?，。]/g, '');
    if (this.lang === 'zh') return out.replace(/[，。]/g, ' ');
    const letters = [...out];
    const errors = Math.ceil(Math.min(80, letters.length) / 22);
    for (let i = 0; i < errors; i++) {
      const at = 1 + Math.floor(this.random() * (Math.min(80, letters.length) - 2));
      if (!/[a-zäöüé]/i.test(letters[at] ?? '') || !/[a-zäöüé]/i.test(letters[at + 1] ?? ''))
        continue;
      if (this.chance(0.5)) letters.splice(at, 1);
      else [letters[at], letters[at + 1]] = [letters[at + 1], letters[at]];
    }
    return letters.join('');
  }

  /** A prompt that holds all there is to it. */
  bare(label) {
    const { words } = this;
    const kind = label === 'qa' && this.chance(0.4) ? 'rag' : 'bare';
    const user = this.phrase(`${label} ${kind}`);
    if (label === 'other')
      return this.chance(0.1) ? { system: this.phrase('other sys'), user } : { user };
    const layout = this.random();
    if (layout < 0.5) return { user };
    if (layout < 0.6) return { user: this.sloppy(user) };
    if (layout < 0.68)
      return { user: `${this.pick(words.polite)}${user}${this.pick(words.thanks)}` };
    if (layout < 0.76) return { system: this.pick(words.helper), user };
    if (layout < 0.8 && label !== 'chat') return { user: `${this.pick(words.task)}: ${user}` };
    const system = this.phrase(`${label} sys`);
    if (label === 'chat' && this.chance(0.4)) return { system, user: this.passage(1) };
    if (label === 'analysis' && this.chance(0.5))
      return { system, user: `${this.phrase('list table')}\n${this.passage(3)}` };
    if (label === 'creative' && this.chance(0.6))
      return { system, user: `${this.phrase('list thing')}, ${this.passage(1)}` };
    if (label === 'code' && this.chance(0.4)) return { system, user: this.phrase('list code') };
    return { system: this.chance(0.5) ? `${system}\n${this.pick(words.rules)}` : system, user };
  }
}

/** So many words of junk at least. */
const SOME_WORDS = 6;

const SCRIPTS = [
  ['ا', 28],
  ['א', 27],
  ['的', 2000],
  ['🌀', 300],
  ['가', 900],
  ['!', 14],
];

function listedWords({ phrases, lang, vocabulary }) {
  const listed = phrases.get('list word')?.[0];
  return listed === undefined ? vocabulary : listed.split(lang === 'zh' ? '' : /[^\p{L}]+/u);
}

/** Texts that ask for nothing: words in any order, characters of any script, signs. */
function junk(composer) {
  const { random, lang } = composer;
  const length = 1 + Math.floor(random() ** 2 * 200);
  if (composer.chance(0.75)) {
    // Not shorter: a few words in any order may be a request.
    const count = SOME_WORDS + length;
    const words = composer.chance(0.3) ? listedWords(composer) : composer.vocabulary;
    return Array.from({ length: count }, () => composer.pick(words)).join(lang === 'zh' ? '' : ' ');
  }
  const [first, span] = composer.pick(SCRIPTS);
  const few = 1 + Math.floor(random() * span);
  const sign = () => String.fromCodePoint(first.codePointAt(0) + Math.floor(random() * few));
  const gap = composer.pick(['', '', ' ']);
  return Array.from({ length }, () => sign() + (composer.chance(0.2) ? gap : '')).join('');
}

const SEED = 20240503;

/** Composes all rows; `seeded` gives a generator of numbers in [0, 1) for a seed. */
export function generate(seeded) {
  const rows = [];
  for (const [at, [lang, count]] of Object.entries(PER_LABEL).entries()) {
    const composer = new Composer(lang, seeded(SEED + at));
    for (const label of [...TRANSFORMS, ...BARE]) {
      const wanted = label === 'other' ? Math.round(count / 3) : count;
      const seen = new Set();
      for (let tries = 0; seen.size < wanted && tries < wanted * 3; tries++) {
        const plain = TRANSFORMS.includes(label) ? composer.transform(label) : composer.bare(label);
        const { system = '', user } = label === 'other' ? plain : composer.dress(plain);
        const key = `${system}\n${user}`;
        if (seen.has(key)) continue;
        seen.add(key);
        rows.push({ label, lang, source: `generated-${lang}`, system, user });
      }
    }
    for (let i = 0; i < 0.8 * count; i++) {
      const row = { label: 'other', lang, source: `generated-${lang}`, system: '' };
      rows.push({ ...row, user: junk(composer) });
    }
  }
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { seeded } = await loadClassifier();
  for (const row of generate(seeded)) process.stdout.write(`${JSON.stringify(row)}\n`);
}
