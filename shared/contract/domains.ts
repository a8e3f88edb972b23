import { z } from 'zod';
import type { Observation } from '../observed/observation.ts';
import type { RotationPlan } from '../dkim/rotation.ts';
import { fact } from '../facts/catalogue.ts';
import type { Fact } from '../facts/fact.ts';
import type { DescribedFinding } from '../findings/catalogue.ts';
import type { Manual } from '../manual/manual.ts';
import type { ReceiverVerdict } from '../judge/receiver.ts';
import type { OfferedSaving, DescribedSpfTree } from '../manual/spf-budget.ts';
import { LONGEST_AGE } from '../policy/mta-sts.ts';
import { procedure } from './procedure.ts';
import {
  derived,
  instant,
  domainId,
  inWorkspace,
  inDomain,
  verdict,
  purposeVerdict,
  handOverText,
  storedFact,
} from './values.ts';
import { secretStatus } from './vault.ts';
import { jobState } from './jobs.ts';

/** A manual, with the number of the last change of the state that it takes in: who hears of that one need not ask anew. */
export interface ManualAsOf extends Manual {
  readonly asOf: number;
}

/** Sender domains: listed for ever, configured, each with its manual. None is ever deleted. */

export const domainProvider = z.object({
  templateId: z.string().min(1).max(64),
  mode: z.string().max(64),
  /** Values only the provider knows, by field id. */
  fields: z.record(z.string().max(64), z.string().max(4096)),
});

/** Optional extras of a domain; they never hold its verdict back. */
export const domainPolicies = z.object({
  mtaSts: z
    .object({
      mode: z.enum(['testing', 'enforce', 'none']),
      /** Host names of the domain's mail servers, or `*.` and a domain. */
      mx: z.array(z.string().max(255)).max(20),
      /** Seconds for which senders keep the policy. */
      maxAge: z.int().min(0).max(LONGEST_AGE),
      /** Where the policy file is served from: a CNAME for `mta-sts` points at it. Null: seen to elsewhere. */
      host: z.string().max(253).nullable(),
      /** The id of a policy that is served already; null: one that follows from the policy. */
      id: z.string().max(32).nullable(),
    })
    .nullable(),
  tlsRpt: z.object({ reportAddress: z.string().max(320) }).nullable(),
  bimi: z.object({ logo: z.string().max(2048), evidence: z.string().max(2048) }).nullable(),
});

/** What a person may choose to make weaker. */
export const weakeningKind = z.enum(['policy', 'reports', 'senders', 'keys', 'permerrors']);

/** A word of a person's own to group domains by. */
const tag = z.string().trim().min(1).max(40);
const MAX_TAGS = 16;

/** A text that is taken for the published one for as long as that reads `from`. */
const editedText = z.object({ from: z.string().max(16_384), to: z.string().max(16_384) });

const MAX_EDITED_KEYS = 16;

const spfChoice = z.object({
  remove: z.array(z.string().max(1024)).max(64),
  without: z.array(z.string().max(1024)).max(64),
  edited: editedText.nullable(),
});

/** Why something would be weaker. Files of earlier versions have it as a sentence. */
const explanation = z.union([
  z.array(storedFact).max(64),
  z
    .string()
    .max(2048)
    .transform((outside): Fact[] => [fact('earlier', { outside })]),
]);

