/** Lines of text for a terminal: colours that can be off, wrapping, clipping. Everything is padded before it is painted. */

export type Color = 'red' | 'green' | 'yellow' | 'dim' | 'bold';
export type Paint = (color: Color, text: string) => string;

const CODES: { readonly [color in Color]: number } = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 };

export function painter(enabled: boolean): Paint {
  return (color, text) => (enabled && text !== '' ? `\x1b[${CODES[color]}m${text}\x1b[0m` : text);
}

/** At most `width` characters, the last of them an ellipsis where something was left out. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Breaks at blanks; a word longer than the width is broken too, because a terminal would do it in a worse place. Nothing is lost. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    if (word.length > width && line !== '') {
      lines.push(line);
      line = '';
    }
    for (; word.length > width; word = word.slice(width)) lines.push(word.slice(0, width));
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/**
 * Text of a server or a file, fit for a terminal: control characters could move the cursor or change colours, so they are shown as `?`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

const PLAIN: { readonly [character: string]: string } = {
  '▁': '.', '▂': ':', '▃': '-', '▄': '=', '▅': '+', '▆': '*', '▇': '#', '█': '@', '·': ' ', '→': '->', '…': '.', 'µ': 'u', '±': '+-',
};

/** The same without what an ASCII terminal lacks. Every character stays one wide, but for the arrow and ±. */
export function toAscii(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (character) => PLAIN[character] ?? '?');
}
