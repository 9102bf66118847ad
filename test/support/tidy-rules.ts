/** The rules of style as functions from a file to complaints. Each complaint says what to do. tidy.test.ts applies them. */
import { posix } from 'node:path';
import { blank, functionsOf, importsOf, type Blanked } from './source.js';

export interface SourceFile extends Blanked {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, ...(path.endsWith('.ts') ? blank(text) : { code: '', uncommented: '' }) };
}

export const ROOMS = ['generate', 'load', 'replay', 'sweep', 'report', 'serve'] as const;
const SOURCE_FOLDERS = [...ROOMS, 'core', 'wire', 'cli'];

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;

/** Each npm package, and the only places that may import it. */
const PACKAGE_HOMES: { readonly [name: string]: readonly string[] } = {
  'apache-arrow': ['core/'],
  'csv-parse': ['generate/csv.ts'],
  ioredis: ['wire/redis.ts'],
  commander: ['cli/'],
  'hdr-histogram-js': ['core/', 'replay/recorder.ts'],
  'onnxruntime-node': ['core/inference.ts'],
  sharp: ['core/image.ts'],
};

/** Folders of plug-ins, the file of the stage that they must not know, and the files beside them that they may share. */
const PLUGINS: readonly { readonly folder: string; readonly stage: string; readonly shared: readonly string[] }[] = [
  { folder: 'generate/use-cases/', stage: 'generate/generate.ts', shared: [] },
  { folder: 'load/sinks/', stage: 'load/load.ts', shared: [] },
  { folder: 'replay/targets/', stage: 'replay/replay.ts', shared: [] },
  { folder: 'report/formats/', stage: 'report/report.ts', shared: ['report/formats/format.ts'] },
  { folder: 'serve/commands/', stage: 'serve/serve.ts', shared: ['serve/commands/command.ts'] },
];

/**
 * Files that run for every request, and in each the functions that do not: they run once a connection, a run or a failure. wire/socket.ts
 * is not among them, because all of it is one function that opens a connection, with the two lines that are hot inside.
 */
const HOT: { readonly [path: string]: readonly string[] } = {
  'replay/loop.ts': [],
  'replay/in-flight.ts': [],
  'replay/recorder.ts': ['recording'],
  'replay/redisai-client.ts': ['connectClient', 'greet', '#welcome'],
  'replay/redisai-reply.ts': ['unexpected'],
  'replay/free-slots.ts': [],
  'replay/frames.ts': ['layoutOf', 'groupsOf', 'fillArena', 'newEntries'],
  'replay/ring.ts': ['newRing'],
  'replay/series.ts': ['seconds', '#closeUntil', 'sparse'],
  'replay/targets/null.ts': ['create'],
  'core/histogram.ts': ['data'],
  'wire/resp.ts': ['encodeCommand', 'decodeReply', 'decodeAt', 'decodeLine', 'decodeBulk', 'decodeAggregate'],
};

export const HOT_FILES = Object.keys(HOT);

function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path;
}

function isSource(path: string): boolean {
  return path.endsWith('.ts') && (SOURCE_FOLDERS.includes(roomOf(path)) || path === 'index.ts');
}

/** The file that a relative import means. */
function targetOf(path: string, module: string): string {
  return posix.join(posix.dirname(path), module).replace(/\.js$/, '.ts');
}

export function importComplaints(file: SourceFile): string[] {
  if (!isSource(file.path)) return [];
  return importsOf(file).flatMap((module) => {
    if (module.startsWith('node:')) return [];
    return module.startsWith('.') ? ownImport(file.path, targetOf(file.path, module)) : packageImport(file.path, module);
  });
}

function ownImport(path: string, target: string): string[] {
  const from = roomOf(path);
  const to = roomOf(target);
  const allowed = from === 'cli' || from === 'index.ts' ? SOURCE_FOLDERS : from === 'core' ? ['core'] : from === 'wire' ? ['wire', 'core'] : [from, 'wire', 'core'];
  if (!allowed.includes(to)) {
    return [`${path} imports ${target}: ${from}/ may import only ${allowed.join(', ')}. Move what both need down into core/ or wire/.`];
  }
  const plugin = PLUGINS.find(({ folder }) => path.startsWith(folder) && path !== `${folder}index.ts`);
  if (plugin === undefined) return [];
  if (target === plugin.stage) {
    return [`${path} imports ${target}: a plug-in never imports its stage. Take what it needs from the seam file, or move that into a file of its own.`];
  }
  if (target.startsWith(plugin.folder) && !plugin.shared.includes(target)) {
    return [`${path} imports ${target}: plug-ins never import each other. Move what both need into a file beside ${plugin.folder}.`];
  }
  return [];
}

