import type { SettingsFields } from '../contract/settings.ts';
import type { WorkspaceChange } from '../contract/transfer.ts';
import type { Retention } from '../evidence/kept/kept-mail.ts';
import { usualRetention } from '../evidence/kept/kept-mail.ts';
import type { DocumentDomain, DocumentKey, SenderName, WorkspaceDocument } from './document.ts';
import { inOrder } from './text-files.ts';

/** What comes of a workspace when another’s document is brought into it. */
export interface PlannedImport {
  readonly changes: readonly WorkspaceChange[];
  /** The workspace as it is then. Nothing that is here is lost: domains, keys, templates and names stay. */
  readonly next: WorkspaceDocument;
}

const MAX_SHOWN = 200;

const isSame = (left: unknown, right: unknown): boolean =>
  JSON.stringify(inOrder(left)) === JSON.stringify(inOrder(right));

/** A value as people read it in a list of changes; an empty one is none. */
function shown(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where two values differ, by the path of the innermost key that both may have. */
function* differences(
  before: unknown,
  after: unknown,
  at = '',
): Generator<{ readonly what: string; readonly before: unknown; readonly after: unknown }> {
  if (isSame(before, after)) return;
  if (!isRecord(before) || !isRecord(after)) {
    yield { what: at, before, after };
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
    yield* differences(before[key], after[key], at === '' ? key : `${at}.${key}`);
}

/**
 * Plans an import.
 *
 * @param present the workspace as it is. @param given what the file says.
 * @param defaults settings that nobody has chosen: they give way in both modes.
 * @param mode `merge`: where both say something, the file counts; `add`: what is here counts.
 */
export function planImport(
  present: WorkspaceDocument,
  given: WorkspaceDocument,
  defaults: SettingsFields,
  mode: 'merge' | 'add',
): PlannedImport {
  const changes: WorkspaceChange[] = [];
  const note = (
    of: WorkspaceChange['of'],
    domain: string,
    what: string,
    before: unknown,
    after: unknown,
    does: WorkspaceChange['does'] = shown(before) === null ? 'add' : 'change',
  ) => changes.push({ does, of, domain, what, before: shown(before), after: shown(after) });

  /** The value that is in force afterwards, where the file has one that differs. */
  function chosen<Value>(
    of: WorkspaceChange['of'],
    domain: string,
    what: string,
    here: Value,
    there: Value,
    isOpen: boolean,
  ): Value {
    if (isSame(here, there)) return here;
    if (mode === 'merge' || isOpen) {
      note(of, domain, what, here, there, isOpen ? 'add' : 'change');
      return there;
    }
    note(of, domain, what, here, there, 'keep');
    return here;
  }

  function settings(): SettingsFields {
    const next: Record<string, unknown> = { ...present.settings };
    for (const field of Object.keys(present.settings) as (keyof SettingsFields)[]) {
      const [here, there] = [present.settings[field], given.settings[field]];
      next[field] = chosen('settings', '', field, here, there, here === defaults[field]);
    }
    return isSame(next, present.settings) ? present.settings : (next as SettingsFields);
  }

  function retention(): Retention | null {
    const [here, there] = [present.retention, given.retention];
    if (here === null || there === null) return here ?? there;
    const days = (of: keyof Retention) =>
      chosen('retention', '', of, here[of], there[of], here[of] === usualRetention[of]);
    const next = { reportDays: days('reportDays'), mailDays: days('mailDays'), personalDays: days('personalDays') };
    return isSame(next, here) ? here : next;
  }

  function templates(): Readonly<Record<string, unknown>> {
    const next: Record<string, unknown> = { ...present.templates };
    for (const [id, override] of Object.entries(given.templates))
      next[id] = chosen('template', '', id, next[id], override, next[id] === undefined);
    return next;
  }

  function senders(): readonly SenderName[] {
    const keyOf = ({ domain, key }: SenderName) => `${domain} ${key}`;
    const next = new Map(present.senders.map((sender) => [keyOf(sender), sender]));
    for (const sender of given.senders) {
      const here = next.get(keyOf(sender));
      const word = (each: SenderName | undefined) => (each === undefined ? undefined : `${each.name} (${each.kind})`);
      if (isSame(here, sender)) continue;
      const kept = chosen('sender', sender.domain, sender.key, word(here), word(sender), here === undefined);
      if (kept === word(sender)) next.set(keyOf(sender), sender);
    }
    return [...next.values()];
  }

  function keys(here: DocumentDomain, there: DocumentDomain): readonly DocumentKey[] {
    const next = new Map(here.dkimKeys.map((key) => [key.selector, key]));
    for (const key of there.dkimKeys) {
      const own = next.get(key.selector);
      if (own === undefined) {
        note('dkim-key', there.name, key.selector, null, `${key.algorithm}, ${key.bits} bits`);
        next.set(key.selector, key);
      } else if (own.publicKey !== key.publicKey) {
        // Whoever signs with the private key that is sealed here would sign in vain.
        note('dkim-key', there.name, key.selector, own.publicKey, key.publicKey, 'keep');
      } else {
        const state = ({ signingSince, revokedAt }: DocumentKey) => ({ signingSince, revokedAt });
        const kept = chosen('dkim-key', there.name, key.selector, state(own), state(key), false);
        next.set(key.selector, { ...own, ...kept });
      }
    }
    return [...next.values()];
  }

  function configuration(here: DocumentDomain, there: DocumentDomain): DocumentDomain['configuration'] {
    if (there.configuration === null || isSame(here.configuration, there.configuration)) return here.configuration;
    if (here.configuration === null) {
      note('domain', there.name, 'configuration', null, there.configuration);
      return there.configuration;
    }
    for (const { what, before, after } of differences(here.configuration, there.configuration))
      note('domain', there.name, what, before, after, mode === 'merge' ? 'change' : 'keep');
    return mode === 'merge' ? there.configuration : here.configuration;
  }

  function domain(here: DocumentDomain, there: DocumentDomain): DocumentDomain {
    const { name } = there;
    const next = {
      name,
      inUse: chosen('domain', name, 'in use', here.inUse, there.inUse, false),
      // Whoever lists a domain first has listed it: so all who exchange files come to the same day.
      addedAt: Math.min(here.addedAt, there.addedAt),
      configuration: configuration(here, there),
      dkimKeys: keys(here, there),
      pastedZone:
        there.pastedZone === null || here.pastedZone?.text === there.pastedZone.text
          ? here.pastedZone
          : chosen('pasted-zone', name, '', here.pastedZone, there.pastedZone, here.pastedZone === null),
    };
    return isSame(here, next) ? here : next;
  }

  const next = {
    settings: settings(),
    schedule:
      given.schedule === null
        ? present.schedule
        : chosen('schedule', '', '', present.schedule, given.schedule, present.schedule === null),
    retention: retention(),
    templates: templates(),
    senders: senders(),
  };
  const domains = new Map(present.domains.map((each) => [each.name, each]));
  for (const there of given.domains) {
    const here = domains.get(there.name);
    if (here === undefined) note('domain', there.name, '', null, there.name);
    domains.set(there.name, here === undefined ? there : domain(here, there));
  }
  return { changes, next: { ...next, domains: [...domains.values()] } };
}
