import { canonicalName, isSubdomain } from '../dns/names.ts';
import type { QueryType, ResourceRecord } from '../dns/records.ts';
import { valueText } from '../dns/record-text.ts';
import { latestPerServer, observationsOf } from '../observed/observed.ts';
import { concerned } from '../plan/satisfies.ts';
import type { AnsweringServer, Observation } from '../observed/observation.ts';
import type { RequiredRecord } from '../required/record.ts';

/** The views of one name: what its own servers say, and what resolvers say. */
export interface NameViews {
  readonly name: string;
  readonly type: QueryType;
  readonly required: RequiredRecord | null;
  /** The zone whose servers were asked; null when they were not. */
  readonly zone: string | null;
  readonly authoritative: readonly Observation[];
  /** The system's resolver, chosen and public ones. */
  readonly resolvers: readonly Observation[];
  /** Everything else that was asked in the same check. */
  readonly beside: readonly Observation[];
}

/** What is to be explained: a required record, or a bare question. */
export interface Subject {
  readonly name: string;
  readonly type: QueryType;
  readonly required: RequiredRecord | null;
}

/** The subject of a required record. */
export function subjectOf(required: RequiredRecord): Subject {
  return { name: required.name, type: required.type, required };
}

const isPasted = ({ server }: Observation) => server.kind === 'pasted';

/** A class: V8 makes an object whose getter was written in a literal anew each time, many times slower. */
class Views implements NameViews {
  readonly name: string;
  readonly type: QueryType;
  readonly required: RequiredRecord | null;
  readonly zone: string | null;
  readonly authoritative: readonly Observation[];
  readonly resolvers: readonly Observation[];
  readonly #latest: readonly Observation[];
  readonly #observations: readonly Observation[];
  #beside: readonly Observation[] | null = null;

  constructor({ name, type, required }: Subject, latest: readonly Observation[], observations: readonly Observation[]) {
    this.name = name;
    this.type = type;
    this.required = required;
    this.authoritative = latest.filter(({ server }) => server.kind === 'authoritative');
    this.resolvers = latest.filter(({ server }) => server.kind !== 'authoritative');
    this.zone = this.authoritative.find((observation) => observation.zone !== undefined)?.zone ?? null;
    this.#latest = latest;
    this.#observations = observations;
  }

  /** Most of what is said of a name needs nothing besides. */
  get beside(): readonly Observation[] {
    const checkedAt = this.#latest[0]?.checkedAt;
    this.#beside ??= this.#observations.filter(
      (observation) =>
        !isPasted(observation) && observation.checkedAt === checkedAt && !this.#latest.includes(observation),
    );
    return this.#beside;
  }
}

/** What the servers said in the newest check; a pasted zone says nothing about them. */
export function viewsOf(subject: Subject, observations: readonly Observation[]): NameViews {
  const told = observationsOf(observations, subject.name, subject.type);
  const ofServers = told.some(isPasted) ? told.filter((observation) => !isPasted(observation)) : told;
  return new Views(subject, latestPerServer(ofServers, subject.name, subject.type), observations);
}

/**
 * Whether the server could not be heard, rather than what it said. The root's servers know the root: whoever answers in
 * their place and does not stands in the way, as some firewalls do with all that goes to port 53.
 */
export function isUnheard({ failure, server, zone }: Observation): boolean {
  if (failure === undefined) return false;
  const isRoot = server.kind === 'authoritative' && server.address === '' && zone === '';
  return isRoot || ['timeout', 'network', 'offline'].includes(failure.reason);
}

export function answeredOf(observations: readonly Observation[]): readonly Observation[] {
  return observations.filter((observation) => observation.outcome !== 'failure');
}

/** The records of an answer that the subject is about. */
export function relevantRecords(
  { required }: Pick<NameViews, 'required'>,
  observation: Observation,
): readonly ResourceRecord[] {
  return required === null ? observation.records : concerned(required, observation.records);
}

/** An answer's data in a form that two servers share when they say the same; empty for nothing. */
export function dataKey(views: Pick<NameViews, 'required'>, observation: Observation): string {
  return relevantRecords(views, observation)
    .map((record) => `${record.type} ${valueText(record)}`)
    .sort((left, right) => (left < right ? -1 : 1))
    .join('\n');
}

/** Other questions of the same check, with a usable answer. */
export function besides(views: NameViews, name: string, type: QueryType): readonly Observation[] {
  return views.beside.filter(
    ({ question, outcome, checkingDisabled }) =>
      question.type === type &&
      outcome === 'answer' &&
      checkingDisabled !== true &&
      canonicalName(question.name) === canonicalName(name),
  );
}

/** The names at which a wildcard could stand that answers for a name, the closest first (RFC 4592 §3.3.1). */
export function wildcardsFor(name: string, zone: string): readonly string[] {
  const found: string[] = [];
  let above = canonicalName(name);
  while (above !== canonicalName(zone) && isSubdomain(above, zone) && above.includes('.') && found.length < 3) {
    above = above.slice(above.indexOf('.') + 1);
    found.push(`*.${above}`);
  }
  return found;
}

/** How a server is called in a sentence. */
export function serverLabel(server: AnsweringServer): string {
  if (server.kind === 'system') return 'the system’s resolver';
  if (server.kind === 'pasted') return 'the pasted zone';
  return server.name ?? server.address;
}
