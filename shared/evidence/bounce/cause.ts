import type { FoundAnswer, MailboxProvider, RequirementKind } from '../../policy/mailbox-providers.ts';
import { ruleForCode, rulesForCode } from '../../policy/mailbox-providers.ts';
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

const FAILED =
  '(?:did not pass|(?:soft|hard)? ?-?fail(?:s|ed|ure)?|invalid|not valid|violation|error|permerror|missing|reject(?:ed|s)?|denied|not aligned)';
const SPF_FAILED = new RegExp(
  `\\bspf\\b[^;]{0,80}?${FAILED}|bad spf|sender policy framework|${FAILED}[^;]{0,40}\\bspf\\b|not (?:allowed|authori[sz]ed|permitted) to send[^;]{0,80}\\bspf\\b|spf record with a hard|\\bspf unauth|\\[spf\\]|spf forgery|not designate|\\bMI:SPF\\b|sender id \\(pra\\)|\\bspf\\b[^;]{0,80}not (?:allowed|authori[sz]ed|permitted|designated)`,
  'i',
);
const DKIM_FAILED = new RegExp(
  `\\bdkim\\b(?!-signature)[^;]{0,60}?${FAILED}|${FAILED}[^;]{0,40}\\bdkim\\b(?!-signature)|no (?:valid )?dkim|dkim (?:signature )?(?:is )?required|bad dkim`,
  'i',
);
const DMARC_FAILED =
  /\bdmarc\b[^;]{0,60}(?:policy|check|verification|fail|reject|did not pass|evaluation|unauthenticated)|(?:due to|per|because of|violat\w+|fail\w*|not pass)[^;]{0,80}\bdmarc\b|no dmarc|policy reasons:? \(?dmarc|lacks? (?:a )?dmarc|domain owner policy/i;

const EITHER =
  /(?:sender is |is |was )unauthenticated|authentication information or fails to pass|(?:spf or dkim|dkim or spf)|unauthenticated (?:e-?mail|message)/i;

const authentication: Rule = ({ text }) => {
  if (DMARC_FAILED.test(text)) return cause('authentication', 'dmarc');
  if (/authentication[^;]{0,60}could not be determined|multiple authentication checks failed/i.test(text))
    return cause('authentication', 'spf', 'dkim', 'dmarc');
  if (/\bdkim unauthenticated/i.test(text)) return cause('authentication', 'dkim');
  if (EITHER.test(text)) return cause('authentication', 'spf', 'dkim');
  const failed = [
    ...(SPF_FAILED.test(text) ? (['spf'] as const) : []),
    ...(DKIM_FAILED.test(text) ? (['dkim'] as const) : []),
  ];
  return failed.length === 0 ? null : cause('authentication', ...failed);
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

/** What the receiver's own dated rules say of its code. */
const byReceiversRules: Rule = ({ enhanced, text, provider, receivers }) => {
  if (enhanced === null || provider === null) return null;
  const causes = rulesForCode(enhanced, text, provider, receivers).map(({ answer, requirement }) => {
    if (/\bspf\b/i.test(answer.meaning) && !/dkim/i.test(answer.meaning)) return cause('authentication', 'spf');
    if (/^dkim\b/i.test(answer.meaning)) return cause('authentication', 'dkim');
    return requirement === null ? null : (BY_REQUIREMENT[requirement.kind] ?? null);
  });
  const [first] = causes;
  return first !== undefined && causes.every((each) => each?.category === first?.category) ? first : null;
};

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
    /unauthenticated senders? not allowed|(?:must|need to) (?:log ?in|authenticate) (?:first|before)/i.test(text)
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

/** In order: the first that says something is the cause. The particular comes before the general. */
const RULES: readonly Rule[] = [
  checksByName,
  // What looks like another cause by a word of its text, and is none.
  says(
    /receiving mail at a rate|recipient (?:thread limit|has) exceeded|mailbox size limit|(?:storage|disk) allocation/i,
    cause('mailbox'),
  ),
  says(/spam classification/i, cause('content')),
  says(
    /multiple (?:addresses in from|subject|from|to)\b|rfc ?2?5?322 compliant|duplicate header|(?:missing|malformed|invalid) (?:\w+ )?header/i,
    cause('format'),
  ),
  says(/content presents a potential|verification failed for </i, cause('policy')),
  says(/bad outbound sender/i, cause('reputation')),
  login,
  microsoftsCode,
  says(
    /unusual rate of|(?:sending|mail(?:ing)?) rate|too many (?:recipients|connections|messages|e-?mails|concurrent|errors)|rate limit exceeded|limits? for how many|frequency limited|throttl|daily (?:\w+ )?quota|sent to too many|\b(?:HL:(?:ICC|IFC)|(?:MI|RP):(?:DMC|DRC|SFQ))\b/i,
    cause('rate', 'rate'),
  ),
  says(
    /reverse[- ](?:dns|lookup|hostname)|\brdns\b|\bptr\b|forward[- ]confirmed|unverif\w+ sending ip|cannot find your (?:reverse )?hostname|\bCXDNS\b/i,
    cause('reverse-dns', 'ptr'),
  ),
  says(/\btlsa\b|\bdane\b/i, cause('tls', 'dane')),
  says(/mta-?sts|\bsts (?:policy|validation)/i, cause('tls', 'mta-sts')),
  says(
    /starttls|not sent over tls|support tls|tls (?:is )?(?:required|needed)|encryption (?:needed|required)/i,
    cause('tls', 'tls'),
  ),
  authentication,
  says(
    /unresolvable[^;]{0,20}from domain|rfc.?5322\.?from domain|from domain[^;]{0,60}(?:soa|resolv|\bmx\b|no dns)|sender (?:verify|address)[^;]{0,80}(?:no mx|null ?mx)|invalid dns (?:mx|a)\b|sender rejected because domain|(?:sender|sending) domain[^;]{0,40}(?:no (?:dns|mx)\b|does not (?:exist|resolve))|domain of sender has no/i,
    cause('sender-domain', 'mx'),
  ),
  senderAddress,
  byReceiversRules,
  says(/\btss?\d\d\b|unexpected volume or user complaints/i, cause('reputation', 'rate')),
  says(/blacklisted (?:url|link)|uribl/i, cause('content')),
  says(/address that has been blacklisted/i, cause('policy')),
  says(
    /blocked (?:for|by)|for abuse|smtp server of your isp|sender rejected\b|block ?list|black ?list|blacklisted|spamhaus|spamcop|barracuda ?(?:reputation|central)|\b(?:dnsbls?|rbls?|dbl)\b|reputation|banned send(?:ing ip|er)|bad outbound sender|dynamic ip\b|(?:\bip|client|\d|[\])>])[ _]*(?:is[ _]|has been )?blocked|^blocked\b|blocked using|host blocked|spamming issues|\bS31[45]0\b|\[?HM0\d|invalid ip for sending|connection refused by|my name was rejected|invalid domain name|\bIP=\S+ - |\b(?:HL:REP|DT:RBL)\b/i,
    cause('reputation'),
  ),
  says(/rate ?-?limit|send limit exceeded|exceeded (?:permitted|the) limits?|slow down/i, cause('rate', 'rate')),
  says(
    /relay(?:ing)?(?: access)? (?:is )?(?:denied|not allowed|prohibited)|no relaying|unable to relay|not a relay|relaying? (?:mail )?not/i,
    cause('relay'),
  ),
  says(
    /mailbox (?:is )?full|disabled recipient|temporar(?:y|ily) locked|mailbox is frozen|mailbox exceeds|recipient's mailbox|over ?quota|quota (?:is )?exceeded|account (?:is|that you tried to reach is|\w+ is|du destinataire est)? ?(?:disabled|inactive|blocked|bloque|suspended)|mailbox (?:is )?(?:disabled|inactive|unavailable)|account is (?:blocked|disabled)|(?:user|account) (?:is |has been )?terminated/i,
    cause('mailbox'),
  ),
  says(
    /too (?:large|big)|line limit exceeded|size[^;]{0,30}(?:limit|exceed)|exceeds[^;]{0,40}(?:size|limit)/i,
    cause('size'),
  ),
  says(
    /authrequired|resolver\.rst|transport\.rules|only accepts? (?:messages|mail)|not permitted to (?:send|deliver) to|restricted (?:recipient|group)/i,
    cause('recipient-policy'),
  ),
  says(/^(?:\d{3}[ -])?authentication (?:is )?required|client (?:was )?not authenticated/i, cause('smtp-login')),
  says(
    /no such (?:domain|host)|dns lookup failure|no route to host|network (?:is )?unreachable|not accepting (?:network )?messages|non-?existent hosts?|account or domain may not exist|^\S+\.\S+ does not exist|host unknown|unknown host|does not accept mail|null mx|domain (?:does not exist|not found)(?! )|dns domain \S+ does not exist|dns query failed|host or domain name not found|name service error|no mx\b|mail exchanger|hop count|too many hops|routing loop|mail loop|bad destination (?:system|domain)|unrouteable/i,
    cause('routing'),
  ),
  unknownAddressAtMicrosoft,
  says(/procmail|couldn't create|failed to read|no such file/i, cause('receiver')),
  says(
    /has moved|no mailbox here|name is not recogni[sz]ed|unknown recipient|not listed in|not a registered|no such (?:user|mailbox|recipient|account|person|address)|not a valid (?:user|mailbox|recipient|address)|not our customer|user unknown|unknown user|(?:recipient|user|mailbox|account)[^;]{0,30}(?:does not exist|not found|unknown|no longer)|doesn'?t have an? [\w.]+ account|invalid (?:recipient|final delivery userid|mailbox)|recipient address rejected: access denied|(?:inactive|unknown|invalid) e-?mail address|destinataire invalide/i,
    cause('address'),
  ),
  says(translated.rate, cause('rate', 'rate')),
  says(translated.reverse, cause('reverse-dns', 'ptr')),
  says(translated.reputation, cause('reputation')),
  says(translated.mailbox, cause('mailbox')),
  says(translated.address, cause('address')),
  says(translated.content, cause('content')),
  says(
    /virus|malware|phish|spamsignature|\bspam\b(?! sent to)|unsolicited mail|banned content|content (?:rejected|error)|media error|mail rejet|8-?bit data/i,
    cause('content'),
  ),
  says(
    /not (?:been )?delivered within|hosts have been failing|did not accept our requests|warning (?:message )?only|delivered for more than|for the last \d+ seconds|delivery failed \d+ attempts|retry timeout|too long in (?:the )?queue|unable to connect|not responding|timed? ?out|message expired|queue\.expired/i,
    cause('timeout'),
  ),
  says(
    /disk space|insufficient (?:system )?storage|internal (?:system |server )?error|mailer error|system error|temporary failure|grey-?list|graylist/i,
    cause('receiver'),
  ),
  says(translated.receiver, cause('receiver')),
  rejectedFirst,
  says(/groups\.google\.com/i, cause('policy')),
  says(
    /not a member of (?:this|the) (?:mailing )?list|unroutable sender|policy|access denied|violation|not authori[sz]ed|header error|sender address (?:rejected|invalid|refused)|sender verif\w+ failed|envelope (?:blocked|rejected)|administrative prohibition|account outbounds|domain of sender|from:? domain|rejected by|network not allowed|client host rejected|:blocked\)/i,
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
