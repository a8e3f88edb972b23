import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { mailboxProviders, rulesIssued } from '../shared/policy/mailbox-providers.ts';
import { readRules, signedOctets, writeEnvelope } from '../shared/policy/rules-file.ts';

/**
 * Receivers' rules between two releases: makes the key pair, writes the program's rules to be edited, signs a file.
 *
 *     node build/rules.ts make-key --private FILE
 *     node build/rules.ts write --output FILE
 *     node build/rules.ts sign --private FILE --rules FILE --output FILE
 */

const root = path.resolve(import.meta.dirname, '..');

/** @throws where a private key would lie in the checkout, from where it might be committed. */
function outsideCheckout(file: string): string {
  const folder = realpathSync(path.dirname(path.resolve(file)));
  const within = path.relative(realpathSync(root), folder);
  if (within === '' || (!within.startsWith('..') && !path.isAbsolute(within)))
    throw new RangeError(
      `--private ${file} lies in the checkout. Keep the private key where nothing is committed from.`,
    );
  return path.join(folder, path.basename(file));
}

/** SubjectPublicKeyInfo (RFC 8410) in DER, base64. */
function publicText(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64');
}

/** Makes a key pair. @param file for the private half, PKCS #8 in PEM; must not exist. @returns the public half, base64. */
export function makeRulesKey(file: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(outsideCheckout(file), privateKey.export({ format: 'pem', type: 'pkcs8' }), {
    mode: 0o600,
    flag: 'wx',
  });
  return publicText(publicKey);
}

/**
 * Signs rules.
 *
 * @param privateKey PKCS #8 in PEM, of Ed25519.
 * @returns the text of the file, which `rules import` takes.
 * @throws RangeError with the place and the fault, where the program would refuse the rules.
 */
export function signRules(rules: string, privateKey: string): string {
  const reading = readRules(rules);
  if (!reading.ok) throw new RangeError(`The rules can’t be signed: ${reading.what}`);
  return writeEnvelope(rules, sign(null, signedOctets(rules), createPrivateKey(privateKey)).toString('base64'));
}

function run(args: readonly string[]): void {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { private: { type: 'string' }, rules: { type: 'string' }, output: { type: 'string' } },
  });
  const given = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`Give --${name} FILE.`);
    return value;
  };
  switch (positionals[0]) {
    case 'make-key': {
      console.log(`Public key, for SENDWRIGHT_RULES_KEY when a release is built:\n${makeRulesKey(given('private'))}`);
      return;
    }
    case 'write': {
      const issued = { issued: rulesIssued, providers: mailboxProviders };
      writeFileSync(given('output'), `${JSON.stringify(issued, null, 2)}\n`);
      return;
    }
    case 'sign': {
      const key = readFileSync(outsideCheckout(given('private')), 'utf8');
      const text = signRules(readFileSync(given('rules'), 'utf8'), key);
      writeFileSync(given('output'), text);
      console.log(`Signed for builds whose SENDWRIGHT_RULES_KEY is ${publicText(createPublicKey(key))}`);
      return;
    }
    default:
      throw new RangeError('Say make-key, write or sign.');
  }
}

if (import.meta.main) run(process.argv.slice(2));
