#!/usr/bin/env node
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { commandLineProgram, consoleProgram } from './parts.ts';

/**
 * `sendwright`, as an npm package brings it: alone it opens the console in a browser window, with a command it is the
 * command line. It reads on every Node that knows modules, so that one that is too old gets words instead of a crash.
 */

/** The oldest Node that every part runs on: undici 8 asks for it, and better-sqlite3's module crashes before 22. */
const OLDEST: readonly [major: number, minor: number] = [22, 19];

/** What only the console takes. An option alone opens it; any other word is a command's. */
const USAGE = `Usage: sendwright [--no-open] [--port <number>] [--data-dir <folder>]
       sendwright <command> …

Without a command the console opens in a browser window; with --no-open its
address is printed instead. What follows is about commands.

`;

/** @returns whether the arguments name no command and ask for nothing that the command line answers. */
function opensConsole(args: readonly string[]): boolean {
  return args.every(
    (argument, index) =>
      /^--(?:no-open|port|data-dir)(?:=|$)/.test(argument) || /^--(?:port|data-dir)$/.test(args[index - 1] ?? ''),
  );
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const args = process.argv.slice(2);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `Sendwright needs Node ${OLDEST.join('.')} or newer, and this is Node ${process.versions.node}. Install a newer one and try again.`,
  );
  process.exitCode = 1;
} else {
  if (args.length === 1 && /^(?:--help|-h)$/.test(args[0] ?? '')) process.stdout.write(USAGE);
  const program = opensConsole(args) ? consoleProgram : commandLineProgram;
  await import(pathToFileURL(path.resolve(program)).href);
}