export const domainConfiguration = z.object({
  /** Empty: the workspace's record template. */
  providers: z.array(domainProvider).max(8),
  dmarc: z.object({
    policy: z.enum(['none', 'quarantine', 'reject']),
    subdomainPolicy: z.enum(['none', 'quarantine', 'reject']).nullable(),
    testing: z.boolean(),
    reportAddress: z.string().max(320).nullable(),
    alignment: z.object({ dkim: z.enum(['relaxed', 'strict']), spf: z.enum(['relaxed', 'strict']) }),
  }),
  /** The domain never sends: null MX, `v=spf1 -all` and `p=reject` instead of a provider's records. */
  neverSends: z.boolean(),
  /** What the published DMARC record was meant as, where somebody has chosen among its meanings. Absent: nobody has. */
  dmarcEdited: editedText.nullable().optional(),
  /** What DKIM records that are asked for were meant as, where somebody has chosen. Absent: nobody has. */
  dkimEdited: z.array(editedText).max(MAX_EDITED_KEYS).optional(),
  /** Who writes from the domain: people, who may post to mailing lists, or programs alone. Absent: nobody has said. */
  users: z.enum(['people', 'programs']).optional(),
  /** Decisions about the SPF record besides what the providers require. */
  spf: spfChoice.default({ remove: [], without: [], edited: null }),
  /** The DNS zone that the domain's records live in, when it isn't the domain itself. */
  zone: z.string().max(253).nullable(),
  /** Absent: none, as in what was stored before they existed. */
  policies: domainPolicies.optional(),
  /** Absent: none. */
  tags: z.array(tag).max(MAX_TAGS).optional(),
  extras: z
    .array(z.object({ name: z.string().max(253), type: z.enum(['TXT', 'CNAME']), value: z.string().max(4096) }))
    .max(32),
  /** What was chosen to be weaker than it is, by whom and when. Absent: nothing. */
  weaker: z
    .array(z.object({ kind: weakeningKind, by: z.string().max(256), at: instant, what: explanation }))
    .max(weakeningKind.options.length)
    .optional(),
});

/** What is changed of many domains at once; each part that is left out stays as it is with each of them. */
const severalChange = z.object({
  /** Who sends for them, and how it is set up. Refused for a domain that several providers send for. */
  provider: domainProvider.pick({ templateId: true, mode: true }).optional(),
  /** Values of that provider that are the same for all, by field id. */
  values: domainProvider.shape.fields.optional(),
  reportAddress: z.string().max(320).nullable().optional(),
  addTags: z.array(tag).max(MAX_TAGS).optional(),
  removeTags: z.array(tag).max(MAX_TAGS).optional(),
});

/** Parts of a configuration, each whole; what is left out stays. What is chosen to be weaker has a procedure of its own. */
const configurationChange = domainConfiguration.omit({ weaker: true }).extend({ spf: spfChoice }).partial();

export const dkimKeyPublic = z.object({
  selector: z.string(),
  algorithm: z.enum(['rsa', 'ed25519']),
  bits: z.int(),
  /** The `p=` value, base64. */
  publicKey: z.string(),
  createdAt: instant,
  /** Since when mail is signed with it, as somebody said. */
  signingSince: instant.nullable(),
  revokedAt: instant.nullable(),
  state: secretStatus.shape.state,
});

export const domainRow = z.object({
  id: domainId,
  /** A-labels. */
  name: z.string(),
  /** U-labels, for people. */
  unicodeName: z.string(),
  inUse: z.boolean(),
  addedAt: instant,
  /** Of its first provider; null until one is chosen. */
  templateId: z.string().nullable(),
  spf: purposeVerdict,
  dkim: purposeVerdict,
  dmarc: purposeVerdict,
  verdict,
  seenAt: instant.nullable(),
  tags: z.array(z.string()).optional(),
});

export const refusedDomain = z.object({
  line: z.int().positive(),
  text: z.string(),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
});

const listedName = z.object({ line: z.int(), name: z.string(), unicodeName: z.string() });

const listColumn = z.object({
  index: z.int(),
  heading: z.string(),
  samples: z.array(z.string()),
  /** Rows, of those looked at, that hold a domain there. */
  domains: z.int(),
});

export const domainListReport = z.object({
  accepted: z.array(listedName),
  refused: z.array(refusedDomain),
  /** Listed already: in the workspace (null), or on an earlier line of the list. */
  known: z.array(z.object({ line: z.int(), text: z.string(), name: z.string(), firstLine: z.int().nullable() })),
  /** Domains in web and mail addresses, names of a zone that no mail record speaks for; taken only when that is asked for. */
  offered: z.array(listedName.extend({ text: z.string() })),
  /** The columns that may hold the domains, where that can't be told: nothing is accepted until one is named. */
  question: z.array(listColumn).nullable(),
  column: listColumn.nullable(),
  /** What the text was understood to be. */
  readAs: z.enum(['list', 'table', 'json', 'zone']),
  /** The provider and the call that answers so; null where that is not known. */
  answerOf: z.string().nullable(),
});

export const timelineEntry = z.object({
  at: instant,
  recordId: z.string(),
  before: verdict.nullable(),
  after: verdict,
  fact: storedFact,
});

