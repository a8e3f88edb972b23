import { fact } from '../../../shared/facts/catalogue.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import { createHash, randomBytes } from 'node:crypto';
import { allSteps } from '../../../shared/steps.ts';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import type { ImportInput, ImportPlan, WorkspaceChange, WorkspaceFile } from '../../../shared/contract/transfer.ts';
import { checkSenderDomain } from '../../../shared/dns/sender-domain.ts';
import { dkimRecord } from '../../../shared/dkim/generate.ts';
import { parseDkimKey } from '../../../shared/dkim/key-record.ts';
import { isSelector } from '../../../shared/dkim/selector.ts';
import { describeFinding } from '../../../shared/findings/catalogue.ts';
import { usualRetention } from '../../../shared/evidence/kept/kept-mail.ts';
import type { DocumentDomain, WorkspaceDocument } from '../../../shared/workspace/document.ts';
import { managedRetention } from '../../../shared/managed/policy.ts';
import type { PlannedImport } from '../../../shared/workspace/import-plan.ts';
import { planImport } from '../../../shared/workspace/import-plan.ts';
import { FileFault, fromFiles, inOrder, toFiles } from '../../../shared/workspace/text-files.ts';
import { SealedFileFault, sealFile } from '../../vault/sealed-file.ts';
import { checkStrength } from '../../vault/vault.ts';
import type { ServiceSecret } from '../service/account-observation.ts';
import { secretId, SERVICE_SECRETS } from '../service/account-observation.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import {
  checkDomainConfiguration,
  defaultConfiguration,
  dkimSecretId,
  findDomain,
  judge,
  readyZone,
} from '../domains/service.ts';
import { fail } from '../errors.ts';
import { lockedFields, retentionInForce } from '../managed/service.ts';
import { announce, checkedFields, defaultFields, fieldsOf, fieldsToStore } from '../settings/service.ts';
import { checkOverride, templatesWith } from '../templates/service.ts';
import type { ExportSecret } from './transfer-file.ts';
import { exportLines, openExport } from './transfer-file.ts';
import { announceVault } from '../vault/service.ts';
import { addWorkspace } from '../workspaces/service.ts';

/** A workspace out of one data folder and into another: sealed under a passphrase, or as text files without secrets. */

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const SECRET_WORDS: Readonly<Record<ServiceSecret, string>> = {
  'api-key': 'API key',
  'auth-key': 'Auth key',
  'api-key-before': 'API key before',
};

const emptyDocument: WorkspaceDocument = {
  settings: defaultFields,
  schedule: null,
  retention: usualRetention,
  templates: {},
  senders: [],
  domains: [],
};

function documentOf(context: CoreContext, workspaceId: number): WorkspaceDocument {
  const { domains, records, evidence } = context.store;
  return {
    settings: fieldsOf(context, workspaceId),
    schedule: records.schedule(workspaceId),
    retention: retentionInForce(context, workspaceId),
    templates: Object.fromEntries(records.overrides(workspaceId)),
    senders: evidence.allNames(workspaceId).map(({ domain, key, name, kind }) => ({ domain, key, name, kind })),
    domains: domains.list(workspaceId).map(({ id, name, inUse, addedAt, configuration, pastedAt }) => ({
      name,
      inUse,
      addedAt,
      configuration,
      dkimKeys: domains.dkimKeys(id),
      pastedZone: pastedAt === null ? null : { at: pastedAt, text: domains.pastedZone(id) },
    })),
  };
}

/** Every secret that a workspace may have, with the place that it is sealed under. */
function* secretPlaces(
  context: CoreContext,
  workspaceId: number,
): Generator<{ readonly id: string; readonly as: (value: string) => ExportSecret }> {
  for (const of of SERVICE_SECRETS) yield { id: secretId(workspaceId, of), as: (value) => ({ of, value }) };
  for (const { id, name } of context.store.domains.list(workspaceId))
    for (const { selector } of context.store.domains.dkimKeys(id))
      yield { id: dkimSecretId(id, selector), as: (value) => ({ domain: name, selector, value }) };
}

