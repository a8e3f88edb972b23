import type { BounceVerdict } from '../../../shared/evidence/bounce/bounce.ts';
import { readBounce, returnedFrom } from '../../../shared/evidence/bounce/bounce.ts';
import { bounceWords, recordWords, describedBounce } from '../../../shared/evidence/bounce/bounce-words.ts';
import { aboveWords, mendingLines } from '../../../shared/manual/mending.ts';
import type { Mending } from '../../../shared/manual/mending.ts';
import { isAtHome } from '../../core/at-home.ts';
import { dataPlace } from '../data-folder.ts';
import { withSession } from './command.ts';
import type { Terminal } from './output.ts';
import { exitCodes, print } from './output.ts';
import { rulesInForce } from './rules-in-force.ts';
import type { CommonOptions } from './session.ts';
import { chosenWorkspace } from './session.ts';
import { readOctets } from './text-file.ts';

/** What `evidence bounce` does. */

function verdictLines(verdict: BounceVerdict): string[] {
  const { category, recordToChange, replyCode, enhanced, said, rules, temporary } = verdict;
  const { meaning, remedy } = bounceWords(category);
  const codes = [replyCode, enhanced].filter((code) => code !== null).join(' ');
  return [
    `${codes === '' ? 'No code' : codes}: ${meaning}${temporary ? ' The server may try again.' : ''}`,
    recordToChange.length === 0 ? remedy : `To change: ${recordToChange.map(recordWords).join('; ')}.`,
    ...(recordToChange.length === 0 ? [] : [remedy]),
    ...rules.map(
      ({ provider, answer }) =>
        `${provider.name}: ${answer.meaning} ${answer.remedy} (${answer.source.title}, seen ${answer.source.seen}: ${answer.source.url})`,
    ),
    ...(said === '' ? [] : [`The server said: ${said.slice(0, 500)}`]),
  ];
}

/** What the manual says, for people. */
function manualLines(domain: string, mending: Mending | null, asks: boolean): string[] {
  if (mending === null)
    return asks ? [`${domain} is in no list of sender domains: with domains add its manual says what to publish.`] : [];
  const steps = mending.steps.flatMap(({ number, title, records }) => [
    `Step ${number} of the manual, ${title}:`,
    ...records
      .map(mendingLines)
      .flatMap(({ head, what, value, findings }) => [
        `  ${head}: ${what}`,
        ...(value === null ? [] : [`    ${value}`]),
        ...findings.map((finding) => `    ${finding}`),
      ]),
  ]);
  const above = aboveWords(domain, mending);
  return [...(above === null ? [] : [above]), `${mending.workspaceName}: ${mending.sentence}`, ...steps];
}

/**
 * Asks the manual of the domain; null where no workspace has it.
 *
 * A machine on which the console has never been at home is left as it is: there is no manual to ask.
 */
async function askManual(
  domain: string,
  records: readonly string[],
  options: CommonOptions,
  terminal: Terminal,
): Promise<Mending | null> {
  if (options.workspace === undefined && !isAtHome(dataPlace(options.dataDir))) return null;
  let mending: Mending | null = null;
  await withSession(terminal, options, async ({ client }) => {
    const workspaceId = options.workspace === undefined ? null : await chosenWorkspace(client, options);
    mending = await client.evidence.mending({ workspaceId, domain, records: [...records] });
    return exitCodes.ok;
  });
  return mending;
}

/** `evidence bounce`. @returns the exit code: 3 where a record mends it, 6 where it can't be told why. */
export async function explainBounce(
  file: string,
  options: CommonOptions & { readonly domain?: string },
  terminal: Terminal,
): Promise<number> {
  const octets = await readOctets('FILE', file);
  const bounce = readBounce(octets, rulesInForce(options));
  const domain = options.domain ?? returnedFrom(octets);
  const records = [...new Set([bounce, ...bounce.others].flatMap(({ recordToChange }) => recordToChange))];
  const isBounce = bounce.category !== 'not-a-bounce';
  const mending = domain === null || !isBounce ? null : await askManual(domain, records, options, terminal);
  print(terminal, options.json === true, { ...describedBounce(bounce), from: domain, mending }, [
    ...(domain === null || !isBounce ? [] : [`From ${domain}`]),
    ...verdictLines(bounce),
    ...bounce.others.flatMap((other, index) => [`Recipient ${index + 2}:`, ...verdictLines(other)]),
    ...(domain === null || !isBounce ? [] : manualLines(domain, mending, bounce.setupIsTheCause)),
  ]);
  if (bounce.category === 'unknown') return exitCodes.noResult;
  return bounce.setupIsTheCause ? exitCodes.notVerified : exitCodes.ok;
}
