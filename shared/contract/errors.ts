import { z } from 'zod';

/** What every error carries besides its code: enough for a person to act on it. */
export const errorData = z.object({
  /** The input's field, as a path: `settings.serviceUrl`. */
  field: z.string().optional(),
  /** The value that was refused, cut to 200 characters. Never a secret. */
  value: z.string().max(200).optional(),
  /** What to do now, in the imperative. */
  remedy: z.string(),
  /** Milliseconds until the same may be tried again. */
  waitMs: z.int().optional(),
  /** More than one field at fault: each with its own message. */
  issues: z
    .array(z.object({ field: z.string(), message: z.string(), remedy: z.string(), value: z.string().optional() }))
    .optional(),
});

export type ErrorData = z.infer<typeof errorData>;

/** Every error that the core answers with. The status is what the loopback host's HTTP response says. */
export const contractErrors = {
  BAD_INPUT: { status: 400, message: 'The input does not have the form that this procedure accepts', data: errorData },
  NOT_FOUND: { status: 404, message: 'No such item in this data folder', data: errorData },
  CONFLICT: { status: 409, message: 'Somebody else changed this in the meantime', data: errorData },
  VAULT_LOCKED: { status: 423, message: 'The vault is locked', data: errorData },
  WRONG_PASSPHRASE: { status: 403, message: 'The passphrase does not open this vault', data: errorData },
  KEYCHAIN_FAILED: { status: 503, message: 'The system keychain can’t be used for this', data: errorData },
  TOO_SOON: { status: 429, message: 'After several wrong passphrases the next one must wait', data: errorData },
  BUSY: { status: 503, message: 'Too many requests at once', data: errorData },
  NOT_ALLOWED: { status: 403, message: 'This is not allowed here', data: errorData },
  STORE_FULL: { status: 507, message: 'The disk is full', data: errorData },
  STORE_FAILED: { status: 500, message: 'The data file could not be read or written', data: errorData },
  UNAVAILABLE: { status: 503, message: 'A part of the console is not running', data: errorData },
  INTERNAL: { status: 500, message: 'The console had an internal error', data: errorData },
} as const;

export type ContractErrorCode = keyof typeof contractErrors;

/** What a host answers before the core is asked. */
export const carrierErrors = {
  BAD_MESSAGE: {
    status: 400,
    message: 'The message can’t be read',
    remedy: 'Send what the contract’s client sends. Nothing was changed.',
  },
  NO_SUCH_PROCEDURE: {
    status: 404,
    message: 'There is no such procedure',
    remedy: 'Use the procedures of shared/contract.',
  },
} as const;

export type CarrierErrorCode = keyof typeof carrierErrors;
