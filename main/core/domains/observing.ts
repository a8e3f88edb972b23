import { doubtful, furtherQuestions } from '../../../shared/diagnosis/further.ts';
import type { Subject } from '../../../shared/diagnosis/views.ts';
import type { DnsQuestion as Question } from '../../../shared/dns/asking.ts';
import { remembering } from '../../../shared/memo.ts';
import { canonicalName, isSubdomain, sameName } from '../../../shared/dns/names.ts';
import { questionsFor } from '../../../shared/plan/build-plan.ts';
import { obstacleQuestions } from '../../../shared/plan/in-the-way.ts';
import { planQuestions } from '../../../shared/plan/plan-questions.ts';
import { satisfies } from '../../../shared/plan/satisfies.ts';
import { plainDomainVerdict } from '../../../shared/verdict/verdict.ts';
import type { QueryType } from '../../../shared/dns/records.ts';
import type { DomainVerdict } from '../../../shared/verdict/types.ts';
import type { Observation } from '../../../shared/observed/observation.ts';
import type { RequiredRecord } from '../../../shared/required/record.ts';
import type { Servers } from '../../probes/dns/servers.ts';
import { parseServers, serverListFault } from '../../probes/dns/servers.ts';
import type { Asker, Views } from '../../probes/dns/views.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace } from '../context.ts';
import { askBehind, behindAtOnce } from './observing-behind.ts';
import type { DomainView } from './service.ts';
import { fail } from '../errors.ts';
import { requireRunning } from '../practice/service.ts';
import { fieldsOf } from '../settings/service.ts';

/** Whom a workspace asks, and what is asked for a domain. */

/** The servers that a workspace asks: its own choice, the practice servers, or the zone's own beside the system's. */
export function serversFor(context: CoreContext, workspaceId: number, chosen?: string): Servers {
  const { practice } = findWorkspace(context, workspaceId);
  const fields = fieldsOf(context, workspaceId);
  const text = chosen ?? (practice ? requireRunning(context).nameServers.join(',') : fields.resolver);
  const servers = parseServers(text, {
    publicResolvers: fields.publicResolvers,
    fallback: fields.fallbackResolvers,
    extraCa: fields.extraCa,
  });
  if (servers === null) {
    const { message, ...fault } = serverListFault(text);
    throw fail('BAD_INPUT', message, { field: 'resolver', ...fault });
  }
  if (servers.kind !== 'chosen' || !practice) return servers;
  const named = servers.servers.map((server, index) =>
    'doh' in server ? server : { ...server, kind: 'authoritative' as const, name: `ns${index + 1}.practice` },
  );
  return { kind: 'chosen', servers: named };
}

/** How a check asks: each question once, whatever the number of records and domains that lead to it. */
export interface Ask {
  /** Everybody that is to be asked. */
  readonly all: (question: Question) => Promise<readonly Observation[]>;
  /** The same for several questions, in one promise: a check has six of each of thousands of domains. */
  readonly allOf: (questions: readonly Question[]) => Promise<readonly (readonly Observation[])[]>;
  /** Any server that can answer. */
  readonly one: (question: Question) => Promise<Observation | null>;
  /** A resolver with its cache, for names of others. */
  readonly other: (question: Question) => Promise<Observation>;
  /** What it said, where it has answered by now; where it was not asked yet, it is from now on. */
  readonly otherSaid: (question: Question) => Observation | null;
  /** The resolver that failed, without its validation. */
  readonly unchecked: (failed: Observation) => Promise<Observation | null>;
}

/**
 * Answers of one type about the domains themselves that are remembered at least: domains of one zone follow each other in
 * a list. Of thousands that nobody asks for again, each collection of young objects copies those that are remembered.
 */
const REMEMBERED = 64;
/** The same about names of others, which domains anywhere in the list lead to. */
const REMEMBERED_OF_OTHERS = 250;

