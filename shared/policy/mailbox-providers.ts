/**
 * What the large mailbox providers ask of senders, and what they answer to mail that does not meet it: data, each rule
 * with the page it stands on and the day that page was read.
 */

export const requirementKinds = [
  'spf-and-dkim',
  'spf-or-dkim',
  'aligned-authentication',
  'dmarc-record',
  'dmarc-aligned',
  'dkim-key-length',
  'reverse-dns',
  'zone',
  'tls',
  'one-click-unsubscribe',
  'complaint-rate',
] as const;

export type RequirementKind = (typeof requirementKinds)[number];

/** A page that says so. */
export interface RuleSource {
  readonly title: string;
  readonly url: string;
  /** The day whose text was read, or its month where no day is known. */
  readonly seen: string;
}

export interface Requirement {
  readonly kind: RequirementKind;
  readonly text: string;
  /** `all`: of every sender; `bulk`: of those whom the provider counts among bulk senders. */
  readonly audience: 'all' | 'bulk';
  /** The codes that a message gets when it does not meet it, where the provider names some. */
  readonly rejection?: string;
  readonly source: RuleSource;
}

/** What a provider says to a message. */
export interface ReceiverAnswer {
  /** Enhanced status code (RFC 3463). */
  readonly code: string;
  /** Words of the answer, in small letters, that tell this meaning from others of the code; null: it has one meaning. */
  readonly says: string | null;
  readonly meaning: string;
  readonly remedy: string;
  /** The requirement that was not met; null where the answer is about something else. */
  readonly requirement: RequirementKind | null;
  readonly source: RuleSource;
}

export interface MailboxProvider {
  /** `google`, `yahoo`, `microsoft`, `apple`, `laposte`, and what newer rules add. */
  readonly id: string;
  readonly name: string;
  /** Whom the provider counts among bulk senders; `perDay` is null where it names no number. */
  readonly bulk: { readonly perDay: number | null; readonly text: string };
  readonly requirements: readonly Requirement[];
  readonly answers: readonly ReceiverAnswer[];
  readonly source: string;
  readonly date: string;
}

const GUIDELINES: RuleSource = {
  title: 'Google, Email sender guidelines',
  url: 'https://support.google.com/mail/answer/81126',
  seen: '2026-03-21',
};
const CODES: RuleSource = {
  title: 'Google, Gmail SMTP errors and codes',
  url: 'https://knowledge.workspace.google.com/admin/support/troubleshooting/gmail-smtp-errors-and-codes',
  seen: '2026-02-15',
};
const FAQ: RuleSource = {
  title: 'Google, Email sender guidelines FAQ',
  url: 'https://support.google.com/mail/answer/14229414',
  seen: '2026-03-11',
};
const YAHOO: RuleSource = {
  title: 'Yahoo, Sender best practices',
  url: 'https://senders.yahooinc.com/best-practices/',
  seen: '2026-07',
};
const MICROSOFT: RuleSource = {
  title: 'Microsoft, requirements for high-volume senders',
  url: 'https://techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog/strengthening-email-ecosystem-outlook%E2%80%99s-new-requirements-for-high%E2%80%90volume-senders/4399730',
  seen: '2025-08-02',
};
const APPLE: RuleSource = {
  title: 'Apple, Postmaster information for iCloud Mail',
  url: 'https://support.apple.com/102322',
  seen: '2025-02-26',
};
const LA_POSTE: RuleSource = {
  title: 'La Poste, word of its postmaster at Spam Resource',
  url: 'https://www.spamresource.com/2025/08/la-poste-authentication-required.html',
  seen: '2025-09-04',
};

type Rule = Omit<ReceiverAnswer, 'code' | 'says' | 'source'>;

/** The answers of several codes that mean one thing: the temporary one, and the permanent one that follows. */
function answers(codes: readonly string[], rule: Rule, source: RuleSource = CODES): readonly ReceiverAnswer[] {
  return codes.map((code) => ({ code, says: null, ...rule, source }));
}

