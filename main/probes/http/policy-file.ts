import type { ProbeTrace } from '../../../shared/service/trace.ts';
import type { ProbeResponse } from './response.ts';
import type { StagedProbeOptions } from './staged-probe.ts';
import { stagedProbe } from './staged-probe.ts';

/** A file that a policy names, fetched as those fetch it who obey the policy: over https, whole or not at all, and where it is said to be. */

export type FetchEnvironment = Pick<
  StagedProbeOptions,
  'extraCa' | 'proxy' | 'deadlineMs' | 'stageTimeoutMs' | 'signal' | 'now' | 'resolve' | 'hasNetwork'
>;

export interface FetchedFile {
  readonly trace: ProbeTrace;
  /** Null where none came. Redirects are not followed (RFC 8461 §3.3). */
  readonly response: ProbeResponse | null;
}

/**
 * Fetches a file over https.
 *
 * @param url whose scheme is https. @param mostOctets of the file; a longer one comes cut, and says so.
 */
export async function fetchPolicyFile(
  url: string,
  mostOctets: number,
  environment: FetchEnvironment,
): Promise<FetchedFile> {
  let response: ProbeResponse | null = null;
  const trace = await stagedProbe({
    ...environment,
    kind: 'policy-file',
    method: 'GET',
    url,
    maxBodyOctets: mostOctets,
    judge(answer) {
      response = answer;
      return { passed: answer.status === 200, findings: [] };
    },
  });
  return { trace, response };
}
