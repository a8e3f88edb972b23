import { z } from 'zod';
import type { Finding } from '../findings/finding.ts';
import type { ProbeTrace } from '../service/trace.ts';
import { procedure } from './procedure.ts';
import { derived, instant, inWorkspace } from './values.ts';
import { settingsFields } from './settings.ts';

/** Tests of the service and of the addresses it answers to. */

export const keyCheck = z.object({
  outcome: z.enum([
    'accepted',
    'wrong-api-key',
    'wrong-auth-key',
    'domain-of-another-account',
    'response-domain-unreachable',
    'unavailable',
    'not-checkable',
  ]),
  detail: z.string(),
  /** What the outcome means and what to do, the way to the service included. */
  findings: z.array(derived<Finding>()),
  seenAt: instant,
});

/** `signed`: prove the Auth key as well, by a request that carries it over https and stores nothing. */
const applicationInput = inWorkspace.extend({ signed: z.boolean().optional() });

export const probesContract = {
  connection: procedure
    .input(
      inWorkspace.extend({
        /** Try these instead of what is saved; nothing of it is stored. */
        unsaved: settingsFields.pick({ serviceUrl: true, extraCa: true }).partial().optional(),
      }),
    )
    .output(derived<ProbeTrace>()),
  keys: procedure.input(inWorkspace).output(keyCheck),
  responses: procedure.input(applicationInput).output(derived<ProbeTrace>()),
  monitoring: procedure.input(applicationInput).output(derived<ProbeTrace>()),
  /** Addresses the service was seen at or may send from (traces, and the provider's SPF), for the deny-list check. */
  serviceAddresses: procedure.input(inWorkspace).output(
    z.object({
      addresses: z.array(z.object({ address: z.string(), from: z.string() })),
      /** What could not be read, in words; the list is then shorter than it should be. */
      gaps: z.array(z.string()),
    }),
  ),
};

export type KeyCheck = z.infer<typeof keyCheck>;
