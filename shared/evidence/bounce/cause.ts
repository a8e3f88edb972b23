import type { FoundAnswer, MailboxProvider, RequirementKind } from '../../policy/mailbox-providers.ts';
import { ruleForCode, rulesForCode } from '../../policy/mailbox-providers.ts';
import { failedChecks } from './authentication.ts';
import { ownCodes } from './own-codes.ts';
import { translated } from './translated.ts';

/** Why a server refused a message, and what the owner of the domain would change: by its codes and its words. */

export type BounceRecord = 'spf' | 'dkim' | 'dmarc' | 'ptr' | 'tls' | 'mta-sts' | 'dane' | 'mx' | 'rate';

export type BounceCategory =
  | 'authentication'
  | 'reverse-dns'
  | 'tls'
  | 'sender-domain'
  | 'reputation'
  | 'rate'
  | 'content'
  | 'format'
  | 'size'
  | 'mailbox'
  | 'address'
  | 'recipient-policy'
  | 'relay'
  | 'smtp-login'
  | 'routing'
  | 'timeout'
  | 'receiver'
  | 'protocol'
  | 'policy'
  | 'not-a-bounce'
  | 'unknown';

export interface Reply {
  /** Reply code (RFC 5321 §4.2); null where the server gave none. */
  readonly code: number | null;
  /** Enhanced status code (RFC 3463), from the reply or the report. */
  readonly enhanced: string | null;
  /** What the server said, its line ends and repeated codes gone. */
  readonly text: string;
  /** Whose server it is, by the names of `receivers.ts`. */
  readonly provider: string | null;
  /** The receivers’ dated rules that hold. */
  readonly receivers: readonly MailboxProvider[];
}

export interface Cause {
  readonly category: BounceCategory;
  readonly records: readonly BounceRecord[];
}

const cause = (category: BounceCategory, ...records: readonly BounceRecord[]): Cause => ({ category, records });

/** The subject and detail of an enhanced code: `7.26`. */
const detailOf = (enhanced: string | null): string => enhanced?.replace(/^\d\./, '') ?? '';

type Rule = (reply: Reply, detail: string) => Cause | null;

/** A rule by words. */
const says =
  (words: RegExp, found: Cause): Rule =>
  ({ text }) =>
    words.test(text) ? found : null;

/** Microsoft names each check with its result. */
const checksByName: Rule = ({ text }, detail) => {
  if (detail !== '7.515') return null;
  const failed = (['spf', 'dkim', 'dmarc'] as const).filter((check) =>
    new RegExp(`\\b${check}\\s*=\\s*(?!pass|none of)\\w`, 'i').test(text),
  );
  return cause('authentication', ...(failed.length === 0 ? (['spf', 'dkim', 'dmarc'] as const) : failed));
};

const authentication: Rule = ({ text }) => {
  const failed = failedChecks(text);
  return failed.length === 0 ? null : cause('authentication', ...failed);
};

const byOwnCode: Rule = ({ text }) => {
  const found = ownCodes.find(({ code }) => code.test(text));
  return found === undefined ? null : cause(found.category, ...found.records);
};

/** What a requirement that was not met asks to be changed. */
const BY_REQUIREMENT: Readonly<Partial<Record<RequirementKind, Cause>>> = {
  'spf-or-dkim': cause('authentication', 'spf', 'dkim'),
  'spf-and-dkim': cause('authentication', 'spf', 'dkim'),
  'aligned-authentication': cause('authentication', 'spf', 'dkim'),
  'dmarc-record': cause('authentication', 'dmarc'),
  'dmarc-aligned': cause('authentication', 'dmarc'),
  'dkim-key-length': cause('authentication', 'dkim'),
  'reverse-dns': cause('reverse-dns', 'ptr'),
  zone: cause('sender-domain', 'mx'),
  tls: cause('tls', 'tls'),
};

/** SPF or DKIM, where an answer of a receiver is about the one and not the other. */
function onlyCheck({ answer: { meaning } }: FoundAnswer): Cause | null {
  if (/\bspf\b/i.test(meaning) && !/dkim/i.test(meaning)) return cause('authentication', 'spf');
  return /^dkim\b/i.test(meaning) ? cause('authentication', 'dkim') : null;
}

