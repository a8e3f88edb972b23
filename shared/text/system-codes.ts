/** What the system's error codes say, for whoever does not know them. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'not permitted here',
  EADDRNOTAVAIL: 'no route from this machine',
  EAI_AGAIN: 'the resolver gave no answer',
  EAI_NODATA: 'the name has no address',
  EAI_NONAME: 'the name is not known',
  EAFNOSUPPORT: 'this machine has no such address',
  ECONNABORTED: 'the connection was aborted',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTDOWN: 'the host is down',
  EHOSTUNREACH: 'no route to the host',
  ENETDOWN: 'the network is down',
  ENETUNREACH: 'no route from this machine',
  ENODATA: 'the name has no address',
  ENOTFOUND: 'the name is not known',
  EPERM: 'not permitted here',
  EPIPE: 'the connection was closed',
  ESERVFAIL: 'the resolver failed',
  ETIMEDOUT: 'no answer in time',
  ETIMEOUT: 'no answer in time',
};

/**
 * A system error code in words, the code behind it: `connection refused (ECONNREFUSED)`.
 *
 * @param code what is no such code, or none that is known, comes back as it is.
 */
export function systemCodeWords(code: string): string {
  const words = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
  return words === undefined ? code : `${words} (${code})`;
}