/** A domain whose verdict is another than it was, and what changed last. */
export const changedDomain = z.object({
  id: domainId,
  name: z.string(),
  unicodeName: z.string(),
  before: verdict,
  after: verdict,
  at: instant,
  fact: storedFact,
});

const manyDomains = z.array(domainId).min(1).max(100_000);

export const verifySelection = z.discriminatedUnion('which', [
  z.object({ which: z.literal('all') }),
  z.object({ which: z.literal('not-verified') }),
  z.object({ which: z.literal('chosen'), domainIds: manyDomains }),
]);

/** `first`: no more rows than that; what a screen shows is there before the rest of ten thousand. */
const listInput = inWorkspace.extend({ first: z.int().min(1).max(100_000).optional() });

const addDomainsInput = inWorkspace.extend({
  text: z.string().max(16 * 1024 * 1024),
  /** Of a table: the column that holds the domains, from 0. */
  column: z.int().min(0).max(100_000).optional(),
  /** Take what is offered as well. */
  takeOffered: z.boolean().optional(),
});

/** `chosen`: true to take what would be weaker, false to keep what holds. */
const weakerInput = inDomain.extend({ kind: weakeningKind, chosen: z.boolean() });

/** `wayBack`: what undoes the changes; `complete`: every required record; without either the changes. */
const handOverChoice = {
  format: z.string().max(64),
  wayBack: z.boolean().optional(),
  complete: z.boolean().optional(),
};

/** What a domain is handed over with, and the same as a letter by e-mail, whatever the format. */
const handedOver = handOverText.extend({
  draft: z.object({
    /** As an address for the mail program (RFC 6068); null where it is longer than mail programs take. */
    mailto: z.string().nullable(),
    /** As a message to be opened, completed and sent (RFC 5322). */
    message: z.string(),
  }),
});

/** What several domains are handed over with. */
const handedOverFile = z.object({
  fileName: z.string(),
  mediaType: z.string(),
  /** Base64. */
  octets: z.string(),
  /** How many domains are in it. */
  domains: z.int(),
  leftOut: z.array(z.object({ domain: z.string(), reason: z.string() })),
  /** What the file has no room for. */
  remarks: z.array(z.string()),
});

/** Characters of a pasted zone, and of one that is looked at while it is being pasted. */
const MAX_PASTED_ZONE = 8 * 1024 * 1024;
const MAX_LOOKED_AT = 1024 * 1024;

/** What a zone's text holds. */
const zoneLook = z.object({
  records: z.int(),
  /** What is wrong with it: the first remarks, and how many there are besides. */
  remarks: z.array(derived<DescribedFinding>()),
  more: z.int(),
});

