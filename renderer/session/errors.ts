import { ORPCError } from '@orpc/client';
import { reportFault } from './faults.ts';

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

/** How a call ends that did not come through, in the words of Chromium and of the client. */
const CUT_OFF = /failed to fetch|network error|aborted|closed|terminated|does not answer/i;

/** What a failed call means for the person. What the window did wrong itself is noted in the log. */
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
  if (!(error instanceof Error) || !CUT_OFF.test(`${error.name}: ${error.message}`)) reportFault('call', error);
  return {
    code: 'CONNECTION_LOST',
    message: 'The console does not answer',
    remedy: 'Check that it is still running; this page reconnects automatically.',
    fields: {},
  };
}