/** What a receiver's own dated rules say of its code; null where they may mean several things. */
function rulesSay(
  { enhanced, text, provider, receivers }: Reply,
  says: (found: FoundAnswer) => Cause | null,
): Cause | null {
  if (enhanced === null || provider === null) return null;
  const causes = rulesForCode(enhanced, text, provider, receivers).map(says);
  const [first] = causes;
  return first !== undefined && causes.every((each) => each?.category === first?.category) ? first : null;
}

const byReceiversRules: Rule = (reply) =>
  rulesSay(
    reply,
    (found) =>
      onlyCheck(found) ?? (found.requirement === null ? null : (BY_REQUIREMENT[found.requirement.kind] ?? null)),
  );

/** A code of a receiver that is about one check alone, while its words ask for both. */
const onlyCheckOfCode: Rule = (reply) => rulesSay(reply, onlyCheck);

/** Codes that RFC 7372, RFC 8617 and RFC 3463 give one meaning, whoever answers. */
const byDetail: Rule = (_reply, detail) => {
  switch (detail) {
    case '7.20':
    case '7.21':
    case '7.22':
      return cause('authentication', 'dkim');
    case '7.23':
    case '7.24':
      return cause('authentication', 'spf');
    case '7.25':
      return cause('reverse-dns', 'ptr');
    case '7.26':
      return cause('authentication', 'spf', 'dkim', 'dmarc');
    case '7.509':
      return cause('authentication', 'dmarc');
    case '7.28':
      return cause('rate', 'rate');
    case '7.10':
    case '7.11':
      return cause('tls', 'tls');
    case '1.0':
    case '1.1':
    case '1.3':
    case '1.4':
    case '1.6':
      return cause('address');
    case '1.2':
    case '1.10':
    case '4.3':
    case '4.4':
    case '4.6':
      return cause('routing');
    case '2.1':
    case '2.2':
      return cause('mailbox');
    case '2.3':
    case '3.4':
      return cause('size');
    case '4.0':
    case '4.1':
    case '4.2':
    case '4.7':
      return cause('timeout');
    case '4.5':
      return cause('receiver');
  }
  const subject = detail.split('.')[0];
  if (subject === '3') return cause('receiver');
  if (subject === '6') return cause('content');
  return subject === '7' ? cause('policy') : null;
};

const login: Rule = ({ code, text }, detail) => {
  if (code === 530 && /starttls|tls/i.test(text)) return cause('tls', 'tls');
  const isLogin = code === 530 || code === 534 || code === 535 || code === 538 || detail === '7.8' || detail === '7.14';
  return isLogin ||
    /unauthenticated senders? not allowed|(?:must|need to) (?:log ?in|authenticate) (?:first|before)|turn on smtp authentication/i.test(
      text,
    )
    ? cause('smtp-login')
    : null;
};

const rejectedFirst: Rule = ({ code, text }) =>
  code !== null &&
  code < 500 &&
  /service refus|(?:try|come)(?: back| again)? later|temporar(?:y|ily) unavailable|currently unavailable|\bbusy\b/i.test(
    text,
  )
    ? cause('receiver')
    : null;

const protocol: Rule = ({ code, text }) =>
  /(?:parameter|command) not (?:implemented|recogni[sz]ed)|bad sequence|syntax error|malformed address|incorrectly constructed/i.test(
    text,
  ) ||
  (code !== null && code >= 502 && code <= 504)
    ? cause('protocol')
    : null;

/** The server refuses the address in MAIL FROM (RFC 3463 §3.2): of whose records that is, it does not say. */
const senderAddress: Rule = (_reply, detail) => (detail === '1.7' || detail === '1.8' ? cause('policy') : null);

const unknownAddressAtMicrosoft: Rule = ({ provider }, detail) =>
  detail === '4.1' && provider === 'microsoft' ? cause('address') : null;

