import { ORPCError } from '@orpc/server';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { CoreClient } from '../../../shared/contract/index.ts';
import { fail } from '../../core/errors.ts';
import type { CommonOptions } from './session.ts';
import { decodeExactly } from '../../../shared/text/decode.ts';
import { readOctets } from './text-file.ts';

/** Passphrases come from a file, the environment or a prompt; never from an argument, which every user can read. */

/** A passphrase is needed, and there is nobody to ask for it. */
export class PassphraseNeeded extends RangeError {
  readonly remedy: string;
  /** @param option that may name its file. */
  constructor(option: string, otherWay = '') {
    super('A passphrase is needed');
    this.remedy = `Give ${option}${otherWay}.`;
  }
}

const OR_VARIABLE = ', or set SENDWRIGHT_PASSPHRASE';

interface GivenPassphrase {
  /** Null where the file holds more than a line: nobody could type that. */
  readonly text: string | null;
  /** The same file as earlier versions read it: a vault may have been made so. */
  readonly asBefore: string | null;
}

const withoutLineEnd = (text: string) => text.replace(/\r?\n$/, '');

async function fromFile(option: string, file: string): Promise<GivenPassphrase> {
  const octets = await readOctets(option, file);
  const decoded = decodeExactly(octets)?.text ?? null;
  const line = decoded === null ? null : withoutLineEnd(decoded);
  const text = line === null || /[\r\n]/.test(line) ? null : line;
  const before = withoutLineEnd(octets.toString('utf8'));
  return { text, asBefore: before === text ? null : before };
}

/**
 * Asks at the terminal without showing what is typed.
 *
 * @throws PassphraseNeeded where there is no terminal.
 */
async function promptHidden(question: string, option: string, otherWay = ''): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw new PassphraseNeeded(option, otherWay);
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const done = (outcome: () => void) => {
      stdin.setRawMode(false);
      stdin.pause();
      stdin.off('data', onData);
      stderr.write('\n');
      outcome();
    };
    const onData = (part: Buffer) => {
      for (const character of part.toString('utf8')) {
        if (character === '\r' || character === '\n') return done(() => resolve(typed));
        if (character === '\u0003') return done(() => reject(new RangeError('Stopped')));
        typed = character === '\u007F' ? typed.slice(0, -1) : typed + character;
      }
      return undefined;
    };
    stdin.on('data', onData);
  });
}

/** @throws RangeError where there is no terminal to ask at. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new RangeError('This needs confirmation. Give --yes, or run it in a terminal.');
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = once(reader, 'close').then(() => 'no');
  try {
    const answer = await Promise.race([reader.question(`${question} (yes/no) `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}

/**
 * A passphrase to be used from now on. At a prompt it is asked for twice: a slip would shut the secrets away.
 *
 * @param option that may name its file.
 */
export async function readNewPassphrase(option: string, file: string | undefined): Promise<string> {
  if (file !== undefined) {
    const { text } = await fromFile(option, file);
    if (text !== null) return text;
    throw new RangeError(
      `${option}: ${file} is not a single line of UTF-8 or UTF-16 text. A passphrase is one line, so that it can be typed.`,
    );
  }
  const typed = await promptHidden('New passphrase: ', option);
  if ((await promptHidden('Repeat it: ', option)) !== typed)
    throw new RangeError('The two passphrases differ. Nothing was changed; try again.');
  return typed;
}

async function readPassphrase(options: CommonOptions): Promise<GivenPassphrase> {
  if (options.passphraseFile !== undefined) return fromFile('--passphrase-file', options.passphraseFile);
  const given = process.env.SENDWRIGHT_PASSPHRASE;
  const text = given ?? (await promptHidden('Passphrase: ', '--passphrase-file', OR_VARIABLE));
  return { text, asBefore: null };
}

/**
 * The first passphrase of a vault, where there is no current one that it could be mistaken for: from where later ones
 * come, but asked for twice at a prompt.
 */
