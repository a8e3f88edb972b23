import type { Command } from 'commander';
import { Option } from 'commander';
import path from 'node:path';
import type { SenderKind } from '../../../shared/evidence/senders/senders.ts';
import { common, withSession } from './command.ts';
import type { MessageOptions } from './message-work.ts';
import type { Terminal } from './output.ts';
import type { StepOptions } from './step-work.ts';
import type { CommonOptions } from './session.ts';
import { withDnsSource } from './dns-source.ts';

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
  throw new RangeError(`${option}: “${text}” is not a number of days. Give ${least} to 36500, or “forever”.`);
}

/** `evidence …`: what came back from mail. Its readers are loaded when one of the commands is called. */
export function addEvidenceCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const evidence = program.command('evidence').description('what came back from mail: reports, messages, bounces');
  common(
    evidence
      .command('import')
      .description('import DMARC and TLS reports from files, archives, e-mail files, mailboxes and folders')
      .argument('<paths...>')
      .option('--dry-run', 'read only: nothing is kept'),
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
      .description('who sends in a domain’s name, according to the imported reports')
      .argument('<domain>')
      .option('--days <number>', 'only this many days back', Number)
      .option('--csv', 'as a CSV table'),
  ).action(async (domain: string, options: CommonOptions & { readonly days?: number; readonly csv?: boolean }) => {
    const { listSenders } = await import('./evidence-work.ts');
    finish(await withSession(terminal, options, listSenders(domain, options.days ?? null, options.csv === true)));
  });
  common(evidence.command('domains').description('the domains that have reports')).action(
    async (options: CommonOptions) => {
      const { listEvidenceDomains } = await import('./evidence-work.ts');
      finish(await withSession(terminal, options, listEvidenceDomains));
    },
  );
  common(
    evidence
      .command('volume')
      .description('the mail in a domain’s name day by day, according to the reports')
      .argument('<domain>')
      .option('--days <number>', 'only this many days back', Number)
      .option('--by-sender', 'each of the largest senders apart'),
  ).action(async (domain: string, options: CommonOptions & { readonly days?: number; readonly bySender?: true }) => {
    const { listSenderVolume, listVolume } = await import('./evidence-work.ts');
    const list = options.bySender === true ? listSenderVolume : listVolume;
    finish(await withSession(terminal, options, list(domain, options.days ?? null)));
  });
  common(
    evidence
      .command('tls')
      .description('TLS to a domain’s mail servers, according to the senders’ reports')
      .argument('<domain>'),
  ).action(async (domain: string, options: CommonOptions) => {
    const { listTls } = await import('./evidence-work.ts');
    finish(await withSession(terminal, options, listTls(domain)));
  });
  common(
    evidence
      .command('name')
      .description('classify a sender')
      .argument('<domain>')
      .argument('<sender>', 'its key, as shown by evidence senders')
      .addOption(
        new Option('--kind <kind>', 'what it is').choices(['ours', 'known', 'unknown', 'forwarding', 'forgery']),
      )
      .option('--name <name>', 'its display name; default: its key')
      .option('--forget', 'clear the classification'),
  ).action(async (domain: string, key: string, options: CommonOptions & NameOptions) => {
    const { nameTheSender } = await import('./evidence-work.ts');
    if (options.kind === undefined && options.forget !== true) throw new RangeError('Give its kind with --kind.');
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
    const { allowSender } = await import('./evidence-work.ts');
    finish(await withSession(terminal, options, allowSender(domain, addresses)));
  });
  common(
    evidence
      .command('step')
      .description(
        'the next step of a domain’s DMARC policy: what it needs, and what it would have done to the reported mail',
      )
      .argument('<domain>')
      .option('--prepare', 'put it into the prepared records; nothing is published')
      .option('--reports <mailbox>', 'where aggregate reports shall go, for the step that asks for them')
      .addOption(
        new Option('--written-by <writers>', 'who writes from the domain; kept').choices(['people', 'programs']),
      ),
  ).action(async (domain: string, options: CommonOptions & StepOptions) => {
    const { policyStep } = await import('./step-work.ts');
    finish(await withSession(terminal, options, policyStep(domain, options)));
  });
  common(
    evidence
      .command('forget')
      .description('delete imported reports and messages')
      .option('--domain <domain>', 'only those about this domain')
      .option('--before <date>', 'only reports that ended, and messages imported, before this day, such as 2025-12-31')
      .option('--persons', 'only addresses and texts from messages; verdicts and reports stay')
      .option('--all', 'every one'),
  ).action(async (options: CommonOptions & ForgetOptions) => {
    const { forgetKept } = await import('./evidence-work.ts');
    const { domain, before, all, persons } = options;
    if (domain === undefined && before === undefined && all !== true && persons !== true)
      throw new RangeError('Name what to delete: --domain, --before, --persons, or --all.');
    const time = before === undefined ? null : Date.parse(before);
    if (Number.isNaN(time)) throw new RangeError(`--before: “${before}” is not a date. Write one such as 2025-12-31.`);
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
      .description('how long evidence is kept, in days since its import; without an option: show it')
      .option('--reports <days>', 'reports, or “forever”')
      .option('--mails <days>', 'verdicts of bounces, messages and failure reports, or “forever”; 0: none is kept')
      .option('--personal <days>', 'people’s addresses and texts from messages, or “forever”; 0: none is kept'),
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
      .description('imported bounces, messages and failure reports, newest first')
      .argument('[domain]', 'only with this domain in From'),
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
      .argument('<file>', 'a message, or text copied from one; - for standard input')
      .option('--domain <domain>', 'that the message was sent from, where the bounce does not give it back'),
  ).action(async (file: string, options: CommonOptions & { readonly domain?: string }) => {
    const { explainBounce } = await import('./bounce-work.ts');
    finish(await explainBounce(file, options, terminal));
  });
  withDnsSource(
    evidence
      .command('message')
      .description('how a receiver judges a message: SPF, DKIM, DMARC, ARC, its path, unsubscribing')
      .argument('<file>', 'the message with its header; - for standard input'),
  )
    .option('--ip <address>', 'the address that the receiving server saw; default: that of the newest Received field')
    .option('--helo <name>', 'the name that it gave')
    .option('--mail-from <address>', 'MAIL FROM; empty for a null sender')
    .option('--at <time>', 'time of receipt, for signatures that expire; default: now')
    .option('--data-dir <folder>', 'data folder with newer receivers’ rules; default: the system’s')
    .action(async (file: string, options: MessageOptions) => {
      const { explainMessage } = await import('./message-work.ts');
      finish(await explainMessage(file, options, terminal));
    });
}
