import type { Command } from 'commander';
import type { KeyPairCheck } from '../../../shared/dkim/generate.ts';
import { checkKeyPair, generateDkimKey } from '../../../shared/dkim/generate.ts';
import { inspectDkim } from '../../../shared/dkim/inspect.ts';
import { lintDkimAnswer } from '../../../shared/dkim/key-record.ts';
import { dkimName, isSelector } from '../../../shared/dkim/selector.ts';
import { quoteTxt, splitTxt } from '../../../shared/dns/txt.ts';
import type { RotationPlan } from '../../../shared/dkim/rotation.ts';
import { instantText } from '../../../shared/text/instant.ts';
import { withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { codeFor, columns, exitCodes, findingLines, print, refusePrivateKey } from './output.ts';
import type { CommonOptions } from './session.ts';
import { openVault } from './passphrase.ts';
import { chosenWorkspace } from './session.ts';
import { readSecretFile } from './text-file.ts';

/** `sendwright dkim`: key records and key pairs without a data folder or a network; rotation of a domain's keys with one. */

const PAIRS: Readonly<Record<KeyPairCheck, string>> = {
  match: 'The private key matches this record.',
  mismatch: 'The private key does not match this record.',
  unreadable: 'The private key can’t be read: it must be PKCS #8 or PKCS #1 in PEM, not encrypted.',
  'no-key': 'There is no usable key in the record to compare with.',
};

interface InspectOptions {
  readonly privateKeyFile?: string;
  readonly fix?: boolean;
  readonly json?: boolean;
}

async function inspect(records: readonly string[], options: InspectOptions, terminal: Terminal): Promise<number> {
  refusePrivateKey(...records);
  const [record = ''] = records;
  const inspections = records.map(inspectDkim);
  const [first] = inspections;
  const key = first?.key ?? null;
  const findings =
    records.length === 1
      ? (first?.findings ?? [])
      : lintDkimAnswer(inspections.map(({ value }, index) => value || (records[index] as string)));
  const pair =
    options.privateKeyFile === undefined
      ? undefined
      : await checkKeyPair(await readSecretFile('--private-key-file', options.privateKeyFile), first?.value ?? record);
  const fixed = records.length === 1 ? (first?.fixed ?? null) : null;
  if (options.fix === true && records.length === 1) {
    if (fixed !== null) {
      terminal.out(`${fixed}\n`);
      return codeFor(lintDkimAnswer([fixed]));
    }
    // Half a repair would be taken for a whole one.
    terminal.error(`${['The record can’t be fixed automatically:', ...findingLines(findings, record)].join('\n')}\n`);
    return exitCodes.notVerified;
  }
  const revoked = key?.publicKey === '' ? ', revoked' : '';
  print(terminal, options.json === true, { key, findings, ...(pair === undefined ? {} : { pair }) }, [
    key === null ? 'Not usable' : `${key.type}, ${key.bits} bits${revoked}`,
    ...(pair === undefined ? [] : [PAIRS[pair]]),
    ...findingLines(findings, records.length === 1 ? record : ''),
    ...(fixed !== null && fixed !== record ? [`Fixed: ${fixed}`] : []),
  ]);
  return pair === undefined || pair === 'match' ? codeFor(findings) : exitCodes.notVerified;
}

interface GenerateOptions {
  readonly bits: string;
  readonly ed25519?: boolean;
  readonly domain?: string;
  readonly selector: string;
  readonly json?: boolean;
}

async function generate(options: GenerateOptions, terminal: Terminal): Promise<number> {
  const bits = Number(options.bits);
  if (bits !== 1024 && bits !== 2048 && bits !== 3072 && bits !== 4096)
    throw new RangeError(`${options.bits} is not a key length. Use 2048, 3072 or 4096.`);
  if (!isSelector(options.selector))
    throw new RangeError(`“${options.selector}” is not a selector. Use letters, digits and hyphens.`);
  const key = await generateDkimKey(options.ed25519 === true ? { algorithm: 'ed25519' } : { algorithm: 'rsa', bits });
  const name = options.domain === undefined ? undefined : dkimName(options.selector, options.domain);
  const line = name === undefined ? key.record : `${name}. TXT ${quoteTxt(splitTxt(key.record))}`;
  print(terminal, options.json === true, { ...key, ...(name === undefined ? {} : { name }) }, [
    ...key.privateKeyPem.trimEnd().split('\n'),
    line,
  ]);
  return exitCodes.ok;
}

interface RotateOptions extends CommonOptions {
  readonly make?: string;
  readonly signing?: string;
  readonly revoke?: string;
  readonly restore?: string;
}

const MARKS = { done: 'done', due: 'NOW', later: '' } as const;

/** Lines of a rotation: each step with its date and the records that it changes. */
function rotationLines(plan: RotationPlan): readonly string[] {
  const rows = plan.steps.map(({ state, from, title, records }) => [
    MARKS[state],
    from === null ? '' : instantText(from),
    title,
    records.map(({ name, value }) => `${name} ${value ?? '(removed)'}`).join(', '),
  ]);
  return [`${plan.domain}, ${plan.algorithm}: ${plan.summary}`, ...columns(rows)];
}

function rotate(name: string, options: RotateOptions, terminal: Terminal): Promise<number> {
  return withSession(terminal, options, async ({ client }) => {
    const workspaceId = await chosenWorkspace(client, options);
    const domain = (await client.domains.list({ workspaceId })).find(
      (row) => row.name === name || row.unicodeName === name,
    );
    if (domain === undefined) throw new RangeError(`${name} is not listed. Add it with domains add.`);
    const inDomain = { workspaceId, domainId: domain.id };
    if (options.make !== undefined) {
      await openVault(client, options);
      await client.domains.makeDkimKey({ ...inDomain, selector: options.make, algorithm: 'rsa-2048' });
    }
    for (const [selector, as] of [
      [options.signing, 'signing'],
      [options.revoke, 'revoked'],
      [options.restore, 'live'],
    ] as const) {
      if (selector !== undefined) await client.domains.markDkimKey({ ...inDomain, selector, as });
    }
    const plans = await client.domains.rotations(inDomain);
    const nothing = [`${name} has no DKIM key known here.`];
    print(terminal, options.json === true, plans, plans.length === 0 ? nothing : plans.flatMap(rotationLines));
    return exitCodes.ok;
  });
}

export function addDkimCommands(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const dkim = program.command('dkim').description('DKIM keys (RFC 6376)');
  dkim
    .command('inspect')
    .description('check a key record; give several if one selector has several')
    .argument('<record...>')
    .option('--private-key-file <file>', 'check whether this private key matches the record')
    .option('--fix', 'print the corrected record, and nothing else')
    .option('--json')
    .action(async (records: string[], options: InspectOptions) => finish(await inspect(records, options, terminal)));
  dkim
    .command('generate')
    .description('make a key pair; the private key is printed, so take care where the output goes')
    .option('--bits <bits>', '1024, 2048, 3072 or 4096', '2048')
    .option('--ed25519')
    .option('--domain <domain>', 'print the record for this domain')
    .option('--selector <selector>', 'selector of the record', 'sendwright1')
    .option('--json')
    .action(async (options: GenerateOptions) => finish(await generate(options, terminal)));
  dkim
    .command('rotate')
    .description('how to rotate a listed domain’s keys without losing a message, and the current step')
    .argument('<domain>')
    .option('--make <selector>', 'make the next key, RSA of 2048 bits, at this selector')
    .option('--signing <selector>', 'record that mail is signed with this key from now on')
    .option('--revoke <selector>', 'revoke this key: its record becomes the empty key')
    .option('--restore <selector>', 'undo --signing or --revoke')
    .option('--data-dir <folder>', 'data folder; default: the system’s')
    .option('--workspace <name>', 'workspace by name or number')
    .option('--passphrase-file <file>', 'file that holds the passphrase')
    .option('--json')
    .action(async (name: string, options: RotateOptions) => finish(await rotate(name, options, terminal)));
}
