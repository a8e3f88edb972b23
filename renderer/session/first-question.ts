/**
 * What the first paint shows is asked for before the rest of the program runs, and is answered meanwhile. The program asks as
 * ever, and is given the answer that is on its way. Over loopback alone: a port is there no sooner than the program.
 */

export const SESSION_KEY = 'sendwright.session';
export const SESSION_HEADER = 'x-sendwright-session';

const FIRST = '/rpc/state/snapshot';

let answer: Promise<Response> | null = null;

/** Asks for the snapshot where there is a session; whoever comes with a token has to exchange it first. */
export function askFirst(): void {
  const session = sessionStorage.getItem(SESSION_KEY);
  if (session === null || window.location.hash !== '') return;
  answer = fetch(FIRST, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', [SESSION_HEADER]: session },
    body: '{"json":{}}',
  });
  // It is told where the answer is taken.
  answer.catch(() => undefined);
}

/** Fetches as the platform does, but for what was asked first: that is given once. */
export function fetchAsked(request: Request, init: RequestInit): Promise<Response> {
  if (answer === null || new URL(request.url).pathname !== FIRST) return fetch(request, init);
  const taken = answer;
  answer = null;
  return taken;
}
