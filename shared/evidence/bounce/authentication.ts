/** Which of SPF, DKIM and DMARC a server says did not pass, by its words alone. */

export type Check = 'spf' | 'dkim' | 'dmarc';

/** What is said of a check that passed is no reason: `spf=pass`, `has a valid SPF record`. */
const PASSED =
  /\b(?:spf|dkim|dmarc)\b(?:[ -](?:check|result))?\s*[:=(]\s*(?:pass(?:ed)?|ok|valid)\b|(?<!\b(?:nor|or|no|neither|unless|if|and|that) )\b(?:spf|dkim|dmarc) (?:is )?valid\b|\b(?:has|have|with) (?:an? )?valid (?:spf|dkim|dmarc)\b/gi;

/** Words that a check which did not pass is told with, in the languages that receivers answer in. */
const FAILED = `(?:${[
  String.raw`not\b|n['’]t\b|\bno\b|(?:soft|hard)? ?-?fail|invalid|violat|error|missing|\black|mismatch|multiple|unsigned|mandatory|unknown|expired|too (?:short|many)`,
  String.raw`reject|denied|refus|prohibit|block|disallow|forg(?:ed|ery)|spoof|suspicious|unauthori[sz]ed|unauth\b|require|must|\bbad\b|check your|inspect`,
  String.raw`fehlgeschlagen|\bnicht\b|\bkein|ung[uü]e?ltig|abgelehnt|verletz`,
  String.raw`[ée]chec|[ée]chou|non (?:autoris|valid|conform|respect|super)|absen[ct]e|\bfall[óoai]|no (?:pas|autoriz|v[áa]lid)|n[ãa]o (?:autoriz|passou|v[áa]lid)|rechazad|rejeitad|rifiutat|riuscit|verifier la configuration`,
  String.raw`ошибк|не про[шй]|не соответств|отклон|失败|失敗|未通过|不通过|拒绝|エラー|실패|거부`,
].join('|')})`;

const told = (check: Check): RegExp =>
  new RegExp(String.raw`\b${check}\b[^;]{0,80}?${FAILED}|${FAILED}[^;]{0,60}\b${check}\b`, 'i');

const SPF =
  /sender policy framework|openspf\.(?:org|net)|\[spf\]|\bspf_(?:reject|fail|softfail|permerror)|\bMI:SPF\b|sender id \(pra\)|does not designate|\bper (?:\S+ )?spf\b|due to (?:\S+ )?spf\b|\bby spf\b/i;
const DKIM = /\bdkim unauthenticated/i;
const DMARC =
  /\bdmarc\b[^;]{0,60}(?:policy|check|verification|evaluation|p=|align|quarantine)|(?:due to|per|because of)[^;]{0,80}\bdmarc\b|policy(?: reasons)?:? \(?dmarc|domain owner policy|unauthenticated e-?mail from \S+ is not accepted/i;
const EITHER =
  /(?:sender is |is |was )unauthenticated|authentication information or fails to pass|fails? to pass authentication checks|spf (?:n?or|and\/or) dkim|dkim (?:n?or|and\/or) spf|unauthenticated (?:e-?mail|message)/i;
const EACH = /authentication[^;]{0,60}could not be determined|multiple authentication checks failed/i;

const BY_NAME: Readonly<Record<Check, RegExp>> = { spf: told('spf'), dkim: told('dkim'), dmarc: told('dmarc') };

/**
 * The checks that a refusal names as the reason; empty where it names none. DMARC stands for the two that it rests on.
 *
 * @param text what the server said, in one line.
 */
export function failedChecks(text: string): readonly Check[] {
  const said = text.replace(PASSED, ' ');
  if (DMARC.test(said) || BY_NAME.dmarc.test(said)) return ['dmarc'];
  if (EACH.test(said)) return ['spf', 'dkim', 'dmarc'];
  if (DKIM.test(said)) return ['dkim'];
  if (EITHER.test(said)) return ['spf', 'dkim'];
  return [
    ...(SPF.test(said) || BY_NAME.spf.test(said) ? (['spf'] as const) : []),
    ...(BY_NAME.dkim.test(said) ? (['dkim'] as const) : []),
  ];
}