const google: MailboxProvider = {
  id: 'google',
  name: 'Google',
  source: 'Email sender guidelines, support.google.com',
  date: '2026-11',
  bulk: {
    perDay: 5000,
    text: 'Close to 5,000 messages or more within a day to personal Gmail accounts, counted for the primary domain with all its subdomains; whoever was counted once stays a bulk sender.',
  },
  requirements: [
    {
      kind: 'spf-or-dkim',
      audience: 'all',
      text: 'SPF or DKIM passes',
      rejection: '4.7.26, 5.7.26',
      source: GUIDELINES,
    },
    { kind: 'dkim-key-length', audience: 'all', text: 'DKIM keys of 1024 bits or more', source: GUIDELINES },
    {
      kind: 'reverse-dns',
      audience: 'all',
      text: 'Sending addresses with forward and reverse DNS',
      rejection: '4.7.23, 5.7.25',
      source: GUIDELINES,
    },
    { kind: 'tls', audience: 'all', text: 'TLS for delivery', rejection: '4.7.29, 5.7.29', source: GUIDELINES },
    // No code is named for it: from 0.3 % on, support and mitigation are lost.
    { kind: 'complaint-rate', audience: 'all', text: 'Complaint rate under 0.3 %', source: FAQ },
    {
      kind: 'spf-and-dkim',
      audience: 'bulk',
      text: 'SPF and DKIM both pass',
      rejection: '4.7.27, 4.7.30, 5.7.27, 5.7.30',
      source: GUIDELINES,
    },
    {
      kind: 'dmarc-record',
      audience: 'bulk',
      text: 'A DMARC record, at least p=none',
      rejection: '4.7.31, 4.7.40, 5.7.40',
      source: GUIDELINES,
    },
    {
      kind: 'dmarc-aligned',
      audience: 'bulk',
      text: 'From aligned with SPF or DKIM',
      rejection: '4.7.32, 5.7.26, 5.7.32',
      source: GUIDELINES,
    },
    { kind: 'one-click-unsubscribe', audience: 'bulk', text: 'One-click unsubscribe (RFC 8058)', source: GUIDELINES },
  ],
  answers: [
    {
      code: '5.7.26',
      says: 'sender is unauthenticated',
      meaning: 'Neither SPF nor DKIM passed.',
      remedy: 'Publish the SPF record and the DKIM key that the provider of the mail asks for.',
      requirement: 'spf-or-dkim',
      source: CODES,
    },
    {
      code: '5.7.26',
      says: 'hard fail policy',
      meaning: 'The SPF record of the MAIL FROM domain ends in -all and does not name the address that sent.',
      remedy: 'Add the sending servers to the SPF record of the MAIL FROM domain.',
      requirement: null,
      source: CODES,
    },
    {
      code: '5.7.26',
      says: 'dmarc policy',
      meaning: 'The message failed DMARC, and the policy of the domain in From asks for it to be refused.',
      remedy: 'Align SPF or DKIM with the domain in From, or take a weaker policy until that is done.',
      requirement: 'dmarc-aligned',
      source: CODES,
    },
    {
      code: '4.7.26',
      says: 'temporary dns failures',
      meaning: 'DNS failed while the message was authenticated, and the domain’s DMARC policy would have it refused.',
      remedy: 'Look after the name servers of the domain; the message is tried again.',
      requirement: null,
      source: CODES,
    },
    {
      code: '4.7.26',
      says: 'rate limited because it is unauthenticated',
      meaning: 'Neither SPF nor DKIM passed; mail is slowed down.',
      remedy: 'Publish the SPF record and the DKIM key that the provider of the mail asks for.',
      requirement: 'spf-or-dkim',
      source: CODES,
    },
    ...answers(['4.7.27', '5.7.27'], {
      meaning: 'SPF did not pass, which Google asks of bulk senders.',
      remedy: 'Add the sending servers to the SPF record of the MAIL FROM domain.',
      requirement: 'spf-and-dkim',
    }),
    ...answers(['4.7.30', '5.7.30'], {
      meaning: 'DKIM did not pass, which Google asks of bulk senders.',
      remedy: 'Publish the key of the selector that signs, and sign with it.',
      requirement: 'spf-and-dkim',
    }),
    ...answers(
      ['4.7.31'],
      {
        meaning: 'The domain has no DMARC record, or one without a policy.',
        remedy: 'Publish a DMARC record, at least p=none.',
        requirement: 'dmarc-record',
      },
      FAQ,
    ),
    ...answers(['4.7.40'], {
      meaning: 'The domain has no DMARC record, or one without a policy.',
      remedy: 'Publish a DMARC record, at least p=none.',
      requirement: 'dmarc-record',
    }),
    {
      code: '5.7.40',
      says: 'dmarc',
      meaning: 'The domain has no DMARC record, or one without a policy.',
      remedy: 'Publish a DMARC record, at least p=none.',
      requirement: 'dmarc-record',
      source: CODES,
    },
    {
      code: '5.7.40',
      says: 'authentication type',
      meaning: 'The way of logging in is not known to the server; it is not about the domain.',
      remedy: 'Let the mail program log in another way.',
      requirement: null,
      source: CODES,
    },
    ...answers(['4.7.32', '5.7.32'], {
      meaning: 'The domain in From is aligned with neither SPF’s nor DKIM’s.',
      remedy: 'Sign with the domain in From, or use a MAIL FROM domain of it.',
      requirement: 'dmarc-aligned',
    }),
    ...answers(['4.7.23', '5.7.25'], {
      meaning: 'The sending address has no reverse name, or the name does not lead back to it.',
      remedy: 'Ask whoever runs the sending server for a PTR record and the address record that belongs to it.',
      requirement: 'reverse-dns',
    }),
    ...answers(['4.7.24', '5.7.24'], {
      meaning: 'The SPF record has entries that Google finds suspicious, such as ranges far too wide.',
      remedy: 'Take +all and wide ranges out of the SPF record.',
      requirement: null,
    }),
    ...answers(['4.7.28', '5.7.28'], {
      meaning: 'An unusual rate of mail, or of unsolicited mail; it is not the complaint rate as such.',
      remedy: 'Send more slowly, and to people who asked for it.',
      requirement: null,
    }),
    ...answers(['4.7.29', '5.7.29'], {
      meaning: 'The message did not come over TLS.',
      remedy: 'Let the sending server use TLS.',
      requirement: 'tls',
    }),
  ],
};

