import { anyListed } from '../../shared/text/listed.ts';
import { ORPCError, ValidationError } from '@orpc/server';
import type { ContractErrorCode, ErrorData } from '../../shared/contract/errors.ts';
import { contractErrors } from '../../shared/contract/errors.ts';
import { fact } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { storeErrorFrom } from '../store/database.ts';
import { VaultFault } from '../vault/faults.ts';
import type { VaultWay } from '../vault/faults.ts';

/** An error of the contract: a code, what happened, and what to do. */
export function fail(
  code: ContractErrorCode,
  message: string,
  data: ErrorData,
): ORPCError<ContractErrorCode, ErrorData> {
  return new ORPCError(code, { status: contractErrors[code].status, message, data, defined: true });
}

/** What keeps the data file or a copy from being used, as it is stored; null for any other error. */
export function storeTrouble(error: unknown): Fact | null {
  const trouble = storeErrorFrom(error, 'sendwright.db');
  return trouble === null ? null : fact('store.trouble', { storeFault: trouble.fault });
}

/** Why one of several things was refused, in words. @throws the error itself where it is no refusal of what was given. */
export function refusalOf(error: unknown): { readonly message: string; readonly remedy: string } {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_INPUT') throw error;
  return { message: error.message, remedy: (error.data as ErrorData).remedy };
}

/** Fields whose values are never repeated in an error. */
const SECRET_FIELD = /passphrase|apiKey|authKey|current|next|value$/i;
const MAX_SHOWN = 200;

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

function fromValidation(error: ValidationError, input: unknown): Error {
  const issues = error.issues.slice(0, 20).map((issue) => {
    const path = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
    const field = path.map(String).join('.') || 'input';
    const value = valueAt(input, path);
    const isShown = !SECRET_FIELD.test(field) && ['string', 'number', 'boolean'].includes(typeof value);
    const shown = isShown ? String(value as string | number | boolean).slice(0, MAX_SHOWN) : undefined;
    return {
      field,
      message: issue.message,
      remedy: `Correct ${field}.`,
      ...(shown === undefined ? {} : { value: shown }),
    };
  });
  const [first] = issues;
  return fail(
    'BAD_INPUT',
    first === undefined ? contractErrors.BAD_INPUT.message : `${first.field}: ${first.message}`,
    {
      ...(first === undefined ? {} : { field: first.field }),
      ...(first?.value === undefined ? {} : { value: first.value }),
      remedy: first?.remedy ?? 'Send what the procedure takes.',
      issues,
    },
  );
}

/** The ways out of a fault, as they are named to people, the nearest first: alone, and among others. */
const WAYS_OUT: readonly (readonly [way: VaultWay, alone: string, among: string])[] = [
  ['unlock', 'Unlock the vault with its passphrase.', 'unlock the vault with its passphrase'],
  ['open-with-keychain', 'Unlock it with the system keychain.', 'unlock it with the system keychain'],
  ['create', 'Choose a passphrase.', 'choose a passphrase'],
  ['change-passphrase', 'Change the passphrase.', 'change the passphrase'],
  [
    'begin-anew-with-keychain',
    'Reset the vault under the system keychain.',
    'reset the vault under the system keychain',
  ],
  ['begin-anew', 'Reset the vault with another passphrase.', 'reset the vault with another passphrase'],
];

/** @returns an imperative that names what can be done, or `otherwise` where nothing fits. */
function wayOut(ways: readonly VaultWay[], otherwise: string): string {
  const found = WAYS_OUT.filter(([way]) => ways.includes(way));
  const [first] = found;
  if (first === undefined) return otherwise;
  return found.length === 1 ? first[1] : `One of these helps: ${anyListed(found.map(([, , among]) => among))}.`;
}

const VAULT_CODES: Readonly<Record<VaultFault['fault'], ContractErrorCode>> = {
  locked: 'VAULT_LOCKED',
  'wrong-passphrase': 'WRONG_PASSPHRASE',
  weak: 'BAD_INPUT',
  exists: 'CONFLICT',
  'too-soon': 'TOO_SOON',
  busy: 'BUSY',
  keychain: 'KEYCHAIN_FAILED',
  changed: 'CONFLICT',
  'nothing-waits': 'CONFLICT',
};

function vaultRemedy(fault: VaultFault): string {
  switch (fault.fault) {
    case 'wrong-passphrase':
      return fault.ways.includes('unlock')
        ? 'Type the passphrase again. If it is forgotten, reset the vault: what is sealed is kept.'
        : 'Type the passphrase again. Nothing was changed.';
    case 'weak':
      return 'Choose at least 8 characters; a few words are best.';
    case 'too-soon':
      return 'Wait until then. The passphrase was not checked, and nothing was changed.';
    case 'busy':
      return 'Wait a few seconds and try again. Nothing was changed.';
    case 'nothing-waits':
      return 'There is nothing to do.';
    case 'changed':
      return 'Check the state of the vault; nothing was changed.';
    case 'keychain': {
      const others = fault.ways.filter((way) => way !== 'open-with-keychain');
      return `Check whether it is asking for its own password, then try again. ${wayOut(others, '')}`.trim();
    }
    case 'exists':
    case 'locked':
      return wayOut(fault.ways, 'Try again.');
  }
}

function fromVault(fault: VaultFault): Error {
  const ofPassphrase = fault.fault === 'wrong-passphrase' || fault.fault === 'weak' || fault.fault === 'too-soon';
  return fail(VAULT_CODES[fault.fault], fault.message, {
    ...(ofPassphrase ? { field: 'passphrase' } : {}),
    ...(fault.waitMs > 0 ? { waitMs: Math.ceil(fault.waitMs) } : {}),
    remedy: vaultRemedy(fault),
  });
}

/** Texts in a procedure's input that must not come into the log. */
export function secretsIn(input: unknown, field = ''): readonly string[] {
  if (typeof input === 'string') return SECRET_FIELD.test(field) ? [input] : [];
  if (typeof input !== 'object' || input === null) return [];
  return Object.entries(input).flatMap(([key, value]) => secretsIn(value, `${field}.${key}`));
}

/**
 * Turns whatever was thrown into an error of the contract. Faults of our own are logged, and told without details.
 *
 * @param report writes it into the log.
 */
export async function toContractError(
  error: unknown,
  input: unknown,
  report: (message: string) => Promise<void>,
): Promise<Error> {
  if (error instanceof ORPCError) {
    if (error.cause instanceof ValidationError && error.code === 'BAD_REQUEST')
      return fromValidation(error.cause, input);
    if (error.code in contractErrors) return error;
  }
  if (error instanceof VaultFault) return fromVault(error);
  const store = storeErrorFrom(error, 'sendwright.db');
  if (store !== null) {
    await report('the data file could not be used');
    return fail(store.fault === 'full' ? 'STORE_FULL' : 'STORE_FAILED', store.message, { remedy: store.remedy });
  }
  if (error instanceof Error && error.name === 'AbortError') return error;
  await report('a procedure failed');
  return fail('INTERNAL', contractErrors.INTERNAL.message, {
    remedy: 'Try again. If it happens again, look at the log in the data folder.',
  });
}