export async function readFirstPassphrase(
  options: CommonOptions & { readonly newPassphraseFile?: string },
): Promise<string> {
  if (options.newPassphraseFile !== undefined)
    return readNewPassphrase('--new-passphrase-file', options.newPassphraseFile);
  const given = process.env.SENDWRIGHT_PASSPHRASE;
  if (options.passphraseFile === undefined && given !== undefined) return given;
  if (options.passphraseFile === undefined && !process.stdin.isTTY)
    throw new PassphraseNeeded('--passphrase-file', OR_VARIABLE);
  return readNewPassphrase('--passphrase-file', options.passphraseFile);
}

const isWrong = (error: unknown) => error instanceof ORPCError && error.code === 'WRONG_PASSPHRASE';

/**
 * Does with the current passphrase what needs it.
 *
 * @returns the passphrase that was right.
 */
export async function withPassphrase(
  options: CommonOptions,
  use: (passphrase: string) => Promise<unknown>,
  given?: GivenPassphrase,
): Promise<string> {
  const { text, asBefore } = given ?? (await readPassphrase(options));
  const candidates = [text, asBefore].filter((candidate) => candidate !== null);
  for (const [index, candidate] of candidates.entries()) {
    try {
      await use(candidate);
      return candidate;
    } catch (error) {
      if (!isWrong(error) || index === candidates.length - 1) throw error;
    }
  }
  throw new RangeError('No passphrase was given');
}

/**
 * The passphrase of a sealed file, which is not the vault’s.
 *
 * @param option that may name its file.
 */
export async function readFilePassphrase(option: string, file: string | undefined): Promise<string> {
  if (file !== undefined) return readNewPassphrase(option, file);
  return promptHidden('Passphrase of the file: ', option);
}

/** A passphrase from before the vault was reset. */
export async function withEarlierPassphrase(
  file: string | undefined,
  use: (passphrase: string) => Promise<unknown>,
): Promise<void> {
  const option = '--earlier-passphrase-file';
  const given =
    file === undefined
      ? { text: await promptHidden('Earlier passphrase: ', option), asBefore: null }
      : await fromFile(option, file);
  await withPassphrase({}, use, given);
}

/** @throws an error of the contract where no passphrase can open the vault. */
export async function checkHasPassphrase(client: CoreClient): Promise<void> {
  const { vault } = await client.state.snapshot({});
  if (vault.state === 'none')
    throw fail('VAULT_LOCKED', 'No passphrase was chosen yet', { remedy: 'Choose one with: vault passphrase.' });
  if (vault.keepers.includes('passphrase')) return;
  throw fail('VAULT_LOCKED', 'Only the system keychain opens this vault, and the command line can’t ask it', {
    remedy: 'Choose a passphrase in the console’s window, under Vault; or reset the vault with: vault reset.',
  });
}

/** Opens the vault, choosing the passphrase where there is none yet. */
export async function openVault(client: CoreClient, options: CommonOptions): Promise<void> {
  const { vault } = await client.state.snapshot({});
  if (vault.state === 'open') return;
  if (vault.state === 'none') {
    const passphrase = await readFirstPassphrase(options);
    try {
      await client.vault.create({ passphrase });
      return;
    } catch (error) {
      // Another command has begun the vault in the meantime.
      if (!(error instanceof ORPCError) || error.code !== 'CONFLICT') throw error;
    }
    await client.vault.unlock({ passphrase });
    return;
  }
  await checkHasPassphrase(client);
  await withPassphrase(options, (passphrase) => client.vault.unlock({ passphrase }));
}

/**
 * Opens the vault for what goes without it as well, where its passphrase is given; nobody is asked.
 *
 * @returns whether all that is sealed under the key in force can be looked for.
 */
export async function openVaultWhereGiven(client: CoreClient, options: CommonOptions): Promise<boolean> {
  const { vault } = await client.state.snapshot({});
  if (vault.state === 'open' || vault.sealed.serviceKeys + vault.sealed.dkimKeys === 0) return true;
  const isGiven = options.passphraseFile !== undefined || process.env.SENDWRIGHT_PASSPHRASE !== undefined;
  if (!isGiven || !vault.keepers.includes('passphrase')) return false;
  await openVault(client, options);
  return true;
}