const yahoo: MailboxProvider = {
  id: 'yahoo',
  name: 'Yahoo',
  source: 'Sender best practices, senders.yahooinc.com',
  date: '2026-11',
  bulk: { perDay: null, text: 'Senders of a significant volume; Yahoo names no number.' },
  requirements: [
    { kind: 'spf-or-dkim', audience: 'all', text: 'SPF or DKIM passes', source: YAHOO },
    { kind: 'reverse-dns', audience: 'all', text: 'Forward and reverse DNS of the sending addresses', source: YAHOO },
    { kind: 'zone', audience: 'all', text: 'An SOA record for the domains in From and MAIL FROM', source: YAHOO },
    { kind: 'complaint-rate', audience: 'all', text: 'Complaint rate under 0.3 %', source: YAHOO },
    { kind: 'spf-and-dkim', audience: 'bulk', text: 'SPF and DKIM both pass', source: YAHOO },
    { kind: 'dmarc-record', audience: 'bulk', text: 'A DMARC record, at least p=none', source: YAHOO },
    { kind: 'dmarc-aligned', audience: 'bulk', text: 'DMARC passes, From aligned', source: YAHOO },
    {
      kind: 'one-click-unsubscribe',
      audience: 'bulk',
      text: 'Unsubscribe by one click, honoured within 2 days: POST is recommended (RFC 8058), mailto accepted',
      source: YAHOO,
    },
  ],
  answers: [],
};

const MICROSOFT_CODE = '5.7.515';

const microsoft: MailboxProvider = {
  id: 'microsoft',
  name: 'Microsoft',
  source: 'Outlook high-volume sender requirements, learn.microsoft.com',
  date: '2026-11',
  bulk: {
    perDay: 5000,
    text: 'More than 5,000 messages a day to the consumer domains: outlook.com, hotmail.com and live.com.',
  },
  requirements: [
    {
      kind: 'spf-and-dkim',
      audience: 'bulk',
      text: 'SPF and DKIM both pass',
      rejection: `550 ${MICROSOFT_CODE}`,
      source: MICROSOFT,
    },
    {
      kind: 'dmarc-record',
      audience: 'bulk',
      text: 'A DMARC record, at least p=none',
      rejection: `550 ${MICROSOFT_CODE}`,
      source: MICROSOFT,
    },
    {
      kind: 'dmarc-aligned',
      audience: 'bulk',
      text: 'From aligned with SPF or DKIM',
      rejection: `550 ${MICROSOFT_CODE}`,
      source: MICROSOFT,
    },
  ],
  answers: answers(
    [MICROSOFT_CODE],
    {
      meaning: 'The domain does not meet what is asked of bulk senders: SPF, DKIM and DMARC, aligned.',
      remedy: 'Let SPF and DKIM pass, publish a DMARC record, and align one of the two with the domain in From.',
      requirement: 'dmarc-aligned',
    },
    MICROSOFT,
  ),
};

