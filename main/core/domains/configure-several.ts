import { fact } from '../../../shared/facts/catalogue.ts';
import { setImmediate } from 'node:timers/promises';
import type { DomainConfiguration, DomainRow, SeveralChange } from '../../../shared/contract/domains.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, listedDomains, record } from '../context.ts';
import {
  changedElsewhere,
  checkDomainConfiguration,
  configurationOf,
  findDomain,
  judge,
  readyZone,
  toRow,
} from './service.ts';
import { fail, refusalOf } from '../errors.ts';
import { inTurn } from './pasted-zone.ts';
import { announce, effectiveFields } from '../settings/service.ts';
import { seenDomains } from '../service/account-domains.ts';
import { templatesOf } from '../templates/service.ts';

/** The same change for many domains: a provider, values that are the same for all, a report address, tags. */

/** Rows that are told to the windows at a time. */
const ROWS_AT_ONCE = 200;

/** @throws BAD_INPUT where several providers send for the domain: which of them is meant can't be told. */
function withProvider(
  { providers }: DomainConfiguration,
  { provider, values }: SeveralChange,
): Pick<DomainConfiguration, 'providers'> | Record<string, never> {
  if (provider === undefined) return {};
  if (providers.length > 1) {
    throw fail('BAD_INPUT', 'Several providers send for it', {
      field: 'change.provider',
      value: provider.templateId,
      remedy: 'Configure it separately, so that none of them is lost.',
    });
  }
  const known = providers.find(({ templateId }) => templateId === provider.templateId);
  return { providers: [{ ...provider, fields: { ...known?.fields, ...values } }] };
}

function withTags({ tags = [] }: DomainConfiguration, { addTags = [], removeTags = [] }: SeveralChange) {
  if (addTags.length + removeTags.length === 0) return {};
  const left = tags.filter((tag) => !removeTags.includes(tag));
  return { tags: [...new Set([...left, ...addTags])].sort((one, other) => one.localeCompare(other, 'en')) };
}

/** What every domain's change rests on, read once for all of them. */
function groundOf(context: CoreContext, workspaceId: number) {
  return {
    templates: templatesOf(context, workspaceId),
    fields: effectiveFields(context, workspaceId),
    told: seenDomains(context, workspaceId),
  };
}

/** @returns the row that the windows are told. */
function changeOne(
  context: CoreContext,
  domain: ReturnType<typeof findDomain>,
  change: SeveralChange,
  ground: ReturnType<typeof groundOf>,
): DomainRow {
  const now = configurationOf(domain, ground.fields);
  const { reportAddress } = change;
  const changed: Partial<DomainConfiguration> = {
    ...domain.configuration,
    ...withProvider(now, change),
    ...withTags(now, change),
    ...(reportAddress === undefined ? {} : { dmarc: { ...now.dmarc, reportAddress } }),
  };
  const dkimKeys = context.store.domains.dkimKeys(domain.id);
  checkDomainConfiguration(domain.name, { ...now, ...changed }, ground.templates, dkimKeys);
  if (!context.store.domains.configure(domain, changed)) changedElsewhere(domain.revision);
  judge(context, findDomain(context, domain.workspaceId, domain.id), { ...ground, dkimKeys });
  return toRow(context, findDomain(context, domain.workspaceId, domain.id), ground.fields.recordTemplate);
}

/**
 * Changes the same of several domains, one after the other, each whole or not at all.
 *
 * @returns how many were changed, and which were refused with the reason: the others are changed all the same.
 * @throws NOT_FOUND before anything is changed, where one of them is not listed.
 */
export async function configureSeveral(
  context: CoreContext,
  {
    workspaceId,
    domainIds,
    change,
  }: { readonly workspaceId: number; readonly domainIds: readonly number[]; readonly change: SeveralChange },
) {
  findWorkspace(context, workspaceId);
  for (const id of domainIds) findDomain(context, workspaceId, id);
  const refused: { domain: string; message: string; remedy: string }[] = [];
  const names: string[] = [];
  let rows: DomainRow[] = [];
  const publishRows = () => {
    if (rows.length > 0) context.changes.publish({ kind: 'domains', workspaceId, rows });
    rows = [];
  };
  const ground = groundOf(context, workspaceId);
  for (const domainId of domainIds) {
    const { unicodeName } = findDomain(context, workspaceId, domainId);
    try {
      const row = await inTurn(context, domainId, async () => {
        await readyZone(context, { workspaceId, domainId });
        return changeOne(context, findDomain(context, workspaceId, domainId), change, ground);
      });
      names.push(unicodeName);
      rows.push(row);
    } catch (error) {
      refused.push({ domain: unicodeName, ...refusalOf(error) });
    }
    if (rows.length >= ROWS_AT_ONCE) publishRows();
    await setImmediate();
  }
  publishRows();
  if (names.length > 0) {
    record(context, workspaceId, 'save', fact('domains.configured', { count: names.length }), {
      details: [listedDomains(names, (name) => name)],
    });
    announce(context, workspaceId);
  }
  return { changed: names.length, refused };
}
