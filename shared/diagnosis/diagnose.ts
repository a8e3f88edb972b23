import { isSubdomain, relativeName } from '../dns/names.ts';
import { likelyZone } from '../dns/sender-domain.ts';
import { diagnosisFinding } from './findings.ts';
import type { Finding } from '../findings/finding.ts';
import { planFinding } from '../plan/findings.ts';
import { satisfies } from '../plan/satisfies.ts';
import type { Observation } from '../observed/observation.ts';
import { staleFindings } from './caches.ts';
import { evidenceOf } from './evidence.ts';
import { disagreement, faultyServers, newestAnswers } from './servers.ts';
import type { NameViews, Subject } from './views.ts';
import { answeredOf, besides, dataKey, isUnheard, serverLabel, viewsOf, wildcardsFor } from './views.ts';

/** Gives the differences between the views of a name their names. */

/** The walk to the zone's servers did not come to its end: the network, or the registry. */
function unreachable(views: NameViews): readonly Finding[] {
  const all = [...views.authoritative, ...views.resolvers];
  const walk = views.authoritative.find(({ server }) => server.address === '');
  // Whoever got as far as the zone's own servers is not offline.
  const isCutOff = views.authoritative.length === 0 || walk?.zone === '';
  if (all.length > 0 && all.every(isUnheard) && isCutOff)
    return [diagnosisFinding('diagnosis.offline', {}, { evidence: all.map(evidenceOf) })];
  const asked = answeredOf(views.resolvers)[0];
  if (walk === undefined || !isUnheard(walk)) return [];
  const evidence = all.map(evidenceOf);
  if (walk.zone === '' && asked !== undefined) {
    return [diagnosisFinding('diagnosis.port-53-blocked', { asked: serverLabel(asked.server) }, { evidence })];
  }
  const values = {
    server: serverLabel(walk.server),
    zone: walk.zone === '' ? 'the root' : (walk.zone ?? views.name),
    addresses: 'every address',
  };
  return [diagnosisFinding('diagnosis.server-dead', values, { evidence })];
}

/** The zone's servers are the registry's: the domain has none of its own. */
function notDelegated(views: NameViews): Finding | null {
  const domain = likelyZone(views.name);
  const { zone } = views;
  const answered = answeredOf(views.authoritative);
  if (zone === null || answered.length === 0 || isSubdomain(zone, domain)) return null;
  const values = { domain, parent: zone === '' ? 'the root' : zone };
  return diagnosisFinding('diagnosis.not-delegated', values, { evidence: answered.map(evidenceOf) });
}

function bogus(views: NameViews): readonly Finding[] {
  return views.resolvers.flatMap((refusing) => {
    const unchecked = views.beside.find(
      ({ checkingDisabled, question, server, outcome }) =>
        checkingDisabled === true &&
        outcome !== 'failure' &&
        question.name === refusing.question.name &&
        question.type === refusing.question.type &&
        server.address === refusing.server.address,
    );
    const reason = refusing.failure?.reason;
    if (reason !== 'bogus' && (reason !== 'servfail' || unchecked === undefined)) return [];
    const values = { zone: views.zone ?? likelyZone(views.name), server: serverLabel(refusing.server) };
    const evidence = [evidenceOf(refusing), ...(unchecked === undefined ? [] : [evidenceOf(unchecked)])];
    return [diagnosisFinding('diagnosis.dnssec-bogus', values, { evidence })];
  });
}

function aliasLoop(views: NameViews): Finding | null {
  const looping = [...views.authoritative, ...views.resolvers].find(({ failure }) => failure?.reason === 'alias-loop');
  if (looping === undefined) return null;
  const chain = [views.name, ...looping.aliases].join(' → ');
  return diagnosisFinding('diagnosis.alias-loop', { name: views.name, chain }, { evidence: [evidenceOf(looping)] });
}

/** The answer that counts: of the zone's own servers, else of a resolver. */
function answerThatCounts(views: NameViews): Observation | undefined {
  return newestAnswers(views)[0] ?? answeredOf(views.resolvers)[0];
}

function wildcard(views: NameViews): Finding | null {
  const answer = answerThatCounts(views);
  if (answer?.outcome !== 'answer' || views.name.startsWith('*.')) return null;
  if (views.required !== null && satisfies(views.required, answer.records)) return null;
  const whole = { required: null };
  for (const name of wildcardsFor(views.name, views.zone ?? likelyZone(views.name))) {
    const source = besides(views, name, views.type)[0];
    if (source === undefined) continue;
    if (dataKey(whole, source) !== dataKey(whole, answer)) return null;
    return diagnosisFinding(
      'diagnosis.wildcard',
      { name: views.name, wildcard: name },
      { evidence: [answer, source].map(evidenceOf) },
    );
  }
  return null;
}

/** Something else stands where a CNAME belongs: what the target holds, or a stranger's addresses. */
function hiddenAlias(views: NameViews): Finding | null {
  const { required } = views;
  if (required === null || required.value.state !== 'known' || required.value.data.type !== 'CNAME') return null;
  if (answerThatCounts(views)?.outcome === 'answer') return null;
  const { target } = required.value.data;
  for (const type of ['TXT', 'A'] as const) {
    const here = besides(views, required.name, type)[0];
    if (here === undefined) continue;
    const there = besides(views, target, type)[0];
    const whole = { required: null };
    const values = {
      name: required.name,
      target,
      addresses: dataKey(whole, here).replaceAll('A ', '').replaceAll('\n', ', '),
    };
    const evidence = [here, ...(there === undefined ? [] : [there])].map(evidenceOf);
    const shared = there?.records.some((record) =>
      dataKey(whole, here)
        .split('\n')
        .includes(dataKey(whole, { ...there, records: [record] })),
    );
    if (shared === true) return diagnosisFinding('diagnosis.cname-flattened', values, { evidence });
    if (type === 'A') return diagnosisFinding('diagnosis.cname-proxied', values, { evidence });
  }
  return null;
}

/** The record was found with the zone's name behind its name once more. */
function doubledZone(views: NameViews, zone: string): Finding | null {
  const { required } = views;
  const answer = answerThatCounts(views);
  if (required === null || answer === undefined || satisfies(required, answer.records)) return null;
  const doubled = `${required.name}.${zone}`;
  const found = besides(views, doubled, required.type)[0];
  if (found === undefined || !satisfies(required, found.records)) return null;
  return planFinding(
    'plan.zone-doubled',
    { found: doubled, relative: relativeName(required.name, zone) },
    { evidence: [evidenceOf(found)] },
  );
}

/**
 * Names what lies behind the answers to one question: each finding with the answers that led to it.
 *
 * @param zone the zone that the record is meant for.
 * @param observations of the domain; only the newest check counts.
 * @param views of the subject among them, where the caller has them.
 */
export function diagnose(
  subject: Subject,
  zone: string,
  observations: readonly Observation[],
  views: NameViews = viewsOf(subject, observations),
): readonly Finding[] {
  const cut = unreachable(views);
  if (cut.some((finding) => finding.code === 'diagnosis.offline')) return cut;
  const single = [
    notDelegated(views),
    aliasLoop(views),
    disagreement(views),
    hiddenAlias(views),
    wildcard(views),
    doubledZone(views, zone),
  ];
  return [
    ...cut,
    ...bogus(views),
    ...single.filter((finding) => finding !== null),
    ...staleFindings(views),
    ...faultyServers(views),
  ];
}
