import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/paths.js';
import { blank, functionsOf, importsOf } from './support/source.js';
import {
  HOT_FILES, hotComplaints, importComplaints, lengthComplaints, needsTest, sourceFile, terminalComplaints, testOf, wordComplaints, type SourceFile,
} from './support/tidy-rules.js';

const NOT_OURS = new Set(['node_modules', 'dist', '.git', 'results']);
const TEXTS = /\.(?:ts|js|mjs|json|md|txt|csv|yml|yaml|c|go|py|sh)$|^\.ci\/|^(?:LICENSE|\.gitignore|\.npmrc|Dockerfile)$/;

/** What git tracks, or all files where the project is not a checkout. */
function projectFiles(): string[] {
  const listed = spawnSync('git', ['ls-files', '-z'], { cwd: projectRoot, encoding: 'utf8' });
  if (listed.status === 0 && listed.stdout !== '') return listed.stdout.split('\0').filter((path) => path !== '' && existsSync(join(projectRoot, path)));
  return readdirSync(projectRoot, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name) && name !== 'data')
    .flatMap((entry) => (entry.isFile() ? [entry.name] : readdirSync(join(projectRoot, entry.name), { recursive: true, encoding: 'utf8' }).map((name) => `${entry.name}/${name.replaceAll('\\', '/')}`)));
}

const files: SourceFile[] = projectFiles().filter((path) => TEXTS.test(path)).map((path) => sourceFile(path, readFileSync(join(projectRoot, path), 'utf8')));

function all(rule: (file: SourceFile) => string[]): void {
  const complaints = files.flatMap(rule);
  assert.equal(complaints.length, 0, `\n${complaints.join('\n')}\n`);
}

test('imports point one way, rooms keep apart, packages stay in their homes', () => all(importComplaints));
test('files and functions are short', () => all(lengthComplaints));
test('hot files hold nothing that allocates for every request', () => all(hotComplaints));
test('only the command line speaks to the terminal', () => all(terminalComplaints));
test('no text speaks of the workplace or of one machine', () => all(wordComplaints));

test('every source file that does something has its test', () => {
  const paths = new Set(files.map(({ path }) => path));
  all((file) => (needsTest(file) && !paths.has(testOf(file.path)) ? [`${file.path} has no test: write ${testOf(file.path)}.`] : []));
});

test('the rules look at the whole project', () => {
  const paths = files.map(({ path }) => path);
  for (const path of ['index.ts', 'core/tensor.ts', 'package.json', ...HOT_FILES]) assert.ok(paths.includes(path), `${path} was not looked at`);
  assert.ok(files.filter(needsTest).length > 30);
});

/** Complaints of a rule about a made-up file. */
function about(rule: (file: SourceFile) => string[], path: string, text: string): string {
  return rule(sourceFile(path, text)).join('\n');
}

test('the import rule sees every form of import, and knows each border', () => {
  const one = (path: string, module: string): string => about(importComplaints, path, `import { x } from '${module}';\n`);
  assert.match(one('load/load.ts', '../generate/generate.js'), /load\/ may import only load, wire, core/);
  assert.match(one('core/dataset.ts', '../wire/resp.js'), /core\/ may import only core/);
  assert.match(one('wire/http.ts', '../cli/main.js'), /wire\/ may import only wire, core/);
  assert.match(one('generate/use-cases/fraud.ts', './vision.js'), /never import each other/);
  assert.match(one('replay/targets/redisai.ts', '../replay.js'), /never imports its stage/);
  assert.match(one('replay/replay.ts', 'ioredis'), /its home is wire\/redis\.ts/);
  assert.match(one('wire/redis.ts', 'left-pad'), /has no home/);
  assert.match(one('wire/redis.ts', '@scope/thing/deep.js'), /imports @scope\/thing, which has no home/);
  for (const form of ["export * from '../load/load.js';", "await import('../load/load.js');", 'import type { A } from "../load/load.js";', "import {\n  a,\n} from '../load/load.js';"]) {
    assert.notEqual(about(importComplaints, 'serve/serve.ts', form), '', form);
  }
  for (const [path, module] of [
    ['cli/main.ts', '../replay/replay.js'], ['index.ts', './serve/serve.js'], ['load/load.ts', '../wire/resp.js'], ['generate/use-cases/index.ts', './fraud.js'],
    ['generate/use-cases/fraud.ts', '../fraud-model.js'], ['core/inference.ts', 'onnxruntime-node/dist/binding.js'], ['serve/a.ts', 'node:net'], ['bench/main.ts', 'anything'],
  ] as const) {
    assert.equal(one(path, module), '', `${path} may import ${module}`);
  }
  assert.equal(about(importComplaints, 'load/load.ts', "// import { x } from '../serve/serve.js';\nconst code = `import a from '../cli/main.js'`;"), '');
});

