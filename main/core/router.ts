import { ORPCError } from '@orpc/server';
import type { RunningCore } from './context.ts';
import { secretsIn, toContractError } from './errors.ts';
import { implementContract } from './implementer.ts';
import type { CoreParts } from './parts.ts';
import { openSecrets } from './service/account-observation.ts';
import { activityProcedures } from './activity/procedures.ts';
import { copiesProcedures } from './copies/procedures.ts';
import { domainsProcedures } from './domains/procedures.ts';
import { evidenceProcedures } from './evidence/procedures.ts';
import { jobsProcedures } from './jobs/procedures.ts';
import { linksProcedures } from './links/procedures.ts';
import { monitoringProcedures } from './monitoring/procedures.ts';
import { practiceProcedures } from './practice/procedures.ts';
import { probesProcedures } from './probes/procedures.ts';
import { rulesProcedures } from './rules/procedures.ts';
import { scheduleProcedures } from './schedule/procedures.ts';
import { serviceProcedures } from './service/procedures.ts';
import { settingsProcedures } from './settings/procedures.ts';
import { stateProcedures } from './state/procedures.ts';
import { templatesProcedures } from './templates/procedures.ts';
import { transferProcedures } from './transfer/procedures.ts';
import { vaultProcedures } from './vault/procedures.ts';
import { windowProcedures } from './window/procedures.ts';
import { workspacesProcedures } from './workspaces/procedures.ts';

/** The workspace that a procedure was called for, as far as can be told before its input is read. */
function workspaceOf(input: unknown): number | null {
  const workspaceId = typeof input === 'object' && input !== null && 'workspaceId' in input ? input.workspaceId : null;
  return typeof workspaceId === 'number' ? workspaceId : null;
}

/** The keys of the workspace that a procedure was called for, where they are open. */
async function secretsAtHand(context: RunningCore, input: unknown): Promise<readonly string[]> {
  const workspaceId = workspaceOf(input);
  return workspaceId === null ? [] : openSecrets(context, workspaceId).catch(() => []);
}

/** What the first screen shows of a workspace. */
const FIRST_SCREEN: ReadonlySet<string> = new Set(['settings.get', 'domains.list']);

/** What asks the service or DNS. */
const ASKS = /^(?:probes|service)\.|^domains\.(?:verify|prove|spfTree)$|^evidence\.(?:mail|published)$/;

/**
 * The practice service starts beside everything else, for nobody else needs it. What is called for the practice
 * workspace waits until it is there, but for what the first screen shows. A one-shot host starts it when something is to
 * be asked: the system's resolver knows nothing of the practice zone.
 */
async function practiceIsThere(
  context: RunningCore,
  isOneShot: boolean,
  procedure: string,
  input: unknown,
): Promise<void> {
  const resuming = context.resuming();
  if (FIRST_SCREEN.has(procedure)) return;
  const workspaceId = workspaceOf(input);
  const isOfPractice =
    procedure.startsWith('practice.') ||
    (workspaceId !== null && context.store.workspaces.find(workspaceId)?.practice === true);
  if (!isOfPractice) return;
  if (resuming !== null) await resuming;
  else if (isOneShot && context.environment() === null && ASKS.test(procedure)) await context.startPractice();
}

const isStream = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output;

/** A stream whose faults are told as those of every other answer: they come after the handler has ended. */
async function* withTranslatedErrors(stream: AsyncIterable<unknown>, translated: (error: unknown) => Promise<Error>) {
  try {
    yield* stream;
  } catch (error) {
    throw await translated(error);
  }
}

/** Every procedure of the contract behind one router: what fails is logged, and answered with an error of the contract. */
export function createRouter(context: RunningCore, parts: CoreParts) {
  const { log } = parts;
  const reportFault = async (error: unknown, procedure: string, input: unknown, message: string) =>
    log.without([...secretsIn(input), ...(await secretsAtHand(context, input))]).error({ error, procedure }, message);
  const translated = (error: unknown, procedure: string, input: unknown) =>
    toContractError(error, input, (message) => reportFault(error, procedure, input, message));
  const os = implementContract(async ({ procedure, input }, answer) => {
    const begun = performance.now();
    let outcome = 'answered';
    try {
      await practiceIsThere(context, !parts.background, procedure, input);
      const answered = await answer();
      const { output } = answered;
      return isStream(output)
        ? { ...answered, output: withTranslatedErrors(output, (error) => translated(error, procedure, input)) }
        : answered;
    } catch (error) {
      const told = await translated(error, procedure, input);
      outcome = told instanceof ORPCError ? String(told.code) : told.name;
      throw told;
    } finally {
      log.debug({ procedure, outcome, milliseconds: Math.round(performance.now() - begun) }, 'called');
    }
  });
  return os.router({
    state: stateProcedures(os.state, context, parts),
    window: windowProcedures(os.window, parts),
    links: linksProcedures(os.links, context),
    vault: vaultProcedures(os.vault, context),
    copies: copiesProcedures(os.copies, context, parts),
    workspaces: workspacesProcedures(os.workspaces, context),
    transfer: transferProcedures(os.transfer, context),
    settings: settingsProcedures(os.settings, context),
    templates: templatesProcedures(os.templates, context),
    probes: probesProcedures(os.probes, context),
    service: serviceProcedures(os.service, context),
    rules: rulesProcedures(os.rules, context),
    evidence: evidenceProcedures(os.evidence, context),
    domains: domainsProcedures(os.domains, context),
    jobs: jobsProcedures(os.jobs, context),
    schedule: scheduleProcedures(os.schedule, context),
    activity: activityProcedures(os.activity, context),
    monitoring: monitoringProcedures(os.monitoring, context, parts),
    practice: practiceProcedures(os.practice, context),
  });
}