/** Refuses what must not leave unsealed, wherever it was typed. @throws NOT_ALLOWED */
async function refuseSecrets(
  context: CoreContext,
  workspaceId: number,
  files: readonly WorkspaceFile[],
): Promise<void> {
  const secrets: string[] = [];
  for (const { id } of secretPlaces(context, workspaceId))
    await context.vault.use(id, async (value) => {
      secrets.push(JSON.stringify(value).slice(1, -1));
    });
  const found = files.find(({ text }) => PRIVATE_KEY.test(text) || secrets.some((secret) => text.includes(secret)));
  if (found === undefined) return;
  throw fail(
    'NOT_ALLOWED',
    `${found.path} would contain a secret: there is a key in a field that is not meant for keys`,
    {
      field: found.path,
      remedy: 'Check the fields and the pasted zone that go into this file, remove the key, and export again.',
    },
  );
}

/** How much of a workspace an export holds. */
function holdsFact(domains: number, secrets: number): Fact {
  const parts = [
    fact('workspace.domains', { count: domains }),
    secrets === 0 ? fact('workspace.no-secret') : fact('workspace.secrets', { count: secrets }),
  ];
  return fact('workspace.holds', { parts });
}

/** The workspace as text files, without any secret. @throws NOT_ALLOWED where a secret was typed into another field. */
export async function workspaceFiles(context: CoreContext, workspaceId: number): Promise<WorkspaceFile[]> {
  findWorkspace(context, workspaceId);
  const document = documentOf(context, workspaceId);
  const files = [...toFiles(document)];
  await refuseSecrets(context, workspaceId, files);
  record(context, workspaceId, 'export', fact('workspace.exported-as-text'), {
    details: [holdsFact(document.domains.length, 0)],
  });
  return files;
}

type ExportPart =
  | { readonly kind: 'part'; readonly content: string }
  | {
      readonly kind: 'end';
      readonly fileName: string;
      readonly domains: number;
      readonly secrets: number;
      readonly leftOut: number;
    };

/**
 * The workspace sealed under a passphrase, part by part.
 *
 * @throws VAULT_LOCKED where secrets are asked for and the vault is not open; BAD_INPUT for a weak passphrase.
 */
export async function* exportWorkspace(
  context: CoreContext,
  { workspaceId, passphrase, secrets }: { workspaceId: number; passphrase: string; secrets: boolean },
): AsyncGenerator<ExportPart> {
  const workspace = findWorkspace(context, workspaceId);
  checkStrength(passphrase);
  const { vault } = context;
  const places = secrets
    ? [...secretPlaces(context, workspaceId)].filter(({ id }) => vault.view(id).state !== 'not-set')
    : [];
  const { state } = vault.state();
  if (places.length > 0 && state !== 'open' && state !== 'session')
    throw fail('VAULT_LOCKED', 'Secrets can be exported while the vault is open', {
      remedy: 'Unlock the vault, or export without secrets.',
    });
  const open = places.filter(({ id }) => ['protected', 'session-only'].includes(vault.view(id).state));
  async function* secretLines(): AsyncGenerator<ExportSecret> {
    for (const { id, as } of open) {
      const secret = await vault.use(id, async (value) => as(value));
      if (secret === null)
        throw fail('VAULT_LOCKED', 'The vault was locked while its secrets were exported', {
          remedy: 'Unlock it and export again. The unfinished file does not open.',
        });
      yield secret;
    }
  }
  const document = documentOf(context, workspaceId);
  const now = context.clock.now();
  const head = { name: workspace.name, exportedAt: now, domains: document.domains.length, secrets: open.length };
  const parts = sealFile(exportLines(head, toFiles(document), secretLines()), passphrase, randomBytes);
  const first = await context.sealing.inTurn(() => parts.next());
  if (first.done !== true) yield { kind: 'part', content: first.value.toString('base64') };
  for await (const part of parts) yield { kind: 'part', content: part.toString('base64') };
  record(context, workspaceId, 'export', fact('workspace.exported-sealed'), {
    details: [holdsFact(head.domains, open.length)],
    severity: open.length === 0 ? 'info' : 'warning',
  });
  const day = new Date(now).toISOString().slice(0, 10);
  yield {
    kind: 'end',
    fileName: `${workspace.name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}-${day}.sendwright`,
    domains: head.domains,
    secrets: open.length,
    leftOut: places.length - open.length,
  };
}

interface Source {
  readonly name: string | null;
  readonly exportedAt: number | null;
  readonly document: WorkspaceDocument;
  readonly secrets: readonly ExportSecret[];
}

const SEALED_REMEDIES: Readonly<Record<SealedFileFault['fault'], string>> = {
  'not-sealed': 'Choose a file that was made by exporting a workspace.',
  newer: 'Import it with the version that wrote it, or a newer one.',
  'wrong-passphrase': 'Type the passphrase that the file was exported with, not the vault’s.',
  damaged: 'Use another copy of the file, or export the workspace again. Nothing was changed.',
};

