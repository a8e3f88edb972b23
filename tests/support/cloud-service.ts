import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Plays the cloud email service for tests, by the published facts of its interface: POST alone, JSON, both keys in the
 * body, errors told under status 200. It keeps what it was sent, so that a test can hold it against the interface.
 */

export interface PlayedDomain {
  domain: string;
  status?: string;
  error?: string | null;
  key?: string | null;
  mx?: string | null;
  spfKey?: string | null;
  recordDetails?: readonly Readonly<Record<string, string>>[];
}

export interface PlayedService {
  apiKey: string;
  authKey: string;
  provider: string | null;
  isActive: boolean;
  responseDomain: string;
  /** Domains to receive responses that other accounts have, and those that can't be reached. */
  taken: readonly string[];
  unreachable: readonly string[];
  domains: PlayedDomain[];
  /** Texts for all domains. */
  texts: Readonly<Record<string, string | null>>;
  quota: { dailyLimitCount: number; todayUsage: number };
  /** Answers every call with this code instead. */
  code: number | null;
  /** Field names as the older service writes them, or as the newer's models do. */
  letters: 'camel' | 'pascal';
  /** Takes an answer over whole. */
  raw: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: unknown }[];
}

export function playedService(changes: Partial<PlayedService> = {}): PlayedService {
  return {
    apiKey: 'api-key-of-the-account',
    authKey: 'Auth key of the account',
    provider: 'Elastic Email',
    isActive: true,
    responseDomain: '',
    taken: [],
    unreachable: [],
    domains: [],
    texts: {},
    quota: { dailyLimitCount: 500, todayUsage: 12 },
    code: null,
    letters: 'camel',
    raw: null,
    requests: [],
    ...changes,
  };
}

const pascal = (name: string) => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;

function inPascalCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inPascalCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [pascal(name), inPascalCase(inner)]));
}

type Body = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, unknown>>;

const outcome = (code: number, message = ''): Answer => ({ status: code === 0 ? 'ok' : 'error', code, message });

function account(service: PlayedService, authKey: unknown): Answer {
  const { responseDomain } = service;
  return {
    ...outcome(0),
    apiKey: service.apiKey,
    accountName: 'Acme',
    webHookAppDomain: responseDomain,
    services: [
      { serviceName: 'Something else', isActive: true, settings: { provider: 'Wrong one' } },
      {
        serviceName: 'CloudEmailService',
        isActive: service.isActive,
        settings: { provider: service.provider },
        userSettings: { webhooks: responseDomain },
      },
    ],
    integrationStatus: {
      isValidAuthKey: authKey === service.authKey,
      isValidWebHookAppDomain: responseDomain !== '' && !service.unreachable.includes(responseDomain),
    },
  };
}

function domains(service: PlayedService): Answer {
  return { ...outcome(0), ...service.texts, domains: service.domains };
}

function answerTo(service: PlayedService, path: string, body: Body): Answer | null {
  const key = body.key ?? body.apiKey;
  const refused = key === service.apiKey ? null : outcome(101, 'Invalid API key');
  switch (path) {
    case '/account/info.json':
      return refused ?? account(service, body.authKey);
    case '/account/update-user-settings.json': {
      if (refused !== null) return refused;
      const domain = String(body.webHookAppDomain);
      if (body.authKey !== service.authKey) return outcome(110, 'Invalid auth key');
      if (service.taken.includes(domain)) return outcome(109, 'Used in another account');
      if (service.unreachable.includes(domain)) return outcome(105, 'Domain is not available');
      service.responseDomain = domain;
      return account(service, body.authKey);
    }
    case '/account/mailing/sender-domains.json':
      return refused ?? domains(service);
    case '/account/mailing/sender-domains/add.json':
      if (refused !== null) return refused;
      if (body.domain === 'gmail.com') return outcome(112, 'Public domain');
      service.domains.push({ domain: String(body.domain), status: 'inactive' });
      return domains(service);
    case '/account/mailing/sender-domains/validate.json': {
      const isValid = service.domains.find(({ domain }) => domain === body.domain)?.status === 'active';
      const records = [{ recordCategory: 'SPF', isValid, message: isValid ? '' : 'No record' }];
      return refused ?? { isSuccess: true, isValid, status: 'ok', recordsValidation: records };
    }
    case '/account/mailing/checked-email.json':
      return { result: (body.emails as string[]).map((email) => ({ email, is_checked: email.startsWith('ok') })) };
    case '/users/validate':
      return { wrongEmailsList: [], validatedEmailsList: body.emailList };
    case '/account/mailing/providers':
      return {
        ...outcome(0),
        availableProviders: [{ providerName: service.provider, isConnected: true, isDefault: true }],
      };
    case '/license/get-info':
      return refused ?? { ...outcome(0), ...service.quota };
    default:
      return null;
  }
}

/** The listener of a server that plays the service; `service` may be changed while it runs. */
export function playService(service: PlayedService): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    if (service.raw !== null) {
      request.resume();
      service.raw(request, response);
      return;
    }
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      const { pathname } = new URL(request.url ?? '/', 'https://localhost');
      if (request.method === 'GET' && pathname === '/') return void response.end();
      const body = request.method === 'POST' ? (JSON.parse(text) as Body) : {};
      service.requests.push({ path: pathname, headers: request.headers, body });
      const found = request.method === 'POST' ? answerTo(service, pathname, body) : null;
      if (found === null) {
        response.writeHead(404, { 'content-type': 'text/html' });
        return void response.end('<!DOCTYPE html><title>Not found</title>');
      }
      const answer = service.code === null ? found : outcome(service.code, 'As told');
      response.setHeader('content-type', 'application/json; charset=utf-8');
      return void response.end(JSON.stringify(service.letters === 'camel' ? answer : inPascalCase(answer)));
    });
  };
}
