import type { Evidence } from '../findings/finding.ts';
import { valueText } from '../dns/record-text.ts';
import { failureText } from '../observed/failure-text.ts';
import type { Observation } from '../observed/observation.ts';

const MAX_LINES = 5;
const MAX_LENGTH = 200;

/** An observation, word for word, beside the finding that it led to. */
export function evidenceOf(observation: Observation): Evidence {
  const { question, server, outcome, records, aliases, failure, seenAt } = observation;
  const chain = aliases.length === 0 ? '' : `${aliases.join(' → ')}: `;
  const values = records
    .slice(0, MAX_LINES)
    .map((record) => `${valueText(record).slice(0, MAX_LENGTH)} (TTL ${record.ttl})`);
  const said = {
    answer: values.join('; '),
    nodata: 'no such record',
    nxdomain: 'the name does not exist',
    failure: failureText(failure),
  }[outcome];
  const of = [server.name, server.address].filter((part) => part !== undefined && part !== '').join(' ');
  return {
    asked: `${question.type} ${question.name}`,
    of: of === '' ? server.kind : of,
    answer: `${chain}${said}`,
    at: seenAt,
  };
}