async function readSource(context: CoreContext, source: ImportInput['source']): Promise<Source> {
  try {
    if (source.kind === 'files')
      return { name: null, exportedAt: null, document: fromFiles(source.files), secrets: [] };
    const uploaded = await context.uploads.find(source.uploadId);
    if (uploaded.kind === 'files')
      return { name: null, exportedAt: null, document: fromFiles(uploaded.files), secrets: [] };
    const { passphrase } = source;
    if (passphrase === null)
      throw fail('BAD_INPUT', 'A sealed file opens with its passphrase alone', {
        field: 'passphrase',
        remedy: 'Type the passphrase that the file was exported with; it is not the vault’s.',
      });
    const { head, files, secrets } = await context.sealing.inTurn(() => openExport(uploaded.read(), passphrase));
    return { name: head.name, exportedAt: head.exportedAt, document: fromFiles(files), secrets };
  } catch (error) {
    if (error instanceof FileFault)
      throw fail('BAD_INPUT', error.message, { field: error.path.slice(0, 200), remedy: error.remedy });
    if (!(error instanceof SealedFileFault)) throw error;
    const isWrong = error.fault === 'wrong-passphrase';
    throw fail(isWrong ? 'WRONG_PASSPHRASE' : 'BAD_INPUT', error.message, {
      field: isWrong ? 'passphrase' : 'content',
      remedy: SEALED_REMEDIES[error.fault],
    });
  }
}

/**
 * Checks what is new or changed; what stays as it is was checked when it was saved.
 *
 * @returns the settings as they are to be stored.
 * @throws BAD_INPUT
 */
function check({ present, next }: PlannedImport & { readonly present: WorkspaceDocument }): SettingsFields {
  for (const [id, override] of Object.entries(next.templates))
    if (present.templates[id] !== override) checkOverride(id, override);
  const templates = templatesWith(new Map(Object.entries(next.templates)));
  const before = new Map(present.domains.map((domain) => [domain.name, domain]));
  for (const { name, configuration, dkimKeys } of next.domains) {
    const known = before.get(name);
    if (known === undefined) checkName(name);
    for (const { selector, algorithm, publicKey } of dkimKeys) {
      if (!isSelector(selector) || selector !== selector.toLowerCase())
        throw fail('BAD_INPUT', `${name}: “${selector}” is not a selector`, {
          field: 'dkimKeys',
          value: selector,
          remedy: 'Correct it in the file: letters in lower case, digits and hyphens.',
        });
      const isKnown = known?.dkimKeys.some((key) => key.selector === selector && key.publicKey === publicKey) === true;
      if (!isKnown && parseDkimKey(dkimRecord(algorithm, publicKey)).key === null)
        throw fail('BAD_INPUT', `${name}: the key of the selector ${selector} is not one that receivers can use`, {
          field: 'dkimKeys',
          value: publicKey.slice(0, 200),
          remedy: 'Take the key from the last export, or leave it out and make a new one.',
        });
    }
    if (configuration !== null && configuration !== known?.configuration)
      checkDomainConfiguration(name, { ...defaultConfiguration, ...configuration }, templates, dkimKeys);
  }
  return checkedFields(next.settings, next.settings);
}

function checkName(name: string): void {
  const check = checkSenderDomain(name);
  if (check.ok && check.ascii === name) return;
  const { title, remedy } = check.ok
    ? { title: `${name} is not in its stored form`, remedy: `Write ${check.ascii}.` }
    : describeFinding(check.finding);
  throw fail('BAD_INPUT', title, { field: 'name', value: name.slice(0, 200), remedy });
}

function secretName(secret: ExportSecret): { readonly domain: string; readonly what: string } {
  return 'of' in secret
    ? { domain: '', what: SECRET_WORDS[secret.of] }
    : { domain: secret.domain, what: `DKIM key ${secret.selector}` };
}

interface Planned extends PlannedImport {
  readonly present: WorkspaceDocument;
  /** Those that are set. */
  readonly secrets: readonly ExportSecret[];
  readonly token: string;
}

