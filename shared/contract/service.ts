import { z } from 'zod';
import type { DescribedFinding } from '../findings/catalogue.ts';
import type { Finding } from '../findings/finding.ts';
import type { ComparedDomain } from '../service/interface/compare-domains.ts';
import type { DomainValidation } from '../service/interface/answers.ts';
import type { ReadTexts } from '../service/interface/record-texts.ts';
import { procedure } from './procedure.ts';
import { derived, inWorkspace, instant } from './values.ts';

/** The cloud email service behind a workspace: what it says of the account, and what it is told. */

const statusView = z.object({
  state: z.enum(['active', 'error', 'inactive', 'unknown']),
  /** The service's own code; -1 where it gave no answer, null where it said nothing of this. */
  code: z.int().nullable(),
  /** One sentence for people. */
  message: z.string(),
  finding: derived<Finding>().nullable(),
});

export const serviceView = z.object({
  sending: statusView,
  responses: statusView,
  /** As the service names it; null: not told by the service. */
  provider: z.string().nullable(),
  accountName: z.string().nullable(),
  /** Messages of today; a limit of null is none. Null: not told. */
  quota: z.object({ limit: z.int().nullable(), used: z.int() }).nullable(),
  /** When the service was asked under today's settings; null when it was not. */
  seenAt: instant.nullable(),
  /** The console asks the service by itself at this moment. */
  isAsking: z.boolean(),
  /** URL and API key are saved, so that the service can be asked. */
  isComplete: z.boolean(),
  /** The API key before the one in force, kept until the service has taken that; null when there is none. */
  keptKey: z
    .object({
      setAt: instant.nullable(),
      endsIn: z.string().nullable(),
      /** The service refuses the new one: the person has to choose. */
      isNewRefused: z.boolean(),
    })
    .nullable(),
  responseDomain: z.object({ here: z.string(), there: z.string().nullable() }),
  /** How many sender domains are where; null when the account was not asked for its own. */
  domains: z.object({ here: z.int(), there: z.int(), both: z.int() }).nullable(),
  /** Whether the service has yet to be told of the response domain and the Auth key that are saved here. */
  tell: z.object({
    isDue: z.boolean(),
    lastAt: instant.nullable(),
    /** What the service said when it was told last; null when it was never told. */
    lastCode: z.int().nullable(),
    /** Why it did not take them then. */
    finding: derived<Finding>().nullable(),
  }),
});

/** What came of something that the service was asked to do. */
const deed = z.object({
  ok: z.boolean(),
  /** The service's code; null where it gave none. */
  code: z.int().nullable(),
  message: z.string(),
  findings: z.array(derived<DescribedFinding>()),
  /** False when this machine is offline or the service does not know the call: nothing is said of what was asked. */
  isConclusive: z.boolean(),
});

export const accountDomains = z.object({
  seenAt: instant.nullable(),
  domains: z.array(derived<ComparedDomain>()),
});

const named = inWorkspace.extend({ domain: z.string().min(1).max(255) });

export const serviceContract = {
  /** Both statuses as they were seen last. Asks nobody. */
  status: procedure.input(inWorkspace).output(serviceView),
  /** Asks the service for the account and the quota. */
  refresh: procedure.input(inWorkspace).output(serviceView),
  /** Asks by itself, once under the settings of today: answers at once, and what is learned comes as a change. */
  ask: procedure.input(inWorkspace).output(z.object({})),
  /** Goes back to the API key before, or drops it. */
  chooseKey: procedure.input(inWorkspace.extend({ key: z.enum(['new', 'old']) })).output(serviceView),
  /** The account's sender domains beside those listed here, as they were seen last. Asks nobody. */
  domains: procedure.input(inWorkspace).output(accountDomains),
  refreshDomains: procedure.input(inWorkspace).output(accountDomains),
  /** The records that the service generated for a domain, read from its texts; null when it does not know the domain. */
  records: procedure.input(named).output(derived<ReadTexts>().nullable()),
  /** Tells the service the response domain and the Auth key that are saved here. */
  tell: procedure.input(inWorkspace).output(deed),
  /** Adds a domain to the account. Nothing is ever deleted there. */
  addDomain: procedure.input(named).output(deed),
  /** Asks for the service's own verdict on a domain's records. */
  validateDomain: procedure.input(named).output(deed.extend({ validation: derived<DomainValidation>().nullable() })),
};

export type ServiceView = z.infer<typeof serviceView>;
export type ServiceAction = z.infer<typeof deed>;
export type AccountDomainsView = z.infer<typeof accountDomains>;
