import type { KeyObject } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RulesState } from '../../../shared/contract/rules.ts';
import type { MailboxProvider } from '../../../shared/policy/mailbox-providers.ts';
import { mailboxProviders, rulesIssued } from '../../../shared/policy/mailbox-providers.ts';
import type { Reading, ReceiverRules } from '../../../shared/policy/rules-file.ts';
import { MOST_OCTETS, readEnvelope, readRules, signedOctets } from '../../../shared/policy/rules-file.ts';
import { fail } from '../errors.ts';
import type { Clock } from '../ports.ts';

/**
 * The receivers' rules that hold: those of the program, or newer ones from a signed file in the data folder. The file is
 * checked whenever it is read, so that nobody but the holder of the key has a say in what is told.
 */

export interface RulesParts {
  readonly dataFolder: string;
  /** The public key of the build: Ed25519, SubjectPublicKeyInfo (RFC 8410) in DER, base64; empty: none. */
  readonly key: string;
  readonly clock: Clock;
}

export interface ReceiverRulesService {
  /** The rules that hold now. */
  readonly providers: () => readonly MailboxProvider[];
  readonly state: () => RulesState;
  /** @throws BAD_INPUT for a file that is broken, not signed by the key, older or of the future; UNAVAILABLE without a key. */
  readonly take: (text: string) => RulesState;
}

/** The key that the bundle was built with, or the environment's in a checkout; empty: none. */
export const builtKey = (): string => process.env.SENDWRIGHT_RULES_KEY ?? '';

const FILE = 'receiver-rules.json';
/** Clocks differ; what is dated further ahead would keep all that follows from being taken. */
const MOST_AHEAD_MS = 24 * 60 * 60 * 1000;

const builtIn: ReceiverRules = { issued: rulesIssued, providers: mailboxProviders };

function readKey(text: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/** The rules of a signed file, or what is wrong with it. */
function readSigned(text: string, key: KeyObject): Reading<ReceiverRules> {
  const envelope = readEnvelope(text);
  if (!envelope.ok) return envelope;
  const { rules, signature } = envelope.value;
  if (!verify(null, signedOctets(rules), key, Buffer.from(signature, 'base64')))
    return { ok: false, what: 'its signature does not match the key of this build' };
  return readRules(rules);
}

const isNewer = (one: ReceiverRules, other: ReceiverRules) => Date.parse(one.issued) > Date.parse(other.issued);

/** What is in the data folder: null without a file, or the rules in it, or why they are passed over. */
type CachedRules = Reading<ReceiverRules> | null;

export function createReceiverRules({ dataFolder, key: keyText, clock }: RulesParts): ReceiverRulesService {
  const file = path.join(dataFolder, FILE);
  const key = keyText === '' ? null : readKey(keyText);
  const off =
    key !== null
      ? null
      : keyText === ''
        ? 'this build has no key to verify them'
        : 'the key of this build can’t be read';
  let seen = '';
  let kept: CachedRules = null;

  /** Reads the file anew when it has changed: a command may have written it beside an open window. */
  const look = (): CachedRules => {
    if (key === null) return null;
    try {
      const { mtimeMs, size } = statSync(file);
      const stamp = `${mtimeMs} ${size}`;
      if (stamp !== seen) {
        kept =
          size > MOST_OCTETS
            ? { ok: false, what: 'it is larger than 1 MB' }
            : readSigned(readFileSync(file, 'utf8'), key);
        seen = stamp;
      }
    } catch (error) {
      seen = '';
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      kept = isAbsent ? null : { ok: false, what: 'it can’t be read' };
    }
    return kept;
  };
  const inForce = (): { readonly rules: ReceiverRules; readonly from: RulesState['from'] } => {
    const own = look();
    return own?.ok === true && isNewer(own.value, builtIn)
      ? { rules: own.value, from: 'file' }
      : { rules: builtIn, from: 'program' };
  };
  const state = (): RulesState => {
    const { rules, from } = inForce();
    const own = look();
    return {
      from,
      issued: rules.issued,
      off,
      trouble: own?.ok === false ? `${file} is ignored: ${own.what}` : null,
      providers: rules.providers.map(({ id, name, date, requirements, answers }) => ({
        id,
        name,
        date,
        rules: requirements.length,
        codes: new Set(answers.map(({ code }) => code)).size,
        sources: [...new Map([...requirements, ...answers].map(({ source }) => [source.url, source])).values()],
      })),
    };
  };
  const refuse = (what: string, remedy: string) =>
    fail('BAD_INPUT', `The rules were not imported: ${what}`, { field: 'text', remedy });
  return {
    providers: () => inForce().rules.providers,
    state,
    take(text) {
      if (key === null)
        throw fail('UNAVAILABLE', `Receivers’ rules can’t be replaced: ${off}`, {
          remedy: 'The next release of the program brings newer rules.',
        });
      const reading = readSigned(text, key);
      if (!reading.ok) throw refuse(reading.what, 'Download the file again from where it was announced, unchanged.');
      const { issued } = reading.value;
      if (Date.parse(issued) > clock.now() + MOST_AHEAD_MS)
        throw refuse(
          `they are dated ${issued}, in the future`,
          'Set the clock of this computer, or wait for that day.',
        );
      const { rules } = inForce();
      if (!isNewer(reading.value, rules))
        throw refuse(
          `they are from ${issued}, those in force are from ${rules.issued}`,
          'There is nothing to do: the newer ones stay in force.',
        );
      // Written beside and moved into its place: a crash leaves the old file or the new one.
      const beside = `${file}.new`;
      writeFileSync(beside, text, { mode: 0o600 });
      renameSync(beside, file);
      return state();
    },
  };
}
