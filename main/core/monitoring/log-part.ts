import type { Redaction } from '../../../shared/service/redaction.ts';

/** The log as the support bundle shows it: redacted as everything there, but so that a stack can still be read. */

/** Keys under which the product writes words of its own, which read as names to who does not know them. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  'chrome',
  'code',
  'electron',
  'kind',
  'level',
  'node',
  'outcome',
  'platform',
  'procedure',
  'reason',
  'source',
  'syscall',
  'time',
  'type',
  'version',
]);
const OWN_WORD = /^[\w.:+-]{1,60}$/;

/** A frame of a stack in the product's own code, its parts or Node: the function, and the file from its folder on. */
const FRAME =
  /^\s*at (?:async )?(?:(?:new )?(?:[\w$<>[\]# ]+\.)*([\w$<>#]+) (?:\[as \w+\] )?)?\(?(?:[\w+.-]*:\/\/)?[^()]*?((?:\/(?:main|shared|renderer|dist|assets|node_modules)\/|node:)[\w@./+-]+:\d+:\d+)\)?$/;

function redactStack(stack: string, redact: (text: string) => string): readonly string[] {
  const message: string[] = [];
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const frame = FRAME.exec(line);
    if (frame !== null) frames.push(`${frame[1] ?? '(no name)'} ${frame[2]}`);
    // Whatever else looks like a frame names places that are nobody's business.
    else if (!/^\s*at /.test(line)) message.push(line);
  }
  return [redact(message.join('\n')), ...frames];
}

/**
 * @param entries as the log gives them.
 * @param places folders of this machine by what is told of them instead, the longest first.
 */
export function redactEntries(
  entries: readonly unknown[],
  redaction: Redaction,
  places: readonly (readonly [string, string])[],
): readonly unknown[] {
  const redact = (text: string) =>
    redaction.text(
      places.reduce((told, [folder, name]) => (folder.length < 2 ? told : told.replaceAll(folder, name)), text),
    );
  const redacted = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') {
      if (key === 'stack' || key === 'views') return redactStack(value, redact);
      return OWN_WORDS.has(key) && OWN_WORD.test(value) ? value : redact(value);
    }
    if (Array.isArray(value)) return value.map((each) => redacted(each, ''));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redacted(each, name)]));
  };
  return entries.map((entry) => redacted(entry, ''));
}