/** Codes of Exchange Online alone (learn.microsoft.com, “Email non-delivery reports and SMTP errors”). */
const MICROSOFTS: Readonly<Record<string, Cause>> = {
  '1.90': cause('rate', 'rate'),
  '2.122': cause('mailbox'),
  '4.310': cause('routing'),
  '4.312': cause('routing'),
  '4.316': cause('timeout'),
  '6.11': cause('format'),
  '7.57': cause('smtp-login'),
  '7.321': cause('tls', 'tls'),
  '7.322': cause('tls', 'dane'),
  '7.323': cause('tls', 'dane'),
  '7.324': cause('tls', 'dane'),
  '7.325': cause('tls', 'dane'),
  '7.500': cause('rate', 'rate'),
  '7.501': cause('reputation'),
  '7.502': cause('reputation'),
  '7.503': cause('reputation'),
  '7.508': cause('rate', 'rate'),
  '7.511': cause('reputation'),
  '7.512': cause('format'),
  '7.513': cause('recipient-policy'),
  '7.705': cause('rate', 'rate'),
  '7.708': cause('reputation'),
  '7.750': cause('policy'),
};

/** What Exchange Online means by a code that nobody else uses: none of them is registered (RFC 5248). */
const microsoftsCode: Rule = (_reply, detail) => MICROSOFTS[detail] ?? null;

/** Too much mail in too short a time. */
const RATE = new RegExp(
  [
    'unusual (?:rate of|sending activity)|(?:sending|mail(?:ing)?) rate|rate limit (?:exceeded|reached)|limits? for how many|frequency limited|throttl',
    'too many (?:recipients|(?:\\w+ )?connections|(?:\\w+ )?messages|e-?mails|concurrent|errors|(?:\\w+ )?sessions)|too much (?:e-?)?mail from|sent to too many|mail flood|sending too fast|again slower|volume (?:too high|exceeded)|excessive volume|(?:messages|e-?mails|recipients|connections) (?:per|in|within) (?:\\d+ |an? |one |the last )?(?:second|minute|hour|day)s?\\b',
    'max(?:imum)?(?: number of)? (?:\\w+ )?(?:messages?|e-?mails?|connections?)\\b(?! (?:size|length))[^;]{0,40}(?:reached|exceeded|per )|exceeded the max(?:imum)? (?:number of )?(?:e-?mails|messages|connections)\\b|connection limit|(?:message|session|connection)s? threshold',
    '(?:hourly|daily|per[ -]hour|peak) (?:[\\w-]+ ){0,3}(?:quota|limit)|submission quota',
  ].join('|'),
  'i',
);

/** The sending address has no reverse name, or one that does not lead back to it. */
const REVERSE = new RegExp(
  [
    'reverse[- ](?:ip )?(?:dns|lookup|hostname|client hostname|name|entry|record)|\\brdns\\b|\\bfcrdns\\b|\\bptr\\b|forward[- ]confirmed|unverif\\w+ sending ip',
    'cannot find your (?:reverse )?hostname|ip name lookup failed|(?:client|your|ip)[^;]{0,30}(?:\\bip|address)[^;]{0,40}does not resolve|host lookup failed|no host ?name found for|possibly forged hostname',
    'unresolvable relay host|mismatch\\w* (?:the )?client ip',
  ].join('|'),
  'i',
);

/** The two servers could not agree on a connection that is encrypted as it has to be. */
const TLS = new RegExp(
  [
    'starttls|requiretls|(?:session|transport)?(?:^| )encryption (?:is |was )?(?:needed|required|too weak)|requires? (?:encryption|high-strength ciphers)',
    '\\btls\\b[^;]{0,60}(?:requir|need|not (?:available|offered|supported)|did not offer|could not|can ?not|fail|handshake|mandatory|no longer accepted)',
    '(?:requires?|require[sd]|need|must|without|not sent over|not (?:support|offer|accept)\\w*|support|cannot start|could not start|use)[^;]{0,40}\\btls\\b',
    "certificate[^;]{0,60}(?:not (?:trusted|verified|match)|n['’]t match|verification failed|invalid|expired|self-signed|untrusted)|(?:certificate verification failed|verify (?:the )?(?:server )?certificate)",
  ].join('|'),
  'i',
);

