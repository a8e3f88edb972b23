import type { HandOver, HandOverFormat } from './format.ts';
import { letterOf } from './letter.ts';
import { handOverWords } from './words/format-words.ts';

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
  :root { color-scheme: light; }
  body { font: 14px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff; }
  h1 { font-size: 1.4rem; margin: 0 0 1rem; }
  h2 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
  .caution { border-left: 4px solid #9a6700; padding: 0.25rem 0.75rem; margin: 0.5rem 0; }
  table { width: 100%; border-collapse: collapse; break-inside: avoid; }
  th { width: 7rem; text-align: left; font-weight: 600; vertical-align: top; }
  th, td { border-top: 1px solid #d0d7de; padding: 0.35rem 0.5rem; }
  td { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; white-space: pre-wrap; }
  section { break-inside: avoid; }
  footer { margin-top: 2rem; color: #57606a; }
  @page { margin: 18mm; }
`;

/** The letter as a page of its own: nothing is loaded, nothing runs. */
function write(input: HandOver): string {
  const letter = letterOf(input);
  const steps = letter.steps.map(({ title, fields, hint }, index) => {
    const rows = fields.map(([label, value]) => `<tr><th scope="row">${html(label)}</th><td>${html(value)}</td></tr>`);
    return `<section>\n<h2>${index + 1}. ${html(title)}</h2>\n<table>\n${rows.join('\n')}\n</table>\n${hint === '' ? '' : `<p>${html(hint)}</p>\n`}</section>\n`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${html(`DNS records for ${input.domain}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${html(letter.opening)}</h1>
${letter.cautions.map((caution) => `<p class="caution">${html(caution)}</p>\n`).join('')}${steps.join('')}${letter.leftOut.map((line) => `<p>${html(line)}</p>\n`).join('')}</main>
<footer>${html(letter.closing)}</footer>
</body>
</html>
`;
}

export const page: HandOverFormat = {
  id: 'page',
  ...handOverWords.page,
  extension: 'html',
  mediaType: 'text/html',
  write,
};