function packageImport(path: string, module: string): string[] {
  const name = module.split('/').slice(0, module.startsWith('@') ? 2 : 1).join('/');
  const homes = PACKAGE_HOMES[name];
  if (homes === undefined) return [`${path} imports ${name}, which has no home: give it one place in PACKAGE_HOMES of test/support/tidy-rules.ts and in ARCHITECTURE.md.`];
  if (homes.some((home) => (home.endsWith('/') ? path.startsWith(home) : path === home))) return [];
  return [`${path} imports ${name}: its home is ${homes.join(' and ')}. Export what is needed from there.`];
}

export function lengthComplaints({ path, text, code }: SourceFile): string[] {
  if (!path.endsWith('.ts')) return [];
  const lines = text.trimEnd().split('\n').length;
  const long = functionsOf(code).filter((span) => span.lines > FUNCTION_LINES_MAX);
  return [
    ...(lines > FILE_LINES_MAX ? [`${path} has ${lines} lines, and ${FILE_LINES_MAX} are the limit: split it by what it is about.`] : []),
    ...long.map((span) => `${path}:${span.line}: this function has ${span.lines} lines, and ${FUNCTION_LINES_MAX} are the limit: name its steps as functions. (${span.header.slice(0, 60)})`),
  ];
}

/** What costs time or garbage in the code that runs for every request. */
const HOT_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bJSON\./, 'JSON belongs to the control plane'],
  [/\.\.\./, 'spread copies; pass the values one by one'],
  [/\b\d[\d_]*n\b|\bBigInt\(/, 'BigInt allocates; use doubles of nanoseconds'],
  [/\.push\(/, 'arrays must not grow here; use a typed array of a known size'],
  // Deeper than a class's members is inside a method: there a closure is made for every call. Types of members are not.
  [/^\s{4,}.*=>/, 'a closure in a method is allocated at every call; make it a method'],
];

export function hotComplaints({ path, code }: SourceFile): string[] {
  if (!HOT_FILES.includes(path)) return [];
  const cold = functionsOf(code).filter(({ header }) => HOT[path].some((name) => new RegExp(`(?<![\\w#.])${name}(?:\\(|: )`).test(header)));
  return code.split('\n').flatMap((line, index) =>
    HOT_WORDS.filter(([word]) => word.test(line) && !cold.some((span) => index + 1 >= span.line && index + 1 < span.line + span.lines)).map(([, why]) => `${path}:${index + 1}: ${why}. (${line.trim().slice(0, 60)})`),
  );
}

/** Files without a statement that runs (types, re-exports) have nothing to test. */
export function needsTest({ path, code }: SourceFile): boolean {
  if (!isSource(path) || posix.basename(path) === 'index.ts') return false;
  return /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function|const|let|class)\b|^(?!import\b|export\b|type\b|interface\b)[\w$.]+.*\(/m.test(code);
}

export function testOf(path: string): string {
  return `test/${path.replace(/\.ts$/, '.test.ts')}`;
}

/** Only the command line speaks to the terminal and ends the process. */
export function terminalComplaints({ path, code }: SourceFile): string[] {
  if (!isSource(path) || path.startsWith('cli/')) return [];
  return code.split('\n').flatMap((line, index) => {
    const word = /\bconsole\b|\bprocess\.(?:exit\b|exitCode\b|argv\b|stdout\b|stderr\b|stdin\b)/.exec(line)?.[0];
    return word === undefined ? [] : [`${path}:${index + 1}: ${word} is for cli/ alone. Return a value, take a callback, or throw an InferplayError.`];
  });
}

/** Spelled in halves, so that this file does not break its own rule. */
const FOREIGN_WORDS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`\\b(?:tick${'et'}s?|issue ?#? ?\\d+|next is${'sue'}|this is${'sue'})\\b`, 'i'), 'it speaks of how the work is organized; say what the code does and why'],
  [new RegExp(`\\b(?:cla${'ude'}|anth${'ropic'}|chat${'gpt'}|open${'ai'}|copi${'lot'}|coding ag${'ent'}|AI assis${'tant'}|language mo${'del'})\\b`, 'i'), 'it speaks of who wrote it; say what the code does and why'],
  [new RegExp(`\\b(?:TO${'DO'}|FIX${'ME'}|XX${'X'})\\b`), 'it is left for later; do it, or take it out'],
  [new RegExp(`(?<![\\w.:])/(?:wo${'rk'}|ho${'me'}|ro${'ot'}|Us${'ers'}|t${'mp'}|private|mnt)/[\\w.-]`), 'it is a path of one machine; use os.tmpdir(), or a path relative to the project'],
  [new RegExp(`registry\\.(?:npm${'js'}|yarn${'pkg'})|npm${'mirror'}|py${'pi'}\\.org|proxy\\.go${'lang'}|arti${'factory'}`, 'i'), 'it names a package registry; leave the choice to the machine'],
];

export function wordComplaints({ path, text }: SourceFile): string[] {
  return text.split('\n').flatMap((line, index) =>
    FOREIGN_WORDS.flatMap(([word, why]) => {
      const found = word.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1}: "${found}": ${why}.`];
    }),
  );
}
