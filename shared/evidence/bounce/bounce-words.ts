import type { RuleSource } from '../../policy/mailbox-providers.ts';
import type { Bounce, BounceVerdict } from './bounce.ts';
import type { BounceCategory, BounceRecord } from './cause.ts';

/** What a cause means, and what to do about it; receivers' own rules say more where there are some. */

export interface BounceWords {
  readonly meaning: string;
  readonly remedy: string;
}

const WORDS: Readonly<Record<BounceCategory, BounceWords>> = {
  authentication: {
    meaning: 'The receiver could not tell that the mail is the domain’s own.',
    remedy: 'Change the records named here; the manual of the domain has their values.',
  },
  'reverse-dns': {
    meaning: 'The address that sent has no reverse name, or the name does not lead back to it.',
    remedy: 'Ask whoever runs the sending server for a PTR record and the address record that belongs to it.',
  },
  tls: {
    meaning: 'The two servers could not agree on a connection that is encrypted as it has to be.',
    remedy: 'Let the sending server use TLS. An MTA-STS policy or a TLSA record must be fixed by the receiving domain.',
  },
  'sender-domain': {
    meaning: 'The sender’s domain can’t be found in DNS.',
    remedy: 'Give the domain an SOA and an MX or address record.',
  },
  reputation: {
    meaning: 'The receiver does not trust the address that sent, or it is on a block list.',
    remedy: 'No record helps. Ask the mail provider, or follow the address that the answer names.',
  },
  rate: {
    meaning: 'Too much mail in too short a time.',
    remedy: 'No record helps. Send more slowly, and to people who asked for it.',
  },
  content: {
    meaning: 'The receiver does not accept the content of the message.',
    remedy: 'No record helps. Check the text, its links and its attachments.',
  },
  format: {
    meaning: 'The message violates the standard.',
    remedy: 'No record helps. Tell whoever generates the message: a header appears twice, or can’t be read.',
  },
  size: { meaning: 'The message is too large.', remedy: 'No record helps. Send less in one message.' },
  mailbox: {
    meaning: 'The recipient’s mailbox is full, blocked or not used any more.',
    remedy: 'No record helps. Try later, then remove the address from the list.',
  },
  address: {
    meaning: 'There is no such recipient.',
    remedy: 'No record helps. Remove the address from the list.',
  },
  'recipient-policy': {
    meaning: 'The recipient accepts mail only from some senders.',
    remedy: 'No record helps. Ask the recipient.',
  },
  relay: {
    meaning: 'The server does not accept mail for the recipient’s domain.',
    remedy: 'No record of the sender helps. The recipient’s MX records may point to the wrong server.',
  },
  'smtp-login': {
    meaning: 'The sending program must log in to the server.',
    remedy: 'No record helps. Give the program a login, or the right one.',
  },
  routing: {
    meaning: 'The recipient’s domain accepts no mail, or its servers can’t be found.',
    remedy: 'No record of the sender helps. Look at the address of the recipient.',
  },
  timeout: {
    meaning: 'The receiving server could not be reached for too long.',
    remedy: 'No record helps. Send again later.',
  },
  receiver: {
    meaning: 'The receiving server has a problem of its own.',
    remedy: 'No record helps. Send again later.',
  },
  protocol: {
    meaning: 'The two servers did not understand each other.',
    remedy: 'No record helps. Tell whoever runs the sending server.',
  },
  policy: {
    meaning:
      'The receiver refuses the message by a rule that its answer does not name; it may be one about authentication.',
    remedy: 'See whether SPF, DKIM and DMARC pass; if they do, ask the receiver.',
  },
  'not-a-bounce': { meaning: 'It reports no failed delivery.', remedy: 'There is nothing to do.' },
  unknown: {
    meaning: 'Neither the codes nor the text say why.',
    remedy: 'Read what the server said, or ask the receiver.',
  },
};

const RECORDS: Readonly<Record<BounceRecord, string>> = {
  spf: 'the SPF record',
  dkim: 'the DKIM key, or what is signed with it',
  dmarc: 'the DMARC record, or the alignment with it',
  ptr: 'the PTR record of the sending address',
  tls: 'TLS at the sending server',
  'mta-sts': 'the MTA-STS policy of the receiving domain',
  dane: 'the TLSA record of the receiving domain',
  mx: 'the MX, address or SOA record of the sender’s domain',
  rate: 'how fast is sent',
};

/** Whether a stored text is a category that there is. */
export function isBounceCategory(text: unknown): text is BounceCategory {
  return typeof text === 'string' && Object.hasOwn(WORDS, text);
}

/** What a cause means and what to do, in sentences. */
export function bounceWords(category: BounceCategory): BounceWords {
  return WORDS[category];
}

/** What is to be changed, for people. */
export function recordWords(record: BounceRecord): string {
  return RECORDS[record];
}

/** What is told of one recipient: the verdict in words, and each receiver's rule with where it stands. */
export interface DescribedVerdict extends Omit<BounceVerdict, 'rules'>, BounceWords {
  readonly rules: readonly {
    readonly receiver: string;
    readonly meaning: string;
    readonly remedy: string;
    readonly requirement: string | null;
    readonly source: RuleSource;
  }[];
}

/** A bounce as it is told; each recipient after the first has a verdict of its own. */
export interface DescribedBounce extends Omit<Bounce, 'rules' | 'others'>, Omit<DescribedVerdict, keyof BounceVerdict> {
  readonly kind: 'bounce';
  readonly rules: DescribedVerdict['rules'];
  readonly others: readonly DescribedVerdict[];
}

function told<Verdict extends BounceVerdict>({ rules, ...verdict }: Verdict) {
  return {
    ...verdict,
    ...bounceWords(verdict.category),
    rules: rules.map(({ provider, answer, requirement }) => ({
      receiver: provider.name,
      meaning: answer.meaning,
      remedy: answer.remedy,
      requirement: requirement?.text ?? null,
      source: answer.source,
    })),
  };
}

/** A bounce with its words. */
export function describedBounce(bounce: Bounce): DescribedBounce {
  return { kind: 'bounce', ...told(bounce), others: bounce.others.map(told) };
}
