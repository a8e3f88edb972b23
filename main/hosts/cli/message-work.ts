import type { CheckedSignature, MessageVerdict } from '../../../shared/evidence/message/message.ts';
import { evaluateMessage } from '../../../shared/evidence/message/message.ts';
import { alignedWords, messageRecordWords } from '../../../shared/evidence/message/message-words.ts';
import type { ReceiverRules } from '../../../shared/evidence/message/receiver-rules.ts';
import { rulesForMessage } from '../../../shared/evidence/message/receiver-rules.ts';
import { addressDomain } from '../../../shared/evidence/mail/addresses.ts';
import { fieldValue, readMail } from '../../../shared/evidence/mail/mail.ts';
import { parseIp } from '../../../shared/dns/ip.ts';
import type { Terminal } from './output.ts';
import { exitCodes, print } from './output.ts';
import type { RulesOptions } from './rules-in-force.ts';
import { rulesInForce } from './rules-in-force.ts';
import { readOctets } from './text-file.ts';
import type { DnsSourceOptions } from './dns-source.ts';
import { openSource } from './dns-source.ts';

/** What `evidence message` does. */

export interface MessageOptions extends DnsSourceOptions, RulesOptions {
  readonly ip?: string;
  readonly helo?: string;
  readonly mailFrom?: string;
  readonly at?: string;
}

function signatureLine({ domain, selector, result, reason, bits, algorithm, aligned }: CheckedSignature): string {
  const key = bits > 0 ? `, ${algorithm}, ${bits} bits` : '';
  return `DKIM ${domain} (${selector}): ${result}${alignedWords(aligned)}${key}${reason === null ? '' : `; ${reason}`}`;
}

function hopLines({ hops }: MessageVerdict): string[] {
  return hops.map(({ from, ip, by, tls, seconds }, index) => {
    const source = `${from ?? 'handed in'}${ip === undefined ? '' : ` [${ip}]`}`;
    const safety = tls === null ? '' : tls ? ', over TLS' : ', without TLS';
    const time = seconds === null ? '' : seconds < 0 ? `, ${seconds} s: a clock is wrong` : `, ${seconds} s`;
    return `Hop ${index + 1}: ${source} to ${by ?? '?'}${safety}${time}`;
  });
}

function ruleLines(receivers: readonly ReceiverRules[]): string[] {
  const words = { met: 'met', 'not-met': 'NOT MET', 'not-checkable': 'not checkable' } as const;
  return receivers.flatMap(({ receiver, rules }) => [
    `${receiver} asks:`,
    ...rules.map(
      ({ text, state, audience }) => `  ${words[state]}: ${text}${audience === 'bulk' ? ' (bulk senders)' : ''}`,
    ),
  ]);
}

function verdictLines(verdict: MessageVerdict): string[] {
  const { from, spf, dkim, dmarc, dmarcReason, policy, arc, oneClick, record, receiverSaid } = verdict;
  const asked = dmarc === 'fail' && policy !== null ? `; the domain asks for ${policy}` : '';
  const missing = [
    oneClick.header ? '' : 'no List-Unsubscribe',
    oneClick.post ? '' : 'List-Unsubscribe-Post is missing or wrong',
    oneClick.https ? '' : 'no https address',
    oneClick.signed ? '' : 'not covered by a signature that passes',
  ].filter((each) => each !== '');
  return [
    `From ${from ?? '?'}`,
    `SPF ${spf.domain ?? ''}: ${spf.result}${alignedWords(spf.aligned)}${spf.reason === null ? '' : `; ${spf.reason}`}`,
    ...(dkim.length === 0 ? ['DKIM: no signature'] : dkim.map(signatureLine)),
    `DMARC: ${dmarc}${asked}${dmarcReason === null ? '' : `. ${dmarcReason}`}`,
    ...(arc.result === 'none'
      ? []
      : [`ARC: ${arc.result}, ${arc.instances} instances${arc.reason === null ? '' : `; ${arc.reason}`}`]),
    `One-click unsubscribe: ${oneClick.ok ? 'as it should be' : missing.join('; ')}`,
    ...hopLines(verdict),
    ...receiverSaid.map(({ server, isTrusted, results }) => {
      const said = results.map(({ method, result }) => `${method}=${result}`).join(' ');
      return `${server} said: ${said}${isTrusted ? '' : ' (anybody may have written this)'}`;
    }),
    ...(record.length === 0 ? [] : [`To change: ${record.map((each) => messageRecordWords(each)).join('; ')}`]),
  ];
}

function timeOption(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new RangeError(`--at: “${text}” is not a time. Write one such as 2026-02-01T00:00:00Z.`);
  return time;
}

/** `evidence message`. @returns the exit code: 3 where DMARC does not pass, 6 where that could not be evaluated. */
export async function explainMessage(file: string, options: MessageOptions, terminal: Terminal): Promise<number> {
  if (options.ip !== undefined && parseIp(options.ip) === null)
    throw new RangeError(`--ip: “${options.ip}” is not an IP address. Give the one that the receiving server saw.`);
  const octets = await readOctets('FILE', file);
  const now = timeOption(options.at);
  const origin = addressDomain(fieldValue(readMail(octets).fields, 'from') ?? '') ?? '.';
  const { lookup, close } = await openSource(options, origin, terminal);
  try {
    const envelope = {
      ...(options.ip === undefined ? {} : { ip: options.ip }),
      ...(options.helo === undefined ? {} : { helo: options.helo }),
      ...(options.mailFrom === undefined ? {} : { mailFrom: options.mailFrom.replace(/^<|>$/g, '') }),
    };
    const verdict = await evaluateMessage({ octets, envelope, lookup, now });
    const receivers = await rulesForMessage(verdict, lookup, rulesInForce(options));
    print(terminal, options.json === true, { kind: 'message', ...verdict, receivers }, [
      ...verdictLines(verdict),
      ...ruleLines(receivers),
    ]);
    if (verdict.dmarc === 'temperror') return exitCodes.noResult;
    return verdict.dmarc === 'pass' ? exitCodes.ok : exitCodes.notVerified;
  } finally {
    await close();
  }
}
