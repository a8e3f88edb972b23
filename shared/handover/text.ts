import type { HandOver, HandOverFormat } from './format.ts';
import { oneBelowAnother } from './format.ts';
import { letterOf } from './letter.ts';
import { handOverWords } from './words/format-words.ts';

function write(input: HandOver): string {
  const letter = letterOf(input);
  const steps = letter.steps.map(({ title, fields, hint }, index) =>
    [
      `${index + 1}. ${title}`,
      ...fields.map(([label, value]) => `   ${`${label}:`.padEnd(13)}${value}`),
      ...(hint === '' ? [] : [`   ${hint}`]),
    ].join('\n'),
  );
  return `${[letter.opening, ...letter.cautions, ...steps, ...letter.leftOut, letter.closing].join('\n\n')}\n`;
}

export const text: HandOverFormat = {
  id: 'text',
  ...handOverWords.text,
  extension: 'txt',
  mediaType: 'text/plain',
  write,
  together: oneBelowAnother,
};