test('lengths are counted for functions, methods and arrow functions, but not for blocks', () => {
  const body = (lines: number): string => '  a();\n'.repeat(lines);
  const seen = (text: string): string => about(lengthComplaints, 'core/a.ts', text);
  assert.match(seen(`export async function f(\n  a: number,\n): void {\n${body(70)}}\n`), /core\/a\.ts:1: this function has 74 lines/);
  assert.match(seen(`class A {\n  async *f(): X<{ a: 1 }> {\n${body(70)}  }\n}\n`), /:2: this function has 72 lines/);
  assert.match(seen(`const f = (a: number): void => {\n${body(70)}};\n`), /has 72 lines/);
  assert.match(seen(`test('x', async (t) => {\n${body(70)}});\n`), /has 72 lines/);
  assert.equal(seen(`function f() {\n${body(68)}}\n`), '');
  assert.equal(seen(`if (a) {\n${body(80)}}\n`), '');
  assert.match(seen('a();\n'.repeat(301)), /has 301 lines, and 300 are the limit: split it/);
  assert.deepEqual(functionsOf('f(a: string): void;\nfunction f() {\n}\n').map(({ line, lines }) => [line, lines]), [[2, 2]]);
});

test('hot words are found in code, and not in comments, texts and types', () => {
  const hot = (text: string): string => about(hotComplaints, HOT_FILES[0], text);
  for (const bad of ['JSON.stringify(a)', 'f(...a)', 'const a = 10n;', 'BigInt(1)', 'a.push(1)', '    on(() => 1)', '    const f = (x) => x;']) assert.notEqual(hot(bad), '', bad);
  for (const fine of ['// JSON.parse', "'...'", '  readonly f: (a: number) => void;', 'const n = 10;', '/\\.\\.\\./', 'export const f = () => 1;']) assert.equal(hot(fine), '', fine);
  assert.equal(about(hotComplaints, 'replay/plan.ts', 'JSON.parse(a)'), '');
  const method = (name: string): string => about(hotComplaints, 'replay/redisai-client.ts', `class A {\n  ${name}(a: B): void {\n    JSON.parse(a);\n  }\n}\n`);
  assert.equal(method('greet'), '', 'it runs once a connection');
  assert.notEqual(method('greetings'), '');
  assert.notEqual(method('data'), '');
});

test('a file needs a test when it has a statement that runs', () => {
  const needs = (text: string, path = 'core/a.ts'): boolean => needsTest(sourceFile(path, text));
  assert.ok(needs('export function f() {\n}'));
  assert.ok(needs('export const A = 1;'));
  assert.ok(needs('import a from "a";\nstart(a);'));
  assert.ok(!needs("export interface A {\n  f(): void;\n}\nexport type B = (a: A) => void;\nexport { c } from './c.js';"));
  assert.ok(!needs('export const A = 1;', 'replay/targets/index.ts'));
  assert.ok(!needs('export const A = 1;', 'bench/a.ts'));
  assert.equal(testOf('replay/targets/redisai.ts'), 'test/replay/targets/redisai.test.ts');
});

test('terminal words are found outside cli/ only, and in code only', () => {
  for (const bad of ['console.log(1)', 'process.exit(1)', 'process.exitCode = 1', 'process.argv[2]', 'process.stdout.write(a)']) {
    assert.match(about(terminalComplaints, 'replay/a.ts', bad), /is for cli\/ alone/);
    assert.equal(about(terminalComplaints, 'cli/a.ts', bad), '');
  }
  assert.equal(about(terminalComplaints, 'replay/a.ts', "// console.log\nconst text = 'process.exit(1)';"), '');
});

test('foreign words are found in any text', () => {
  const join2 = (...parts: string[]): string => parts.join('');
  for (const bad of [join2('see iss', 'ue #12'), join2('TO', 'DO: later'), join2('/wo', 'rk/main'), join2('"/t', 'mp/x"'), join2('by Cla', 'ude'), join2('https://registry.npm', 'js.org/a')]) {
    assert.notEqual(about(wordComplaints, 'README.md', bad), '', bad);
  }
  for (const fine of ['http://host/home/page', 'the issue of time', 'serve/session.ts', 'framework/main', 'user-agent']) assert.equal(about(wordComplaints, 'README.md', fine), '', fine);
});

test('the lexer keeps lines, and tells texts, templates, comments and regular expressions from code', () => {
  const source = 'const a = `x ${b + `${c} {`} // no` / 2; // end\nconst r = /[/"]\'/g.test("}"); /* {\n{ */ d(\'\\\'{\');\n';
  const { code, uncommented } = blank(source);
  assert.equal(code.split('\n').length, source.split('\n').length);
  assert.equal(code.length, source.length);
  assert.equal(code.replace(/\s+/g, ' ').trim(), 'const a = b + c / 2; const r = .test( ); d( );');
  assert.ok(uncommented.includes('// no`') && !uncommented.includes('end') && uncommented.includes("'\\'{'"));
  assert.deepEqual(importsOf(blank("import a, { b } from 'x';\nimport 'y';\nconst t = \"import 'z'\";\nrequire('w');\nBuffer.from('v'); from('u');")), ['x', 'y', 'w']);
});
