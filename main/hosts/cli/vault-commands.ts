import { counted } from '../../../shared/text/counted.ts';
import type { Command } from 'commander';
import type { CoreClient } from '../../../shared/contract/index.ts';
import type { VaultState } from '../../../shared/contract/vault.ts';
import { allSecrets, secretWords } from '../../../shared/vault/words.ts';
import { copiesOf } from '../../core/copies.ts';
import { fail } from '../../core/errors.ts';
import { dataFolder } from '../data-folder.ts';
import type { InstanceAnswer } from '../instance.ts';
import { askInstance } from '../instance.ts';
import { common, withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { columns, exitCodes, print } from './output.ts';
import {
  checkHasPassphrase,
  confirm,
  openVault,
  readFirstPassphrase,
  readNewPassphrase,
  withEarlierPassphrase,
  withPassphrase,
} from './passphrase.ts';
import type { CommonOptions } from './session.ts';

/**
 * `vault …`: what keeps the secrets of a data folder, and the ways out when it does not open.
 *
 * A command opens the vault for itself alone and forgets the key when it ends. A console that runs on the same folder is
 * asked to lock over its socket; no passphrase is ever sent there, so it is unlocked in its own window.
 */

const LONGEST_IDLE_MINUTES = 1440;

type Finish = (code: number) => void;

const STATES: Readonly<Record<VaultState['state'], string>> = {
  none: 'no passphrase was chosen yet: secrets can’t be kept',
  locked: 'locked: each command that needs secrets asks for the passphrase',
  open: 'open',
  session: 'this session only',
};

const KEEPERS: Readonly<Record<VaultState['keepers'][number], string>> = {
  passphrase: 'a passphrase',
  'os-keychain': 'the system keychain (in the desktop window)',
};

const CONSOLE_STATES: Readonly<Record<string, string>> = {
  none: 'running; it has no vault yet',
  locked: 'running; its vault is locked',
  open: 'running; its vault is open',
  session: 'running; it keeps secrets for this session only',
};

function statusLines(vault: VaultState, asked: InstanceAnswer): readonly string[] {
  const opens = vault.keepers.map((keeper) => KEEPERS[keeper]).join(', ');
  const unknown = 'running; state unknown (starting, or an older version)';
  return columns([
    ['vault', STATES[vault.state]],
    ...(opens === '' ? [] : [['opens with', opens]]),
    ['sealed', secretWords(vault.sealed)],
    ...(allSecrets(vault.waiting) === 0
      ? []
      : [
          ['to be entered again', secretWords(vault.waiting)],
          [
            '  unless opened by',
            vault.waitingFor
              .map((keeper) => KEEPERS[keeper])
              .join(', ')
              .replace('a pass', 'an earlier pass'),
          ],
        ]),
    ['console', asked.running ? (CONSOLE_STATES[asked.word ?? ''] ?? unknown) : 'not running on this data folder'],
  ]);
}

const consoleState = (asked: InstanceAnswer) => (asked.running ? (asked.word ?? 'unknown') : 'not-running');

async function vaultOf(client: CoreClient): Promise<VaultState> {
  return (await client.state.snapshot({})).vault;
}

async function status(options: CommonOptions, terminal: Terminal): Promise<number> {
  return withSession(terminal, options, async ({ client }) => {
    const vault = await vaultOf(client);
    const asked = await askInstance(dataFolder(options.dataDir), 'vault-state');
    print(terminal, options.json === true, { ...vault, console: consoleState(asked) }, statusLines(vault, asked));
    return exitCodes.ok;
  });
}

async function unlock(options: CommonOptions, terminal: Terminal): Promise<number> {
  return withSession(terminal, options, async ({ client }) => {
    await checkHasPassphrase(client);
    await withPassphrase(options, (passphrase) => client.vault.unlock({ passphrase }));
    const vault = await vaultOf(client);
    const asked = await askInstance(dataFolder(options.dataDir), 'vault-state');
    const isLockedThere = asked.running && asked.word === 'locked';
    print(terminal, options.json === true, { ...vault, console: consoleState(asked) }, [
      'The passphrase opens the vault; this command forgets it now.',
      ...(isLockedThere ? ['The running console is still locked: unlock it in its window.'] : []),
    ]);
    return exitCodes.ok;
  });
}

const LOCKED: Readonly<Record<string, string>> = {
  open: 'The vault of the running console is locked now.',
  locked: 'The vault of the running console was locked already.',
  session: 'The running console has forgotten the secrets that it kept for its session.',
  none: 'The running console has no vault yet: there is nothing to lock.',
};

async function lock(options: CommonOptions, terminal: Terminal): Promise<number> {
  const asked = await askInstance(dataFolder(options.dataDir), 'lock-vault');
  if (asked.running && asked.word === null)
    throw fail('UNAVAILABLE', 'The running console did not lock its vault', {
      remedy:
        'Lock it in its window. If it is still starting, try again; if it is an older version, quit it and start this one.',
    });
  const before = asked.running ? asked.word : null;
  const nothing =
    'No console is running on this data folder. A command opens the vault for itself alone, so nothing is open.';
  print(terminal, options.json === true, { console: before === null ? 'not-running' : 'locked', before }, [
    before === null ? nothing : (LOCKED[before] ?? nothing),
  ]);
  return exitCodes.ok;
}

const KEYCHAIN_AGAIN = 'The desktop window asks for it once; then the system keychain opens the vault again.';

interface PassphraseOptions extends CommonOptions {
  readonly newPassphraseFile?: string;
}

async function changePassphrase(options: PassphraseOptions, terminal: Terminal): Promise<number> {
  if (options.passphraseFile === '-' && options.newPassphraseFile === '-')
    throw new RangeError('The standard input can give one passphrase. Name a file for the other.');
  const readNew = () => readNewPassphrase('--new-passphrase-file', options.newPassphraseFile);
  return withSession(terminal, options, async ({ client }) => {
    const before = await vaultOf(client);
    let told: readonly string[];
    if (before.state === 'none') {
      await client.vault.create({ passphrase: await readFirstPassphrase(options) });
      told = ['The passphrase is chosen. Secrets are sealed with it from now on.'];
    } else {
      await checkHasPassphrase(client);
      // The current one first, so that nobody thinks of a new one in vain.
      const current = await withPassphrase(options, (passphrase) => client.vault.unlock({ passphrase }));
      await client.vault.changePassphrase({ current, next: await readNew() });
      const hadKeychain = before.keepers.includes('os-keychain');
      told = ['The passphrase is changed, and everything was sealed again.', ...(hadKeychain ? [KEYCHAIN_AGAIN] : [])];
    }
    print(terminal, options.json === true, await vaultOf(client), told);
    return exitCodes.ok;
  });
}

async function newKey(options: CommonOptions, terminal: Terminal): Promise<number> {
  return withSession(terminal, options, async ({ client }) => {
    await checkHasPassphrase(client);
    const before = await vaultOf(client);
    let compacted = false;
    await withPassphrase(options, async (passphrase) => {
      ({ compacted } = await client.vault.renewKey({ passphrase }));
    });
    const hadKeychain = before.keepers.includes('os-keychain');
    print(terminal, options.json === true, { ...(await vaultOf(client)), compacted }, [
      'The vault has a new key, and everything was sealed again. The passphrase is the same.',
      'Copies of the data folder made until now open with what opened them: delete those that nobody needs.',
      ...copiesOf(dataFolder(options.dataDir)).map(({ file }) => `  ${file}`),
      ...(compacted
        ? []
        : ['The data file could not be rewritten: another program held it, or the disk is full. Run this again.']),
      ...(hadKeychain ? [KEYCHAIN_AGAIN] : []),
    ]);
    return exitCodes.ok;
  });
}

async function idleLock(given: string | undefined, options: CommonOptions, terminal: Terminal): Promise<number> {
  const minutes = given === 'off' || given === undefined ? null : Number(given);
  if (minutes !== null && !(Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST_IDLE_MINUTES))
    throw new RangeError(`${given} is not a time. Give whole minutes from 1 to ${LONGEST_IDLE_MINUTES}, or off.`);
  return withSession(terminal, options, async ({ client }) => {
    const set = given === undefined ? await client.vault.idleLock({}) : await client.vault.setIdleLock({ minutes });
    print(terminal, options.json === true, set, [
      set.minutes === null
        ? 'The vault of a console is never locked automatically.'
        : counted(set.minutes, {
            one: 'The vault of a console is locked after {count} minute without work, and when the computer goes to sleep.',
            other:
              'The vault of a console is locked after {count} minutes without work, and when the computer goes to sleep.',
          }),
    ]);
    return exitCodes.ok;
  });
}

interface BeginAnewOptions extends PassphraseOptions {
  readonly yes?: boolean;
}

async function beginAnew(options: BeginAnewOptions, terminal: Terminal): Promise<number> {
  return withSession(terminal, options, async ({ client }) => {
    const before = await vaultOf(client);
    if (before.state === 'none')
      throw fail('CONFLICT', 'Nothing was sealed in this data folder yet', {
        remedy: 'Choose the first passphrase with: vault passphrase.',
      });
    const sealed = secretWords(before.sealed);
    if (options.yes !== true) {
      terminal.error(
        `A new passphrase seals secrets from now on. What is sealed is kept, and has to be entered again: ${sealed}.\n` +
          'It comes back when the old passphrase or the old keychain opens it again.\n',
      );
      if (!(await confirm('Reset the vault?'))) {
        print(terminal, options.json === true, before, ['Nothing was changed.']);
        return exitCodes.ok;
      }
    }
    const vault = await client.vault.beginAnew({ passphrase: await readFirstPassphrase(options) });
    print(terminal, options.json === true, vault, [
      'The vault was reset.',
      ...(allSecrets(vault.waiting) === 0 ? [] : [`To be entered again: ${secretWords(vault.waiting)}.`]),
    ]);
    return exitCodes.ok;
  });
}

interface BringBackOptions extends CommonOptions {
  readonly earlierPassphraseFile?: string;
}

async function bringBack(options: BringBackOptions, terminal: Terminal): Promise<number> {
  if (options.passphraseFile === '-' && options.earlierPassphraseFile === '-')
    throw new RangeError('The standard input can give one passphrase. Name a file for the other.');
  return withSession(terminal, options, async ({ client }) => {
    await openVault(client, options);
    const before = await vaultOf(client);
    await withEarlierPassphrase(options.earlierPassphraseFile, (passphrase) => client.vault.bringBack({ passphrase }));
    const vault = await vaultOf(client);
    const came = allSecrets(before.waiting) - allSecrets(vault.waiting);
    print(terminal, options.json === true, vault, [
      counted(came, { one: '{count} secret came back.', other: '{count} secrets came back.' }),
      ...(allSecrets(vault.waiting) === 0 ? [] : [`Still to be entered again: ${secretWords(vault.waiting)}.`]),
    ]);
    return exitCodes.ok;
  });
}

/** Adds the commands to the program; each ends with a documented exit code. */
export function addVaultCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const vault = program.command('vault').description('the vault that protects the secrets of a data folder');
  const newPassphrase = '--new-passphrase-file <file>';
  common(
    vault.command('status').description('what opens the vault, what is sealed, and whether a console is running'),
  ).action(async (options: CommonOptions) => finish(await status(options, terminal)));
  common(vault.command('unlock').description('try the passphrase')).action(async (options: CommonOptions) =>
    finish(await unlock(options, terminal)),
  );
  common(vault.command('lock').description('lock the vault of the console that runs on the data folder')).action(
    async (options: CommonOptions) => finish(await lock(options, terminal)),
  );
  common(vault.command('idle-lock').argument('[minutes]', 'from 1 to 1440, or off; without it the setting is shown'))
    .description('lock a console’s vault when nobody is using it, and on sleep')
    .action(async (minutes: string | undefined, options: CommonOptions) =>
      finish(await idleLock(minutes, options, terminal)),
    );
  common(vault.command('passphrase').description('change the passphrase, or choose the first'))
    .option(newPassphrase, 'file that holds the new passphrase')
    .action(async (options: PassphraseOptions) => finish(await changePassphrase(options, terminal)));
  common(vault.command('new-key').description('seal everything under a new key, with the same passphrase')).action(
    async (options: CommonOptions) => finish(await newKey(options, terminal)),
  );
  common(vault.command('reset').description('a new passphrase for a vault that can no longer be opened'))
    .option(newPassphrase, 'file that holds the new passphrase')
    .option('--yes', 'skip the confirmation')
    .action(async (options: BeginAnewOptions) => finish(await beginAnew(options, terminal)));
  common(vault.command('bring-back').description('open what was sealed before the vault was reset'))
    .option('--earlier-passphrase-file <file>', 'file that holds the passphrase of that time')
    .action(async (options: BringBackOptions) => finish(await bringBack(options, terminal)));
}