const apple: MailboxProvider = {
  id: 'apple',
  name: 'Apple iCloud',
  source: 'Postmaster information for iCloud Mail, support.apple.com',
  date: '2026-11',
  bulk: { perDay: null, text: 'Senders of bulk mail; Apple names no number.' },
  requirements: [
    { kind: 'spf-and-dkim', audience: 'bulk', text: 'SPF and DKIM both pass', source: APPLE },
    { kind: 'dmarc-record', audience: 'bulk', text: 'A DMARC record', source: APPLE },
    { kind: 'reverse-dns', audience: 'bulk', text: 'Reverse DNS with the sender’s domain', source: APPLE },
    { kind: 'one-click-unsubscribe', audience: 'bulk', text: 'A link that unsubscribes at once', source: APPLE },
  ],
  answers: [],
};

const laPoste: MailboxProvider = {
  id: 'laposte',
  name: 'La Poste',
  source: 'Word of the postmaster of laposte.net, spamresource.com',
  date: '2026-11',
  bulk: { perDay: null, text: 'The rules hold for every sender, since 2025-09-09.' },
  requirements: [
    {
      kind: 'aligned-authentication',
      audience: 'all',
      text: 'SPF or DKIM passes and is aligned with From',
      source: LA_POSTE,
    },
  ],
  answers: [],
};

/** When these rules were put together: a signed file replaces them only when it is newer. */
export const rulesIssued = '2026-11-29T00:00:00Z';

export const mailboxProviders: readonly MailboxProvider[] = [google, yahoo, microsoft, apple, laPoste];

/** An answer with the provider whose it is. */
export interface FoundAnswer {
  readonly provider: MailboxProvider;
  readonly answer: ReceiverAnswer;
  readonly requirement: Requirement | null;
}

/** An enhanced status code in whatever a server said, before any blank or word that follows it. */
const ENHANCED_CODE = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/;
const ENHANCED_CODES = new RegExp(ENHANCED_CODE, 'g');

/**
 * Every rule that a code can stand for, the one alone whose words are in the text where a code has several meanings.
 *
 * @param code an enhanced status code, or a reply that holds one: `5.7.26`, `550-5.7.26 …`.
 * @param text what the server said; empty when it is not known.
 * @param providerId whose server it was, where that is known.
 */
export function rulesForCode(
  code: string,
  text = '',
  providerId?: string,
  providers: readonly MailboxProvider[] = mailboxProviders,
): readonly FoundAnswer[] {
  const wanted = ENHANCED_CODE.exec(code)?.[0];
  // Replies break in the middle of a sentence, each line with the code before it.
  const said = `${code} ${text}`.toLowerCase().replace(/[\s\r\n]*(?:\d{3}[- ])?\d\.\d{1,3}\.\d{1,3}\s+|\s+/g, ' ');
  const found = providers
    .filter(({ id }) => providerId === undefined || id === providerId)
    .flatMap((provider) =>
      provider.answers
        .filter((answer) => answer.code === wanted)
        .map((answer) => ({
          provider,
          answer,
          requirement: provider.requirements.find(({ kind }) => kind === answer.requirement) ?? null,
        })),
    );
  const told = found.filter(({ answer }) => answer.says !== null && said.includes(answer.says));
  return told.length > 0 ? told : found;
}

/** The rule that a code stands for, or null where none does, or where the text does not tell one of several. */
export function ruleForCode(
  code: string,
  text = '',
  providerId?: string,
  providers: readonly MailboxProvider[] = mailboxProviders,
): FoundAnswer | null {
  const found = rulesForCode(code, text, providerId, providers);
  const [first] = found;
  const isOne = found.every(({ answer }) => answer.meaning === first?.answer.meaning);
  return first !== undefined && isOne ? first : null;
}

/** The codes of a provider that tell that a requirement is not met; one code may stand for several. */
export function codesForRule(
  providerId: string,
  kind: RequirementKind,
  providers: readonly MailboxProvider[] = mailboxProviders,
): readonly string[] {
  const provider = providers.find(({ id }) => id === providerId);
  const codes = (provider?.answers ?? []).filter((answer) => answer.requirement === kind).map(({ code }) => code);
  const shown = provider?.requirements.find((requirement) => requirement.kind === kind)?.rejection ?? '';
  return [...new Set([...codes, ...(shown.match(ENHANCED_CODES) ?? [])])];
}
