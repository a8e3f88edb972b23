import type { Command } from 'commander';
import { Option } from 'commander';
import path from 'node:path';
import type { SenderKind } from '../../../shared/evidence/senders/senders.ts';
import { common, withSession } from './command.ts';
import type { MessageOptions } from './message-work.ts';
import type { Terminal } from './output.ts';
import type { CommonOptions } from './session.ts';
import { withWhere } from './where.ts';

interface NameOptions {
  readonly kind?: SenderKind;
  readonly name?: string;
  readonly forget?: boolean;
}

interface WatchOptions {
  readonly stop?: boolean;
  readonly now?: boolean;
}

interface KeepOptions {
  readonly reports?: string;
  readonly mails?: string;
  readonly personal?: string;
}

interface ForgetOptions {
  readonly persons?: boolean;
  readonly domain?: string;
  readonly before?: string;
  readonly all?: boolean;
}

/** @throws RangeError for what is neither a number of days nor “forever”. */
function daysOption(option: string, text: string, least: number): number | null {
  if (text === 'forever') return null;
  const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (days >= least && days <= 36_500) return days;
  throw new RangeError(`${option}: “${text}” is no number of days. Give ${least} to 36500, or “forever”.`);
}

/** `evidence …`: what came back from mail. Its readers are loaded when one of the commands is called. */
export function addEvidenceCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const evidence = program.command('evidence').description('what came back from mail: reports, messages, bounces');
  common(
    evidence
      .command('import')
      .description('read DMARC and TLS reports out of files, archives, mails, mailboxes and folders, and keep them')
      .argument('<paths...>')
      .option('--dry-run', 'read alone: nothing is kept'),
  ).action(async (paths: readonly string[], options: CommonOptions & { readonly dryRun?: boolean }) => {
    const { importInto, readEvidence } = await import('./evidence-work.ts');
    const isDryRun = options.dryRun === true;
    finish(
      isDryRun
        ? await readEvidence(paths, options.json === true, terminal)
        : await withSession(terminal, options, importInto(paths.map((each) => path.resolve(each)))),
    );
  });
  common(
    evidence
      .command('watch')
      .description('watch a folder, whose new files are read while a console runs; without one: list the folders')
      .argument('[folder]')
      .option('--stop', 'watch it no longer; what was read of it stays')
      .option('--now', 'look through the watched folders now'),
  ).action(async (folder: string | undefined, options: CommonOptions & WatchOptions) => {
    const { watchFolders } = await import('./watch-work.ts');
    if (options.stop === true && folder === undefined) throw new RangeError('--stop: name the folder.');
    const chosen = folder === undefined ? null : path.resolve(folder);
    finish(await withSession(terminal, options, watchFolders(chosen, options.stop === true, options.now === true)));
  });
  common(
    evidence
      .command('senders')
      .description('who sends in a domain’s name, by the reports that were imported')
      .argument('<domain>')
      .option('--days <number>', 'of the last so many days alone', Number)
      .option('--csv', 'as a table for a spreadsheet'),
  ).action(async (domain: string, options: CommonOptions & { readonly days?: number; readonly csv?: boolean }) => {
    const { listSenders } = await import('./evidence-work.ts');
    finish(await withSession(terminal, options, listSenders(domain, options.days ?? null, options.csv === true)));
  });
  common(evidence.command('domains').description('the domains of which there are reports')).action(
    async (options: CommonOptions) => {
      const { listEvidenceDomains } = await import('./evidence-work.ts');
      finish(await withSession(terminal, options, listEvidenceDomains));
    },
  );
  common(
    evidence
      .command('volume')
      .description('the mail in a domain’s name day by day, by the reports')
      .argument('<domain>')
      .option('--days <number>', 'of the last so many days alone', Number),
  ).action(async (domain: string, options: CommonOptions & { readonly days?: number }) => {
    const { listVolume } = await import('./evidence-work.ts');
    finish(await withSession(terminal, options, listVolume(domain, options.days ?? null)));
  });
  common(
    evidence
      .command('tls')
      .description('TLS to a domain’s mail servers, by the reports of those who sent to them')
      .argument('<domain>'),
  ).action(async (domain: string, options: CommonOptions) => {
    const { listTls } = await import('./evidence-work.ts');
    finish(await withSession(terminal, options, listTls(domain)));
  });
  common(
    evidence
      .command('name')
      .description('say what a sender is; it stays so')
      .argument('<domain>')
      .argument('<sender>', 'its key, as evidence senders shows it')
      .addOption(
        new Option('--kind <kind>', 'what it is').choices(['ours', 'known', 'unknown', 'forwarding', 'forgery']),
      )
      .option('--name <name>', 'how it is called; its key unless given')
      .option('--forget', 'take back what was said'),
  ).action(async (domain: string, key: string, options: CommonOptions & NameOptions) => {
    const { nameTheSender } = await import('./evidence-work.ts');
    if (options.kind === undefined && options.forget !== true) throw new RangeError('Say what it is with --kind.');
    const word = options.kind === undefined ? null : { name: options.name ?? key, kind: options.kind };
    finish(await withSession(terminal, options, nameTheSender(domain, key, options.forget === true ? null : word)));
  });
  common(
    evidence
      .command('let-send')
      .description('put addresses of a sender into the prepared SPF record; nothing is published')
      .argument('<domain>')
      .argument('<addresses...>', 'IPv4 or IPv6 addresses, as evidence senders shows them'),
  ).action(async (domain: string, addresses: readonly string[], options: CommonOptions) => {
    const { letItSend } = await import('./evidence-work.ts');
    finish(await withSession(terminal, options, letItSend(domain, addresses)));
  });
  common(
    evidence
      .command('forget')
      .description('delete reports and mails that were kept')
      .option('--domain <domain>', 'those about this domain alone')
      .option('--before <date>', 'reports that ended, and mails brought in, before this day alone, as 2025-12-31')
      .option('--persons', 'the addresses and words of mails alone; verdicts and reports stay')
      .option('--all', 'every one'),
  ).action(async (options: CommonOptions & ForgetOptions) => {
    const { forgetKept } = await import('./evidence-work.ts');
    const { domain, before, all, persons } = options;
    if (domain === undefined && before === undefined && all !== true && persons !== true)
      throw new RangeError('Name what is to be forgotten: --domain, --before, --persons, or --all.');
    const time = before === undefined ? null : Date.parse(before);
    if (Number.isNaN(time)) throw new RangeError(`--before: “${before}” is no day. Write one such as 2025-12-31.`);
    finish(
      await withSession(
        terminal,
        options,
        forgetKept({ domain: domain ?? null, before: time, what: persons === true ? 'persons' : 'everything' }),
      ),
    );
  });
  common(
    evidence
      .command('keep')
      .description('how long evidence is kept, in days since it was brought in; without an option: shows it')
      .option('--reports <days>', 'reports, or “forever”')
      .option('--mails <days>', 'verdicts of bounces, messages and failure reports, or “forever”; 0: none is kept')
      .option('--personal <days>', 'addresses of people and words out of mails, or “forever”; 0: none is kept'),
  ).action(async (options: CommonOptions & KeepOptions) => {
    const { keepFor } = await import('./evidence-work.ts');
    const { reports, mails, personal } = options;
    const chosen = {
      ...(reports === undefined ? {} : { reportDays: daysOption('--reports', reports, 1) }),
      ...(mails === undefined ? {} : { mailDays: daysOption('--mails', mails, 0) }),
      ...(personal === undefined ? {} : { personalDays: daysOption('--personal', personal, 0) }),
    };
    finish(await withSession(terminal, options, keepFor(chosen)));
  });
  common(
    evidence
      .command('mails')
      .description('bounces, messages and failure reports that were kept, the newest first')
      .argument('[domain]', 'of this domain in From alone'),
  ).action(async (domain: string | undefined, options: CommonOptions) => {
    const { listMails } = await import('./evidence-work.ts');
    finish(await withSession(terminal, options, listMails(domain ?? null)));
  });
  common(
    evidence
      .command('bounce')
      .description(
        'why a message was refused, which record mends it, and what the manual of its domain says of that record',
      )
      .argument('<file>', 'a mail, or what was copied out of one; - for the standard input')
      .option('--domain <domain>', 'that the message was sent from, where the bounce does not give it back'),
  ).action(async (file: string, options: CommonOptions & { readonly domain?: string }) => {
    const { explainBounce } = await import('./bounce-work.ts');
    finish(await explainBounce(file, options, terminal));
  });
  withWhere(
    evidence
      .command('message')
      .description('what a receiver makes of a message: SPF, DKIM, DMARC, ARC, its way, unsubscribing')
      .argument('<file>', 'the message with its header; - for the standard input'),
  )
    .option('--ip <address>', 'the address that the receiving server saw; else the one of the newest Received field')
    .option('--helo <name>', 'the name that it gave')
    .option('--mail-from <address>', 'MAIL FROM; empty for a message that is not to be answered')
    .option('--at <time>', 'when it is read, for signatures that expire; else now')
    .option('--data-dir <folder>', 'data folder with newer receivers’ rules, instead of the system’s')
    .action(async (file: string, options: MessageOptions) => {
      const { explainMessage } = await import('./message-work.ts');
      finish(await explainMessage(file, options, terminal));
    });
}