export const domainsContract = {
  /** In the order of their names: numbers count as numbers, letters as their base letters. */
  list: procedure.input(listInput).output(z.array(domainRow)),
  /** What adding this text would do: a list, a paste or a CSV. Nothing is stored. */
  preview: procedure.input(addDomainsInput).output(domainListReport),
  add: procedure.input(addDomainsInput).output(domainListReport.extend({ added: z.array(domainRow) })),
  setInUse: procedure
    .input(inWorkspace.extend({ domainIds: manyDomains, inUse: z.boolean() }))
    .output(z.array(domainRow)),
  configuration: procedure.input(inDomain).output(
    z.object({
      revision: z.int(),
      configuration: domainConfiguration,
      dkimKeys: z.array(dkimKeyPublic),
      pastedZone: z.string(),
    }),
  ),
  /** Changes parts of the configuration and the pasted zone, all at once or nothing. */
  configure: procedure
    .input(
      inDomain.extend({
        /** The revision the change was made on: a newer one in the store is a CONFLICT. */
        revision: z.int(),
        configuration: configurationChange,
        /** The zone as somebody pasted it, where that changes too. Empty forgets it. */
        pastedZone: z.string().max(MAX_PASTED_ZONE).optional(),
      }),
    )
    .output(derived<ManualAsOf>()),
  /** Changes the same of several domains; the others are changed where one is refused. */
  configureSeveral: procedure.input(inWorkspace.extend({ domainIds: manyDomains, change: severalChange })).output(
    z.object({
      changed: z.int(),
      refused: z.array(z.object({ domain: z.string(), message: z.string(), remedy: z.string() })),
    }),
  ),
  /** Chooses something weaker on purpose, or takes the choice back. Kept with who chose it and when. */
  chooseWeaker: procedure.input(weakerInput).output(derived<ManualAsOf>()),
  /** The zone as somebody pasted it: the offline way to say what is published today. Empty text forgets it. */
  pasteZone: procedure.input(inDomain.extend({ text: z.string().max(MAX_PASTED_ZONE) })).output(derived<ManualAsOf>()),
  /** Reads a text as `pasteZone` would; nothing is kept. */
  lookAtZone: procedure
    .input(z.object({ zone: z.string().max(253), text: z.string().max(MAX_LOOKED_AT) }))
    .output(zoneLook),
  makeDkimKey: procedure
    .input(
      inDomain.extend({
        selector: z.string().min(1).max(63),
        algorithm: z.enum(['rsa-1024', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519']),
      }),
    )
    .output(dkimKeyPublic),
  /** How the domain's DKIM keys can be changed without losing a message, and how far each change has come. */
  rotations: procedure.input(inDomain).output(z.array(derived<RotationPlan>())),
  /** Notes that mail is signed with a key now, or revokes one: its required record becomes the empty key. */
  markDkimKey: procedure
    .input(
      inDomain.extend({
        selector: z.string().min(1).max(63),
        /** `signing`: mail is signed with it from now on; `revoked`; `live`: neither, a slip is taken back. */
        as: z.enum(['signing', 'revoked', 'live']),
      }),
    )
    .output(z.array(derived<RotationPlan>())),
  manual: procedure.input(inDomain).output(derived<ManualAsOf>()),
  handOver: procedure.input(inDomain.extend(handOverChoice)).output(handedOver),
  /** `asOne`: one file that holds all domains; else a zip with a file for each. */
  handOverSeveral: procedure
    .input(inWorkspace.extend({ ...handOverChoice, domainIds: manyDomains, asOne: z.boolean() }))
    .output(handedOverFile),
  /** Notes in Activity that somebody has taken what was prepared. */
  noteHandOver: procedure.input(inWorkspace.extend({ ...handOverChoice, domainIds: manyDomains })).output(z.object({})),
  /** The receivers' verdict on today's DNS beside the one with the prepared records laid over it. */
  prove: procedure
    .input(inDomain)
    .output(z.object({ today: derived<ReceiverVerdict>(), prepared: derived<ReceiverVerdict>() })),
  /** What the SPF record costs, today and as it is prepared, and ways to make the prepared one cheaper. */
  spfTree: procedure.input(inDomain).output(
    z.object({
      today: derived<DescribedSpfTree>().nullable(),
      prepared: derived<DescribedSpfTree>().nullable(),
      savings: z.array(derived<OfferedSaving>()),
    }),
  ),
  observations: procedure.input(inDomain).output(z.array(derived<Observation>())),
  timeline: procedure.input(inDomain).output(z.array(timelineEntry)),
  verify: procedure
    .input(inWorkspace.extend({ selection: verifySelection, resolver: z.string().max(2048).optional() }))
    .output(jobState),
  changedSince: procedure.input(inWorkspace.extend({ since: z.int() })).output(z.array(changedDomain)),
  report: procedure.input(inWorkspace.extend({ format: z.enum(['csv', 'json']) })).output(handOverText),
};

export type DomainConfiguration = z.infer<typeof domainConfiguration>;
/** What is changed of a domain's configuration. */
export type ConfigurationChange = z.infer<typeof configurationChange>;
export type SeveralChange = z.infer<typeof severalChange>;
export type ZoneLook = z.infer<typeof zoneLook>;
export type HandedOver = z.infer<typeof handedOver>;
export type HandedOverFile = z.infer<typeof handedOverFile>;
export type DomainProvider = z.infer<typeof domainProvider>;
export type DkimKeyPublic = z.infer<typeof dkimKeyPublic>;
export type DomainRow = z.infer<typeof domainRow>;
export type DomainListReport = z.infer<typeof domainListReport>;
export type ChangedDomain = z.infer<typeof changedDomain>;
export type TimelineEntry = z.infer<typeof timelineEntry>;
export type VerifySelection = z.infer<typeof verifySelection>;
