/**
 * Just enough of TypeScript's lexer to look at code without its comments and texts, and at texts without comments. The
 * compiler's own parser has no API in version 7. Characters are replaced by blanks, so that lines and columns stay.
 */

export interface Blanked {
  /** Without comments, texts, templates' literal parts and regular expressions. */
  readonly code: string;
  /** Without comments. */
  readonly uncommented: string;
}

/** After these a slash begins a regular expression, not a division. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|yield|await))\s*$/;

export function blank(source: string): Blanked {
  const code = source.split('');
  const uncommented = source.split('');
  /** For each template that is open: how many braces are open within its current `${`. */
  const templates: number[] = [];
  let at = 0;
  const erase = (from: number, to: number, comment: boolean): void => {
    for (let index = from; index < to; index++) {
      if (source[index] === '\n') continue;
      code[index] = ' ';
      if (comment) uncommented[index] = ' ';
    }
    at = to;
  };
  /** From inside a template to its end or its next `${`. */
  const template = (from: number): void => {
    let end = from;
    while (end < source.length && source[end] !== '`' && !(source[end] === '$' && source[end + 1] === '{')) end += source[end] === '\\' ? 2 : 1;
    erase(from, Math.min(end, source.length), false);
    if (source[end] === '`') erase(end, end + 1, false);
    else if (end < source.length) {
      templates.push(0);
      erase(end, end + 2, false);
    }
  };
  while (at < source.length) {
    const next = source[at];
    const two = source.slice(at, at + 2);
    if (two === '//') erase(at, endOf(source, '\n', at), true);
    else if (two === '/*') erase(at, endOf(source, '*/', at + 2) + 2, true);
    else if (next === "'" || next === '"') erase(at, endOfText(source, at), false);
    else if (next === '`') {
      erase(at, at + 1, false);
      template(at);
    } else if (next === '/' && BEFORE_REGEX.test(code.slice(Math.max(0, at - 200), at).join(''))) erase(at, endOfRegex(source, at), false);
    else if (next === '}' && templates.at(-1) === 0) {
      templates.pop();
      erase(at, at + 1, false);
      template(at);
    } else {
      if (templates.length > 0 && next === '{') templates[templates.length - 1]++;
      if (templates.length > 0 && next === '}') templates[templates.length - 1]--;
      at++;
    }
  }
  return { code: code.join(''), uncommented: uncommented.join('') };
}

function endOf(source: string, what: string, from: number): number {
  const found = source.indexOf(what, from);
  return found < 0 ? source.length : found;
}

function endOfText(source: string, from: number): number {
  let end = from + 1;
  while (end < source.length && source[end] !== source[from] && source[end] !== '\n') end += source[end] === '\\' ? 2 : 1;
  return Math.min(end + 1, source.length);
}

function endOfRegex(source: string, from: number): number {
  let inClass = false;
  let end = from + 1;
  for (; end < source.length && source[end] !== '\n'; end++) {
    if (source[end] === '\\') end++;
    else if (source[end] === '[') inClass = true;
    else if (source[end] === ']') inClass = false;
    else if (source[end] === '/' && !inClass) break;
  }
  for (end++; /[a-z]/.test(source[end] ?? ''); end++);
  return Math.min(end, source.length);
}

/** Modules that a file names, by import, re-export, import() or require(). */
export function importsOf({ code, uncommented }: Blanked): string[] {
  const found: string[] = [];
  // `from` without a parenthesis: Buffer.from('…') is no import.
  const forms = /(?<![.\w$])(?:from\s*|import\s*\(?\s*|require\s*\(\s*)(['"])([^'"\n]+)\1/g;
  for (const match of uncommented.matchAll(forms)) {
    // The keyword must stand in code, not inside a text that happens to hold code.
    if (/^[a-z]/.test(code.slice(match.index, match.index + 4))) found.push(match[2]);
  }
  return found;
}

export interface FunctionSpan {
  /** The line that begins it. */
  readonly header: string;
  /** 1-based. */
  readonly line: number;
  readonly lines: number;
}

const STARTS = [
  /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\b/,
  /=>\s*\{$/,
  /^\s*(?:(?:public|private|protected|static|async|override|get|set)\s+|\*)*(?!(?:if|for|while|switch|catch|with|else|return|do|function)\b)[\w#$]+\s*(?:<.*>)?\(.*\{$/,
];

/**
 * Functions, methods and arrow functions with a body on lines of its own, measured by indentation: a function ends at the
 * first line that begins with `}` as far left as the function's first line.
 */
export function functionsOf(code: string): FunctionSpan[] {
  const lines = code.split('\n').map((line) => line.trimEnd());
  const spans: FunctionSpan[] = [];
  lines.forEach((header, index) => {
    if (!STARTS.some((start) => start.test(header))) return;
    const indent = /^\s*/.exec(header)![0];
    for (let end = index + 1; end < lines.length; end++) {
      if (lines[end].startsWith(`${indent}}`)) {
        spans.push({ header: header.trim(), line: index + 1, lines: end - index + 1 });
        return;
      }
      // A declaration without a body, for example an overload.
      if (lines[end] !== '' && /^\s*/.exec(lines[end])![0].length < indent.length) return;
    }
  });
  return spans;
}
