import type { Command } from 'commander';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../main/hosts/cli/commands.ts';
import { guarded } from '../../../main/hosts/cli/output.ts';
import { contract } from '../../../shared/contract/index.ts';

/** What the console can do is there by command too, and docs/cli.md tells of it. */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const commandFolder = path.join(root, 'main', 'hosts', 'cli');

/** What has no use without a window, or has another way at a terminal; each says why. */
const WINDOW_ALONE: Readonly<Record<string, string>> = {
  'state.changes': 'redraws what a window shows; a command ends with its answer',
  'window.reportFault': 'tells of faults in the window itself',
  'links.taken': 'a link opens a window',
  'settings.saveDraft': 'keeps what is typed in a form and not saved',
  'settings.discardDraft': 'gives up what is typed in a form and not saved',
  'service.ask': 'asks while a window is open and nobody waits; a command waits for its answer',
  'vault.inUse': 'tells that somebody works with the window',
  'vault.lock': 'a command forgets the key when it ends; vault lock asks the window that runs',
  'vault.useSession': 'keeps secrets until a window is closed',
  'vault.openWithKeychain': 'the desktop program alone can ask the system keychain',
  'vault.addKeychain': 'the desktop program alone can ask the system keychain',
  'evidence.read': 'takes files that are dropped on a window; evidence import reads them from disk',
  'evidence.readUpload':
    'takes a large file that is dropped on a window part by part; evidence import reads it from disk',
  'evidence.mail': 'takes a mail that is dropped on a window; evidence message and bounce read it from disk',
  'domains.lookAtZone': 'tells of a zone while it is being pasted; zone lint reads one from disk',
  'transfer.texts': 'a command hands over the text files of a folder at once',
  'transfer.drop': 'a command ends with its core, and forgets with it',
  'copies.list': 'backup list reads the data folder without opening its file',
  'copies.make': 'backup make works where no console can start',
  'copies.look': 'backup list and backup restore tell what is in a copy',
  'copies.restore': 'backup restore puts it back at once, for a command holds no file open',
  'jobs.list': 'finds the jobs of a window that was closed; a command follows its own to the end',
  'practice.open': 'the practice service runs as long as the window',
  'practice.state': 'the practice service runs as long as the window',
  'practice.setFault': 'the practice service runs as long as the window',
  'practice.reset': 'the practice service runs as long as the window',
  'practice.publish': 'the practice service runs as long as the window',
  'practice.mail': 'the practice service runs as long as the window',
};

const procedures = Object.entries(contract).flatMap(([area, parts]) =>
  Object.keys(parts).map((procedure) => `${area}.${procedure}`),
);

function calledByCommands(): ReadonlySet<string> {
  const text = readdirSync(commandFolder)
    .map((name) => readFileSync(path.join(commandFolder, name), 'utf8'))
    .join('\n');
  return new Set([...text.matchAll(/\bclient\.([a-zA-Z]+\.[a-zA-Z]+)\(/g)].map(([, called]) => called ?? ''));
}

const silent = guarded({ out: () => undefined, error: () => undefined });

/** Every command that does something, by the words that call it. */
function leaves(command: Command, words: readonly string[] = []): readonly (readonly [string, Command])[] {
  const below = command.commands.filter((each) => each.name() !== 'help');
  if (below.length === 0) return [[words.join(' '), command]];
  return below.flatMap((each) => leaves(each, [...words, each.name()]));
}

const commands = new Map(leaves(createProgram(silent, () => undefined)));
const COMMON = new Set(['--data-dir', '--workspace', '--passphrase-file', '--json', '--help', '--version']);

/** The code spans in the first column of the table of commands. */
const spans = readFileSync(path.join(root, 'docs', 'cli.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => [...(/^\| (.*?) (?<!\\)\|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)])
  .map(([, span]) => (span ?? '').replaceAll('\\|', '|'));

/** What the span calls: the longest run of its first words that is a command. */
function calledBy(span: string): string | undefined {
  const words = span.split(' ');
  return words
    .map((_word, index) => words.slice(0, words.length - index).join(' '))
    .find((candidate) => commands.has(candidate));
}

describe('the commands', () => {
  const called = calledByCommands();

  it.each(procedures)('reach %s, or say why a window alone does', (procedure) => {
    expect(called.has(procedure) !== procedure in WINDOW_ALONE).toBe(true);
  });

  it('leave nothing to the window that there is not', () => {
    expect(Object.keys(WINDOW_ALONE).filter((procedure) => !procedures.includes(procedure))).toEqual([]);
  });
});

describe('docs/cli.md', () => {
  it('tells of every command', () => {
    const told = new Set(spans.map(calledBy));
    expect([...commands.keys()].filter((name) => !told.has(name))).toEqual([]);
  });

  it('tells of no command and no option that there is not', () => {
    const wrong = spans.flatMap((span) => {
      const command = commands.get(calledBy(span) ?? '');
      if (command === undefined) return [span];
      const known = new Set(command.options.map(({ long }) => long));
      return [...span.matchAll(/--[a-z][a-z0-9-]*/g)]
        .map(([option]) => option)
        .filter((option) => !known.has(option))
        .map((option) => `${option} in ${span}`);
    });
    expect(wrong).toEqual([]);
  });

  it.each([...commands])('tells of every option of %s', (name, command) => {
    const own = spans.filter((span) => calledBy(span) === name).join(' ');
    const isElsewhere = (option: string) =>
      own.includes('[the same') ||
      (own.includes('WHERE') && ['--zone', '--origin', '--server'].includes(option)) ||
      COMMON.has(option);
    const silentOn = command.options
      .flatMap(({ long }) => (long == null ? [] : [long]))
      .filter((option) => !isElsewhere(option) && !new RegExp(`${option}(?![a-z-])`).test(own));
    expect(silentOn).toEqual([]);
  });
});
