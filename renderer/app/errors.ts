import { ORPCError } from '@orpc/client';

export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly field?: string;
  /** Message by field. */
  readonly fields: Readonly<Record<string, string>>;
}

interface Data {
  readonly remedy?: string;
  readonly field?: string;
  readonly issues?: readonly { readonly field: string; readonly message: string; readonly remedy: string }[];
}

/** What a failed call means for the person. */
export function shownError(error: unknown): ShownError {
  if (error instanceof ORPCError) {
    const data = (error.data ?? {}) as Data;
    const issues =
      data.issues ??
      (data.field === undefined ? [] : [{ field: data.field, message: error.message, remedy: data.remedy ?? '' }]);
    return {
      code: error.code,
      message: error.message,
      remedy: data.remedy ?? 'Try again.',
      ...(data.field === undefined ? {} : { field: data.field }),
      fields: Object.fromEntries(issues.map((issue) => [issue.field, `${issue.message}. ${issue.remedy}`])),
    };
  }
  return {
    code: 'CONNECTION_LOST',
    message: 'The console does not answer',
    remedy: 'Look whether it still runs; this page connects again by itself.',
    fields: {},
  };
}
