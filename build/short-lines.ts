import { parseAst } from 'vite';
import type { Plugin } from 'vite';

/**
 * Gives each statement of a bundle without white space a line of its own: by its lines a stack trace in a log tells where
 * it happened, and names are kept. Node keeps what it has read of a script for good, so white space costs memory.
 */

interface Node {
  readonly type: string;
  readonly start: number;
  readonly body?: unknown;
  readonly consequent?: unknown;
}

/** Nodes with a list of statements, or of a class's members: a line may end before each. */
const HOLDERS = new Set(['Program', 'BlockStatement', 'StaticBlock', 'ClassBody', 'SwitchCase']);

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

function collectStarts(value: unknown, starts: Set<number>): void {
  if (Array.isArray(value)) {
    for (const item of value) collectStarts(item, starts);
  } else if (isNode(value)) {
    const list = value.type === 'SwitchCase' ? value.consequent : value.body;
    if (HOLDERS.has(value.type)) for (const { start } of list as readonly Node[]) starts.add(start);
    for (const part of Object.values(value)) collectStarts(part, starts);
  }
}

/** @param code without white space. @returns the same with lines. */
function inLines(code: string): string {
  const starts = new Set<number>();
  collectStarts(parseAst(code), starts);
  let from = 0;
  const lines: string[] = [];
  for (const start of [...starts].sort((left, right) => left - right)) {
    lines.push(code.slice(from, start));
    from = start;
  }
  lines.push(code.slice(from));
  return lines.filter((line) => line !== '').join('\n');
}

/** A plugin of a bundle that is written without white space and without a source map. */
export function shortLines(): Plugin {
  return {
    name: 'short-lines',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) if (output.type === 'chunk') output.code = inLines(output.code);
    },
  };
}
