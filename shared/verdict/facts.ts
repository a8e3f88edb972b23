import { declareFacts } from '../facts/fact.ts';

/** Why a record or a domain has the verdict it has; the domain's timeline is made of these. */
export const verdictFacts = declareFacts({
  'verdict.not-checked': 'Not checked',
  'verdict.not-asked': 'Not queried in the last check',
  'verdict.waiting': 'Waiting for a value from the provider',
  'verdict.waiting-for': 'Waiting for {fields}',
  'verdict.not-published': 'Not published yet',
  'verdict.missing': 'Published earlier, now missing',
  'verdict.others-only': 'The published record does not name the provider yet',
  'verdict.works': 'What is published works; a better record is prepared',
  'verdict.behind-not-known': 'Published; what the provider publishes behind it is not known',

  'verdict.right': 'Published and correct',
  'verdict.right-everywhere': {
    by: 'servers',
    texts: {
      'name-servers': {
        by: 'count',
        texts: {
          one: 'Published and correct on the only name server',
          other: 'Published and correct on all {count} name servers',
        },
      },
      servers: {
        by: 'count',
        texts: {
          one: 'Published and correct on the only server',
          other: 'Published and correct on all {count} servers',
        },
      },
    },
  },
  'verdict.right-on-some': {
    by: 'others',
    texts: {
      one: 'Published and correct on {count} of {total} name servers; {others} gives no usable answer',
      other: 'Published and correct on {count} of {total} name servers; {others} give no usable answer',
    },
  },
  'verdict.right-according-to': {
    by: 'resolver',
    texts: {
      system: 'Published and correct, according to the system’s resolver',
      named: 'Published and correct, according to {server}',
    },
  },

  'verdict.not-everywhere': 'Published, but not everywhere yet',
  'verdict.old-on-some': {
    by: 'servers',
    texts: {
      'name-servers': {
        by: 'count',
        texts: {
          one: 'Published, but {count} of {total} name servers still answers with the old record',
          other: 'Published, but {count} of {total} name servers still answer with the old record',
        },
      },
      servers: {
        by: 'count',
        texts: {
          one: 'Published, but {count} of {total} servers still answers with the old record',
          other: 'Published, but {count} of {total} servers still answer with the old record',
        },
      },
    },
  },
  'verdict.absent-on-some': {
    by: 'servers',
    texts: {
      'name-servers': {
        by: 'count',
        texts: {
          one: 'Published, but {count} of {total} name servers does not have it yet',
          other: 'Published, but {count} of {total} name servers do not have it yet',
        },
      },
      servers: {
        by: 'count',
        texts: {
          one: 'Published, but {count} of {total} servers does not have it yet',
          other: 'Published, but {count} of {total} servers do not have it yet',
        },
      },
    },
  },
  'verdict.old-answer': {
    by: 'resolver',
    texts: {
      system: 'Published, but the system’s resolver still has the old answer',
      named: 'Published, but {server} still has the old answer',
    },
  },
  'verdict.old-answer-for': {
    by: 'resolver',
    texts: {
      system: 'Published, but the system’s resolver still has the old answer, for up to {seconds}',
      named: 'Published, but {server} still has the old answer, for up to {seconds}',
    },
  },
  'verdict.negative-answer': {
    by: 'resolver',
    texts: {
      system: 'Published, but the system’s resolver still has a negative answer cached',
      named: 'Published, but {server} still has a negative answer cached',
    },
  },
  'verdict.negative-answer-for': {
    by: 'resolver',
    texts: {
      system: 'Published, but the system’s resolver still has a negative answer cached, for up to {seconds}',
      named: 'Published, but {server} still has a negative answer cached, for up to {seconds}',
    },
  },
  'verdict.silent': {
    by: 'servers',
    texts: {
      'name-servers': {
        by: 'others',
        texts: {
          one: 'Published before; no answer from {count} of {total} name servers, and the other does not have it',
          other: 'Published before; no answer from {count} of {total} name servers, and the others do not have it',
        },
      },
      servers: {
        by: 'others',
        texts: {
          one: 'Published before; no answer from {count} of {total} servers, and the other does not have it',
          other: 'Published before; no answer from {count} of {total} servers, and the others do not have it',
        },
      },
    },
  },
  'verdict.silent-others-differ': {
    by: 'servers',
    texts: {
      'name-servers': {
        by: 'others',
        texts: {
          one: 'Published before; no answer from {count} of {total} name servers, and the other does not have the required record',
          other:
            'Published before; no answer from {count} of {total} name servers, and the others do not have the required record',
        },
      },
      servers: {
        by: 'others',
        texts: {
          one: 'Published before; no answer from {count} of {total} servers, and the other does not have the required record',
          other:
            'Published before; no answer from {count} of {total} servers, and the others do not have the required record',
        },
      },
    },
  },

  'verdict.broken': {
    by: 'purpose',
    texts: {
      spf: 'Published, but the SPF record does not let the provider’s mail pass',
      dkim: 'Published, but receivers can’t use the key',
      dmarc: 'Published, but receivers discard the policy',
      other: 'Published, but its target does not exist',
    },
  },
  'verdict.broken-on-some': {
    by: 'servers',
    texts: {
      'name-servers': {
        by: 'purpose',
        texts: {
          spf: 'On {count} of {total} name servers the SPF record does not let the provider’s mail pass',
          dkim: 'On {count} of {total} name servers receivers can’t use the key',
          dmarc: 'On {count} of {total} name servers receivers discard the policy',
          other: 'On {count} of {total} name servers its target does not exist',
        },
      },
      servers: {
        by: 'purpose',
        texts: {
          spf: 'On {count} of {total} servers the SPF record does not let the provider’s mail pass',
          dkim: 'On {count} of {total} servers receivers can’t use the key',
          dmarc: 'On {count} of {total} servers receivers discard the policy',
          other: 'On {count} of {total} servers its target does not exist',
        },
      },
    },
  },
  'verdict.other-value': 'Another value is published',
  'verdict.other-value-on-some': {
    by: 'servers',
    texts: {
      'name-servers': {
        by: 'count',
        texts: {
          one: '{count} of {total} name servers answers with another value',
          other: '{count} of {total} name servers answer with another value',
        },
      },
      servers: {
        by: 'count',
        texts: {
          one: '{count} of {total} servers answers with another value',
          other: '{count} of {total} servers answer with another value',
        },
      },
    },
  },

  'verdict.bogus': 'Published, but DNSSEC validation fails: validating resolvers refuse it',
  'verdict.not-delegated': 'The domain is not delegated',
  'verdict.alias-loop': 'The alias loops',
  'verdict.flattened': 'The CNAME is flattened: its target’s records are shown instead',
  'verdict.proxied': 'There are addresses instead of the CNAME',
  'verdict.wildcard': 'Not published: a wildcard answers instead',
  'verdict.zone-doubled': 'Not published: it is at a name with the zone’s name doubled',
  'verdict.servers-fail': 'The name servers fail: {what}',
  'verdict.not-known': 'Not known: {what}',
  'dns.failed': {
    by: 'failure',
    texts: {
      timeout: 'no answer in time',
      servfail: 'the server answered SERVFAIL',
      refused: 'the server answered REFUSED',
      formerr: 'the server answered with an error',
      notimp: 'the server answered NOTIMP',
      'no-edns': 'the server is silent to questions with EDNS',
      network: 'the network does not let the question through',
      bogus: 'DNSSEC validation fails',
      lame: 'the server is not authoritative for the zone',
      truncated: 'the answer is too long for UDP, and TCP did not carry it',
      mismatched: 'the answer does not belong to the question',
      'alias-loop': 'the alias loops',
      malformed: 'the answer can’t be read as DNS',
      offline: 'no DNS server can be reached',
      'not-known': 'the answer is not among what was given',
    },
  },
  'dns.no-answer': 'no answer',

  'domain.verified': 'Every required record is published and correct',
  'domain.no-template': 'Waiting for the choice of a record template',
  'domain.because': '{record}: {what}',
});
