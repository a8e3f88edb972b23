import { ORPCError, ValidationError } from '@orpc/server';
import type { ContractErrorCode, ErrorData } from '../../shared/contract/errors.ts';
import { contractErrors } from '../../shared/contract/errors.ts';
import { StoreError, storeErrorFrom } from '../store/database.ts';
import { VaultFault } from '../vault/vault.ts';
import type { Log } from './ports.ts';

/** An error of the contract: a code, what happened, and what to do. */
export function fail(
  code: ContractErrorCode,
  message: string,
  data: ErrorData,
): ORPCError<ContractErrorCode, ErrorData> {
  return new ORPCError(code, { status: contractErrors[code].status, message, data, defined: true });
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

function fromVault(fault: VaultFault): Error {
  switch (fault.fault) {
    case 'wrong-passphrase':
      return fail('WRONG_PASSPHRASE', fault.message, {
        field: 'passphrase',
        remedy: 'Type the passphrase again. Nothing was changed.',
      });
    case 'weak':
      return fail('BAD_INPUT', fault.message, {
        field: 'passphrase',
        remedy: 'Choose at least 8 characters; a few words are best.',
      });
    case 'exists':
      return fail('CONFLICT', fault.message, { remedy: 'Unlock the vault with it, or change it.' });
    case 'locked':
      return fail('VAULT_LOCKED', fault.message, {
        remedy: 'Choose a passphrase or unlock the vault, then try again.',
      });
  }
}

/** Turns whatever was thrown into an error of the contract. Faults of our own are logged, and told without details. */
export function toContractError(error: unknown, input: unknown, log: Log): Error {
  if (error instanceof ORPCError) {
    if (error.cause instanceof ValidationError && error.code === 'BAD_REQUEST')
      return fromValidation(error.cause, input);
    if (error.code in contractErrors) return error;
  }
  if (error instanceof VaultFault) return fromVault(error);
  const store = error instanceof StoreError ? error : storeErrorFrom(error, 'sendwright.db');
  if (store !== null)
    return fail(store.fault === 'full' ? 'STORE_FULL' : 'STORE_FAILED', store.message, { remedy: store.remedy });
  if (error instanceof Error && error.name === 'AbortError') return error;
  log.error({ error }, 'a procedure failed');
  return fail('INTERNAL', contractErrors.INTERNAL.message, {
    remedy: 'Try again; if it stays, look into the log in the data folder.',
  });
}
