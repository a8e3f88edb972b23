import type { IncomingHttpHeaders } from 'node:http';
import type { FaultId } from '../../shared/practice/faults.ts';

/**
 * The practised application's side: where the service posts its responses, and where its support reads figures. It
 * answers as the documented application does, odd as that is.
 */

/** Both builds are practised: .NET Framework lies below `/0`, .NET does not. */
const WEBHOOK_PATH = /^(?:\/0)?\/servicemodel\/ceswebhooksservice\.svc\/handlewebhooks$/i;
const EMAIL_STATE_PATH = /^(?:\/0)?\/servicemodel\/cestroubleshootingservice\.svc\/emailstate$/i;
const SIGNATURE = 'bpmonline-signature';

export interface ApplicationRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface ApplicationReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const ALLOW_ANYBODY = { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'POST' };

/** What is wrong with a signature, each with a text of its own; null where it is right. */
function refusalOf({ headers }: ApplicationRequest, authKey: string, fault: FaultId): string | null {
  const signature = headers[SIGNATURE];
  if (signature === undefined || fault === 'signature-lost') return 'The header bpmonline-signature is missing';
  if (fault === 'application-without-key') return 'The Auth key is not set in the system settings';
  if (signature === '') return 'The signature is empty';
  return signature === authKey && fault !== 'application-other-key' ? null : 'The signature is wrong';
}

function webhook(request: ApplicationRequest, authKey: string, fault: FaultId): ApplicationReply {
  const { method } = request;
  if (fault === 'webhook-not-found') return { status: 404 };
  if (fault === 'webhook-forbidden') return { status: 403 };
  // Reachability may be tried without a signature.
  if (method === 'HEAD') return { status: 200 };
  if (method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  // A refusal is an exception that nobody turns into a status of its own.
  const refusal = refusalOf(request, authKey, fault);
  return refusal === null ? { status: 200 } : { status: 500, body: refusal };
}

function emailState(request: ApplicationRequest, authKey: string, fault: FaultId): ApplicationReply {
  const { method } = request;
  if (method === 'OPTIONS') {
    const allowed = 'Origin, Content-Type, Accept, Bpmonline-Signature';
    return { status: 200, headers: { ...ALLOW_ANYBODY, 'access-control-allow-headers': allowed } };
  }
  if (method !== 'POST') return { status: 405, headers: { allow: 'POST, OPTIONS' } };
  // The same status for both: only the text tells them apart.
  const refusal = refusalOf(request, authKey, fault);
  if (refusal !== null) return { status: 403, body: refusal };
  if (fault === 'monitoring-off') return { status: 403, body: 'The signature is right' };
  return {
    status: 200,
    body: { GetEmailStateResult: [{ caption: 'Sent', benchmark: 0, actualCount: 0, state: 'ok' }] },
  };
}

/** Answers a request for one of the application's two addresses; null for any other. */
export function answerApplication(
  request: ApplicationRequest,
  authKey: string,
  fault: FaultId,
): ApplicationReply | null {
  if (WEBHOOK_PATH.test(request.path)) return webhook(request, authKey, fault);
  return EMAIL_STATE_PATH.test(request.path) ? emailState(request, authKey, fault) : null;
}