/** What an import does to a workspace; null: to one that is made for it. */
async function plan(
  context: CoreContext,
  workspaceId: number | null,
  { document, secrets }: Source,
  mode: ImportInput['mode'],
): Promise<Planned> {
  const present = workspaceId === null ? emptyDocument : documentOf(context, workspaceId);
  // What the organisation has set is no matter of an import.
  const given = {
    ...document,
    settings: { ...document.settings, ...(workspaceId === null ? {} : lockedFields(context, workspaceId)) },
    retention:
      document.retention === null ? null : { ...document.retention, ...managedRetention(context.managed.locked) },
  };
  const planned = planImport(present, given, defaultFields, mode);
  const ids = new Map(
    workspaceId === null ? [] : context.store.domains.list(workspaceId).map(({ id, name }) => [name, id] as const),
  );
  const keys = new Map(planned.next.domains.map((domain) => [domain.name, domain.dkimKeys]));
  const theirs = new Map(document.domains.map((domain) => [domain.name, domain.dkimKeys]));
  const changes: WorkspaceChange[] = [...planned.changes];
  const set: ExportSecret[] = [];
  for (const secret of secrets) {
    let id: string | null = workspaceId === null || !('of' in secret) ? null : secretId(workspaceId, secret.of);
    if (!('of' in secret)) {
      const key = (of: typeof keys) => of.get(secret.domain)?.find(({ selector }) => selector === secret.selector);
      // Another key stays under that selector: its private half stays with it.
      if (key(keys)?.publicKey !== key(theirs)?.publicKey || key(theirs) === undefined) continue;
      const domainId = ids.get(secret.domain);
      id = domainId === undefined ? null : dkimSecretId(domainId, secret.selector);
    }
    const isSet = id !== null && context.vault.view(id).state !== 'not-set';
    const isSame = id !== null && (await context.vault.use(id, async (value) => value === secret.value)) === true;
    if (isSame) continue;
    const does = !isSet ? 'add' : mode === 'merge' ? 'change' : 'keep';
    changes.push({ does, of: 'secret', ...secretName(secret), before: null, after: null });
    if (does !== 'keep') set.push(secret);
  }
  const token = createHash('sha256').update(JSON.stringify(changes)).digest('hex');
  return { ...planned, changes, present, secrets: set, token };
}

function told(source: Source, { changes, token }: Planned): ImportPlan {
  const { name, exportedAt, document, secrets } = source;
  return {
    name,
    exportedAt,
    domains: document.domains.length,
    secrets: secrets.length,
    changes: [...changes],
    token,
  };
}

/** The workspace that an import goes into; null: one that is made for it. @throws NOT_ALLOWED for the practice workspace. */
function targetOf(context: CoreContext, into: ImportInput['into']): number | null {
  if (!('workspaceId' in into)) return null;
  if (!findWorkspace(context, into.workspaceId).practice) return into.workspaceId;
  throw fail('NOT_ALLOWED', 'Nothing is imported into the practice workspace', {
    field: 'into',
    remedy: 'Choose another workspace, or make a new one.',
  });
}

/** What an import would do. Nothing is changed. */
export async function previewImport(context: CoreContext, input: ImportInput): Promise<ImportPlan> {
  const source = await readSource(context, input.source);
  const workspaceId = targetOf(context, input.into);
  const planned = await plan(context, workspaceId, source, input.mode);
  check(planned);
  return told(source, planned);
}

function writeDomain(
  context: CoreContext,
  workspaceId: number,
  id: number,
  before: DocumentDomain | null,
  next: DocumentDomain,
): void {
  const { domains } = context.store;
  if (before !== null && before.addedAt !== next.addedAt) domains.setAddedAt(id, next.addedAt);
  if (next.inUse !== (before?.inUse ?? true)) domains.setInUse(workspaceId, [id], next.inUse);
  if (next.configuration !== null && next.configuration !== before?.configuration)
    domains.configure(findDomain(context, workspaceId, id), next.configuration);
  const known = new Map(before?.dkimKeys.map((key) => [key.selector, key]));
  for (const key of next.dkimKeys) {
    const own = known.get(key.selector);
    if (own === undefined) domains.addDkimKey(id, key);
    if (own?.signingSince !== key.signingSince || own.revokedAt !== key.revokedAt) domains.markDkimKey(id, key);
  }
  const zone = next.pastedZone;
  // In one transaction with everything else, so that nobody sees a part of an import.
  if (zone !== null && zone !== before?.pastedZone)
    domains.assignPastedZone(id, allSteps(domains.writeZoneInSteps(zone.text, zone.at)), zone.at);
}