function rememberingQuestions<Answer>(
  limit: number,
  ask: (question: Question) => Answer,
): (question: Question) => Answer {
  const byType = new Map<QueryType, (name: string) => Answer>();
  const above = remembering(limit, (name) => ask({ name, type: 'NS', above: true }), canonicalName);
  return ({ name, type, above: isAbove }) => {
    if (isAbove === true) return above(name);
    let askName = byType.get(type);
    if (askName === undefined) {
      askName = remembering(limit, (asked) => ask({ name: asked, type }), canonicalName);
      byType.set(type, askName);
    }
    return askName(name);
  };
}

/** Who waits for the answers to several questions. */
interface Waiting {
  readonly goOn: () => void;
  readonly fail: (error: unknown) => void;
}

const NOBODY: readonly Waiting[] = [];

/** What is known of one question. */
class Told implements Asker {
  said: readonly Observation[] | null = null;
  /** What ended the asking, which never is the network. */
  fault: { readonly error: unknown } | null = null;
  #waiting: readonly Waiting[] = NOBODY;

  await(one: Waiting): void {
    if (this.fault !== null) one.fail(this.fault.error);
    else if (this.said !== null) one.goOn();
    else this.#waiting = this.#waiting === NOBODY ? [one] : [...this.#waiting, one];
  }

  settle(said: readonly Observation[]): void {
    this.said = said;
    const waiting = this.#waiting;
    this.#waiting = NOBODY;
    for (const { goOn } of waiting) goOn();
  }