/** In order: the first that says something is the cause. The particular comes before the general. */
const RULES: readonly Rule[] = [
  checksByName,
  // What looks like another cause by a word of its text, and is none.
  says(
    /receiving mail (?:at a rate|too quickly)|mailbox received too much|recipient (?:thread limit|has) exceeded|mailbox size limit|(?:storage|disk) allocation/i,
    cause('mailbox'),
  ),
  says(/spam classification/i, cause('content')),
  says(
    /headers? (?:are|is) not rfc|"from" header is missing|multiple (?:addresses in from|subject|from|to)\b|rfc ?2?5?322 compliant|duplicate header|(?:missing|malformed|invalid) (?:\w+ )?header/i,
    cause('format'),
  ),
  says(/content presents a potential|verification failed for </i, cause('policy')),
  says(/bad outbound sender/i, cause('reputation')),
  login,
  microsoftsCode,
  byOwnCode,
  says(RATE, cause('rate', 'rate')),
  says(REVERSE, cause('reverse-dns', 'ptr')),
  says(/\btlsa\b|\bdane\b|dnssec-invalid/i, cause('tls', 'dane')),
  says(/mta-?sts|\bsts (?:policy|validation)/i, cause('tls', 'mta-sts')),
  says(TLS, cause('tls', 'tls')),
  onlyCheckOfCode,
  authentication,
  says(
    /unresolvable[^;]{0,20}from domain|rfc.?5322\.?from domain|from domain[^;]{0,60}(?:soa|resolv|\bmx\b|no dns)|sender (?:verify|address)[^;]{0,80}(?:no mx|null ?mx)|invalid dns (?:mx|a)\b|sender rejected because domain|(?:sender|sending) domain[^;]{0,40}(?:no (?:dns|mx|a)\b|does not (?:exist|resolve)|resolve fail|must exist)|domain of (?:the )?sender has no|sender address has (?:a )?null mx|domain may not exist or dns check/i,
    cause('sender-domain', 'mx'),
  ),
  senderAddress,
  byReceiversRules,
  says(/\btss?\d\d\b|unexpected volume or user complaints/i, cause('reputation', 'rate')),
  says(/blacklisted (?:url|link)|uribl/i, cause('content')),
  says(/address that has been blacklisted|e-?mail address is not verified/i, cause('policy')),
  says(/account or domain may not exist/i, cause('routing')),
  says(
    /block(?:ed)? (?:for|by)|for abuse|smtp server of your isp|sender rejected\b|block ?list|black ?list|blacklisted|spamhaus|spamcop|barracuda ?(?:reputation|central)|\b(?:dnsbls?|rbls?|dbl)\b|reputation|banned send(?:ing ip|er)|bad outbound sender|dynamic ip\b|(?:\bip|client|\d|[\])>])[ _]*(?:is[ _]|has been )?blocked|^blocked\b|blocked using|host blocked|spamming issues|\bS31[45]0\b|\[?HM0\d|invalid ip for sending|connection refused by|my name was rejected|invalid domain name|\bIP=\S+ - /i,
    cause('reputation'),
  ),
  says(/rate ?-?limit|send limit exceeded|exceeded (?:permitted|the) limits?|slow down/i, cause('rate', 'rate')),
  says(
    /relay(?:ing)?(?: access)? (?:is )?(?:denied|not allowed|disallowed|prohibited)|no relaying|unable to relay|not a relay|relaying? (?:mail )?not/i,
    cause('relay'),
  ),
  says(
    /mailbox (?:is )?full|full mailbox|disk quota exceeded|disabled recipient|temporar(?:y|ily) locked|mailbox is frozen|mailbox exceeds|recipient's mailbox|over ?quota|quota (?:is )?exceeded|account (?:is|has been|that you tried to reach is|\w+ is|du destinataire est)? ?(?:disabled|inactive|blocked|bloque|suspended|locked)|mailbox (?:is )?(?:disabled|inactive|unavailable)|account is (?:blocked|disabled)|(?:user|account) (?:is |has been )?terminated/i,
    cause('mailbox'),
  ),
  says(
    /too (?:large|big)|line limit exceeded|size[^;]{0,30}(?:limit|exceed)|exceed(?:s|ed)[^;]{0,40}(?:size|limit)/i,
    cause('size'),
  ),
  says(
    /authrequired|resolver\.rst|transport\.rules|only accepts? (?:messages|mail)|not permitted to (?:send|deliver) to|restricted (?:recipient|group)/i,
    cause('recipient-policy'),
  ),
  says(/^(?:\d{3}[ -])?authentication (?:is )?required|client (?:was )?not authenticated/i, cause('smtp-login')),
  says(
    /no such (?:domain|host)|nxdomain|no relevant answers|domain is not reachable|dns lookup failure|no route to host|network (?:is )?unreachable|not accepting (?:network )?messages|non-?existent hosts?|^\S+\.\S+ does not exist|host unknown|unknown host|does not accept mail|indicated no smtp service|null mx|domain (?:does not exist|not found)(?! )|dns domain \S+ does not exist|dns query failed|host or domain name not found|name service error|no mx\b|mail exchanger|hop count|too many hops|routing loop|mail loop|bad destination (?:system|domain)|unrouteable/i,
    cause('routing'),
  ),
  unknownAddressAtMicrosoft,
  says(/procmail|couldn't create|failed to read|no such file/i, cause('receiver')),
  says(
    /has moved|no mailbox here|name is not recogni[sz]ed|unknown recipient|not listed in|not a registered|no such (?:user|mailbox|recipient|account|person|address)|not a valid (?:user|mailbox|recipient|address)|not our customer|user unknown|unknown user|(?:recipient|user|mailbox|account)[^;]{0,30}(?:does not exist|not exist|not found|unknown|no longer)|doesn'?t have an? [\w.]+ account|invalid (?:recipient|final delivery userid|mailbox)|recipient address rejected: access denied|address couldn't be found|no valid recipients|no matches to nameserver query|(?:inactive|unknown|invalid) e-?mail address|destinataire invalide/i,
    cause('address'),
  ),
  says(translated.rate, cause('rate', 'rate')),
  says(translated.reverse, cause('reverse-dns', 'ptr')),
  says(translated.reputation, cause('reputation')),
  says(translated.mailbox, cause('mailbox')),
  says(translated.address, cause('address')),
  says(translated.content, cause('content')),
  says(
    /virus|malware|phish|spamsignature|\bspam\b(?! sent to)|unsolicited mail|banned content|content (?:rejected|denied|error)|\bDT:SPM\b|media error|mail rejet|8-?bit data/i,
    cause('content'),
  ),
  says(
    /not (?:been )?delivered within|hosts have been failing|did not accept our requests|after multiple retries|aborted after|host not reachable|warning (?:message )?only|delivered for more than|for the last \d+ seconds|delivery failed \d+ attempts|retry timeout|too long in (?:the )?queue|unable to connect|not responding|timed? ?out|(?:message|envelope) expired|queue\.expired/i,
    cause('timeout'),
  ),
  says(
    /disk space|insufficient (?:system )?storage|internal (?:system |server )?error|mailer error|system error|temporary failure|resources temporarily unavailable|service (?:(?:currently|temporarily) unavailable|not available)|not accepting connections|grey-?list|graylist/i,
    cause('receiver'),
  ),
  says(translated.receiver, cause('receiver')),
  rejectedFirst,
  says(/groups\.google\.com/i, cause('policy')),
  says(
    /not a member of (?:this|the) (?:mailing )?list|unroutable sender|policy|access denied|violation|not authori[sz]ed|header error|sender address (?:rejected|invalid|refused)|sender verif\w+ failed|envelope (?:blocked|rejected)|administrative prohibition|account outbounds|domain of sender|from:? domain|rejected by|network not allowed|suspected bounce attack|client host rejected|:blocked\)/i,
    cause('policy'),
  ),
  protocol,
  byDetail,
];

/** Characters that reasons are looked for in: a transcript of many recipients is longer, and its beginning tells. */
const MOST_WORDS = 20_000;

/** The cause of a refusal; `unknown` where neither codes nor words tell one. */
export function causeOf(reply: Reply): Cause {
  const detail = detailOf(reply.enhanced);
  const short = { ...reply, text: reply.text.slice(0, MOST_WORDS) };
  for (const rule of RULES) {
    const found = rule(short, detail);
    if (found !== null) return found;
  }
  return cause('unknown');
}

/**
 * The receiver's dated rules that its code and words stand for. Where it is not known whose server it is, the one rule of any receiver
 * that the code stands for; where that may be several, what they say holds for none.
 */
export function receiversRules({ enhanced, text, provider, receivers }: Reply): readonly FoundAnswer[] {
  if (enhanced === null) return [];
  if (provider !== null) return rulesForCode(enhanced, text, provider, receivers);
  const rule = ruleForCode(enhanced, text, undefined, receivers);
  return rule === null ? [] : [rule];
}