/** Writes what differs. To be called within a transaction. @returns the domains that may be judged otherwise now. */
function write(
  context: CoreContext,
  workspaceId: number,
  { present, next, secrets }: Planned,
  settings: SettingsFields,
): readonly number[] {
  const { workspaces, records, evidence, evidenceMails, domains } = context.store;
  const now = context.clock.now();
  if (next.settings !== present.settings)
    workspaces.saveSettings(
      workspaceId,
      workspaces.settings(workspaceId).revision,
      fieldsToStore(context, workspaceId, settings),
      now,
    );
  if (next.schedule !== null && next.schedule !== present.schedule) records.putSchedule(workspaceId, next.schedule);
  // What is kept no longer then goes within the next minute, as it does day by day.
  if (next.retention !== null && next.retention !== present.retention)
    evidenceMails.putRetention(workspaceId, next.retention);
  for (const [id, override] of Object.entries(next.templates))
    if (override !== present.templates[id]) records.putOverride(workspaceId, id, override);
  const named = new Set(present.senders);
  for (const sender of next.senders) if (!named.has(sender)) evidence.putName(workspaceId, sender.domain, sender);

  const before = new Map(present.domains.map((domain) => [domain.name, domain]));
  for (const { name, addedAt } of next.domains) {
    const checked = before.has(name) ? null : checkSenderDomain(name);
    if (checked?.ok === true) domains.add(workspaceId, [{ name, unicodeName: checked.unicode }], addedAt);
  }
  const ids = new Map(domains.list(workspaceId).map(({ id, name }) => [name, id]));
  const idOf = (name: string): number => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`${name} was not listed`);
    return id;
  };
  const changed = next.domains.filter((domain) => domain !== before.get(domain.name));
  for (const domain of changed)
    writeDomain(context, workspaceId, idOf(domain.name), before.get(domain.name) ?? null, domain);
  for (const secret of secrets) {
    const id = 'of' in secret ? secretId(workspaceId, secret.of) : dkimSecretId(idOf(secret.domain), secret.selector);
    context.vault.set(id, secret.value);
  }
  return changed
    .filter(({ name, pastedZone }) => before.has(name) || pastedZone !== null)
    .map(({ name }) => idOf(name));
}

/** Judges domains anew by what is known of them, and lets everything else go on meanwhile. */
async function judgeAnew(context: CoreContext, workspaceId: number, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    await readyZone(context, { workspaceId, domainId: id });
    judge(context, findDomain(context, workspaceId, id));
  }
}

const amountOf = (changes: readonly WorkspaceChange[], does: WorkspaceChange['does']): number =>
  changes.filter((change) => change.does === does).length;

/**
 * Brings a file into a workspace: all of it in one transaction, or nothing.
 *
 * @throws CONFLICT where it would do something else than `token` stands for; see `previewImport` for the others.
 */
export async function importWorkspace(
  context: CoreContext,
  input: ImportInput & { readonly token: string },
): Promise<ImportPlan & { workspaceId: number }> {
  const source = await readSource(context, input.source);
  const target = targetOf(context, input.into);
  const planned = await plan(context, target, source, input.mode);
  const settings = check(planned);
  const refuse = () =>
    fail('CONFLICT', 'The workspace was changed since you reviewed the import', {
      field: 'token',
      remedy: 'Review what the import would do now. Nothing was changed.',
    });
  if (planned.token !== input.token) throw refuse();
  const { workspaceId, ids } = context.store.atomically(() => {
    const made =
      target ??
      addWorkspace(context, ('name' in input.into ? input.into.name : null) ?? source.name ?? 'Imported workspace');
    if (target !== null && !isSameDocument(documentOf(context, target), planned.present)) throw refuse();
    return { workspaceId: made, ids: write(context, made, planned, settings) };
  });
  const parts = [
    fact('import.added', { count: amountOf(planned.changes, 'add') }),
    fact('import.changed', { count: amountOf(planned.changes, 'change') }),
    fact('import.kept', { count: amountOf(planned.changes, 'keep') }),
  ];
  record(context, workspaceId, 'workspace', fact('workspace.imported'), {
    details: [fact('workspace.import-did', { parts })],
  });
  await judgeAnew(context, workspaceId, ids);
  if (planned.secrets.length > 0) announceVault(context);
  announce(context, workspaceId);
  context.changes.publish({ kind: 'reload' });
  return { ...told(source, planned), workspaceId };
}

const isSameDocument = (left: WorkspaceDocument, right: WorkspaceDocument): boolean =>
  JSON.stringify(inOrder(left)) === JSON.stringify(inOrder(right));
