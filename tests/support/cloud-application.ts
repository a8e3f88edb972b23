import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Plays the application's side for tests, by the published facts of its two addresses: four refusals of a signature, each
 * with a text of its own, under a status that its host chooses; 403 for every refusal of the email figures.
 */

export interface PlayedApplication {
  /** Empty: none is set. */
  authKey: string;
  monitoring: boolean;
  /** On .NET Framework the addresses lie below `/0`. */
  isBelowZero: boolean;
  /** What the host makes of an exception at the webhook. */
  refusedStatus: 400 | 500;
  /** The application's texts; null for a host that shows none. */
  texts: { missing: string; notSet: string; empty: string; differs: string; right: string } | null;
  /** A gateway before it takes the header out. */
  losesSignature: boolean;
  readonly seen: { readonly method: string; readonly signature: unknown; readonly body: string }[];
  /** Event lists that were stored. */
  readonly stored: string[];
}

const ENGLISH = {
  missing: 'The header bpmonline-signature is missing',
  notSet: 'The Auth key is not set in the system settings',
  empty: 'The signature is empty',
  differs: 'The signature is wrong',
  right: 'The signature is right',
};

/** Texts whose words say nothing to who does not read them. */
export const FOREIGN = { missing: 'Нет А', notSet: 'Нет Б', empty: 'Пусто', differs: 'Не то', right: 'То' };

export function playedApplication(changes: Partial<PlayedApplication> = {}): PlayedApplication {
  return {
    authKey: 'Auth key of the account',
    monitoring: true,
    isBelowZero: true,
    refusedStatus: 500,
    texts: ENGLISH,
    losesSignature: false,
    seen: [],
    stored: [],
    ...changes,
  };
}

const NO_TEXTS = { missing: '', notSet: '', empty: '', differs: '', right: '' };

/** What the application's check of a signature says; `isRight` alone lets the request through. */
function check({ authKey, texts, losesSignature }: PlayedApplication, signature: unknown) {
  const { missing, notSet, empty, differs, right } = texts ?? NO_TEXTS;
  if (typeof signature !== 'string' || losesSignature) return { isRight: false, text: missing };
  if (authKey === '') return { isRight: false, text: notSet };
  if (signature === '') return { isRight: false, text: empty };
  return signature === authKey ? { isRight: true, text: right } : { isRight: false, text: differs };
}

function answer(application: PlayedApplication, request: IncomingMessage, response: ServerResponse, body: string) {
  const { method = '', headers } = request;
  const signature = headers['bpmonline-signature'];
  application.seen.push({ method, signature, body });
  const services = `${application.isBelowZero ? '/0' : ''}/ServiceModel/`;
  const { isRight, text } = check(application, signature);
  if (request.url === `${services}CESWebhooksService.svc/HandleWebHooks`) {
    if (method === 'HEAD') return void response.end();
    if (method !== 'POST') return void response.writeHead(405).end();
    if (!isRight) return void response.writeHead(application.refusedStatus).end(text);
    const events = new URLSearchParams(body).get('webhooks') ?? '';
    if (events !== '') application.stored.push(events);
    return void response.end();
  }
  if (request.url?.toLowerCase() === `${services}CESTroubleshootingService.svc/EmailState`.toLowerCase()) {
    if (method === 'OPTIONS')
      return void response
        .writeHead(200, { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'POST' })
        .end();
    if (method !== 'POST') return void response.writeHead(405).end();
    response.setHeader('content-type', 'application/json; charset=utf-8');
    if (!isRight || !application.monitoring) return void response.writeHead(403).end(JSON.stringify(text));
    const figures = [{ caption: 'Delivered', benchmark: 90, actualCount: 0, state: 'ok', emailIdList: null }];
    return void response.end(JSON.stringify({ GetEmailStateResult: figures }));
  }
  return void response.writeHead(404).end();
}

/** The listener of a server that plays the application; it may be changed while it runs. */
export function playApplication(
  application: PlayedApplication,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => answer(application, request, response, body));
  };
}