  fail(error: unknown): void {
    this.fault = { error };
    for (const one of this.#waiting) one.fail(error);
    this.#waiting = NOBODY;
  }
}

/** Asks each question once in a job, whatever the number of domains that share it. */
export function createAsk({ dns }: { readonly dns: Views }, servers: Servers, signal?: AbortSignal): Ask {
  const other = rememberingQuestions(REMEMBERED_OF_OTHERS, (question) => {
    const asking = { answer: dns.askOther(question, servers, signal), said: null as Observation | null };
    asking.answer.then(
      (said) => {
        asking.said = said;
      },
      () => undefined,
    );
    return asking;
  });
  const tellAll = rememberingQuestions(REMEMBERED, (question) => {
    const told = new Told();
    dns.beginObserving(question, servers, told, signal);
    return told;
  });
  const allOf = (questions: readonly Question[]) =>
    new Promise<readonly (readonly Observation[])[]>((resolve, fail) => {
      const told = questions.map(tellAll);
      let left = told.length;
      const goOn = () => {
        left -= 1;
        if (left === 0) resolve(told.map(({ said }) => said as readonly Observation[]));
      };
      const waiting = { goOn, fail };
      for (const one of told) one.await(waiting);
    });
  return {
    all: async (question) => (await allOf([question]))[0] as readonly Observation[],
    allOf,
    one: rememberingQuestions(REMEMBERED, (question) => dns.askOne(question, servers, signal)),
    other: (question) => other(question).answer,
    otherSaid: (question) => other(question).said,
    unchecked: (failed) => dns.askUnchecked(failed, servers, signal),
  };
}

/** The answers to one question, and to those that tell why servers differ or nothing is there. */
export async function observeSubject(subject: Subject, zone: string, ask: Ask): Promise<readonly Observation[]> {
  const { name, type, required } = subject;
  const question: Question = type === 'NS' && required !== null ? { name, type, above: true } : { name, type };
  return explain(subject, zone, ask, await ask.all(question));
}

/** Whether one server alone was asked and gave what is required: then there is nothing to explain. */
function isPlain(required: RequiredRecord, asked: readonly Observation[]): boolean {
  const [only] = asked;
  return asked.length === 1 && only?.outcome === 'answer' && satisfies(required, only.records);
}

/** Adds to a question's answers those that tell why they are as they are. */
async function explain(
  subject: Subject,
  zone: string,
  ask: Ask,
  asked: readonly Observation[],
): Promise<readonly Observation[]> {
  const [further, unchecked] = await Promise.all([
    Promise.all(
      furtherQuestions(subject, zone, asked).map(async ({ name, type, of }) => {
        if (of === 'all') return ask.all({ name, type });
        const one = await ask.one({ name, type });
        return one === null ? [] : [one];
      }),
    ),
    Promise.all(doubtful(subject, asked).map(ask.unchecked)),
  ]);
  return [...asked, ...further.flat(), ...unchecked.filter((observation) => observation !== null)];
}

/** One subject for each question: two requirements at one name and type are asked once, and explained by the first. */
function subjectsOf(required: readonly RequiredRecord[]): readonly Subject[] {
  return questionsFor(required).map(({ name, type }) => {
    const first = required.find((record) => sameName(record.name, name) && record.type === type);
    return { name, type, required: first ?? null };
  });
}

/** What a check saw of a domain. */
interface Observed {
  readonly observations: readonly Observation[];
  /** How many of the last of them other checks of the job have as well. */
  readonly shared: number;
  /** The verdict, where it was plain from the first answers. */
  readonly plain: DomainVerdict | null;
}

/**
 * Asks for every record of a domain, for what receivers look at besides, for what tells the cause where one is not as it
 * should be, and for what stands in the way of it; further for who takes its mail and speaks for its zone, so that a
 * change of either can be seen in its history.
 */
export async function observeDomain(view: DomainView, ask: Ask): Promise<Observed> {
  const { domain, required, zone } = view;
  const questions = [...questionsFor(required), { name: domain.name, type: 'MX' }, { name: zone, type: 'NS' }] as const;
  const answers = await ask.allOf(questions);
  const observations: Observation[] = [];
  answers.forEach((told, index) => {
    // A question that is asked for two reasons has one answer.
    if (answers.indexOf(told) === index) observations.push(...told);
  });
  const atOnce = behindAtOnce(view, ask, observations);
  const behind = atOnce ?? (await askBehind(view, ask, observations));
  const all = [...observations, ...behind];
  const plain = plainDomainVerdict(domain.name, required, all);
  if (plain !== null) return { observations: all, shared: atOnce?.length ?? 0, plain };
  const causes = await observeCauses(view, ask, answers);
  const known = causes === null ? all : [...new Set([...causes, ...behind])];
  return { observations: await observePlanned(view, ask, known), shared: 0, plain: null };
}

/** Rounds of questions; what is prepared leads to others' records, and those to further ones. */
const MOST_ROUNDS = 8;

/** Asks for what a plan has to know besides, to tell what it changes for receivers. */
async function observePlanned(
  { domain, required, zone }: DomainView,
  ask: Ask,
  known: readonly Observation[],
): Promise<readonly Observation[]> {
  let observations = known;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const questions = planQuestions(domain.name, required, observations, zone);
    if (questions.length === 0) break;
    const told = await Promise.all(
      questions.map(async (question) =>
        isSubdomain(question.name, zone)
          ? ((await ask.one(question)) ?? (await ask.other(question)))
          : ask.other(question),
      ),
    );
    observations = [...observations, ...told];
  }
  return observations;
}

/**
 * Asks what explains the first answers.
 *
 * @returns all there is; null where one server alone gave all that is required, so that there is nothing to explain.
 */
async function observeCauses(
  { required, zone }: DomainView,
  ask: Ask,
  asked: readonly (readonly Observation[])[],
): Promise<readonly Observation[] | null> {
  const subjects = subjectsOf(required);
  const isExpected = (record: RequiredRecord) => {
    if (record.value.state === 'waiting') return true;
    const at = subjects.findIndex(({ name, type }) => record.type === type && sameName(record.name, name));
    return isPlain(record, asked[at] as readonly Observation[]);
  };
  if (required.every(isExpected)) return null;
  const explained = subjects.map((subject, index) =>
    explain(subject, zone, ask, asked[index] as readonly Observation[]),
  );
  const known = [...(await Promise.all(explained)), ...asked.slice(subjects.length)].flat();
  const obstacles = await Promise.all(obstacleQuestions(required, zone, known).map(ask.one));
  const found = obstacles.filter((observation) => observation !== null);
  return [...new Set([...known, ...found])];
}
