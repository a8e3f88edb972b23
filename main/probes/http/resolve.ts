import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import { serviceFinding } from '../../../shared/service/findings.ts';
import type { Deadline } from './deadline.ts';
import { said, StageFailure } from './stages.ts';
import { systemCodeWords } from '../../../shared/text/system-codes.ts';

export interface ResolveOptions {
  /** @returns every address of a host, of both families. @throws with a system error code. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Whether this machine has any way out; asked when a name is not found. */
  readonly hasNetwork?: () => boolean;
}

const UNKNOWN_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA']);

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await systemLookup(host, { all: true, verbatim: true })).map((found) => found.address);
}

/** Whether a network interface leads out of this machine. */
export function hasOutwardInterface(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some((address) => !address.internal) === true);
}

/** Host without the brackets of an IPv6 address. */
export function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** How many addresses of each family were found, and which. */
export function foundAddresses(addresses: readonly string[]): Fact {
  const six = addresses.filter((address) => address.includes(':')).length;
  return fact('stage.addresses', { four: addresses.length - six, six, addresses });
}

/**
 * Every address of a host.
 *
 * @throws StageFailure: the name is unknown, has no address, the resolver failed, or this machine is offline.
 */
export async function resolveHost(
  host: string,
  options: ResolveOptions,
  deadline: Deadline,
): Promise<readonly string[]> {
  const bare = bareHost(host);
  if (isIP(bare) !== 0) return [bare];
  let release: () => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    release = deadline.guard(() =>
      reject(
        deadline.failure(fact('stage.late'), () =>
          serviceFinding('probe.resolver-failed', { host, message: 'no answer in time' }),
        ),
      ),
    );
  });
  try {
    const found = [...new Set(await Promise.race([(options.resolve ?? systemResolve)(bare), late]))];
    if (found.length > 0) return found;
    throw new StageFailure(
      fact('stage.no-address'),
      serviceFinding('probe.unresolvable', { host, message: 'it has no address' }),
    );
  } catch (error) {
    if (error instanceof StageFailure) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    const told = code === '' ? message : systemCodeWords(code);
    const met = code === '' ? said(error) : fact('stage.system', { systemCode: code });
    if (!UNKNOWN_NAME.has(code))
      throw new StageFailure(met, serviceFinding('probe.resolver-failed', { host, message: told }));
    // Some systems say "not found" for every name while there is no network at all.
    const isOnline = (options.hasNetwork ?? hasOutwardInterface)();
    throw new StageFailure(
      met,
      serviceFinding(isOnline ? 'probe.unresolvable' : 'probe.offline', { host, message: told }),
    );
  } finally {
    release();
  }
}
