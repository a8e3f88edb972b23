import { createHmac } from 'node:crypto';
import type { BundleOptions, HandOverText } from '../../shared/contract/schemas.ts';
import type { CoreContext } from './context.ts';
import { findWorkspace, record } from './context.ts';
import { listDomains } from './domains.ts';
import { getSettings } from './settings.ts';

/** The support bundle: what support needs to see which hop fails, and nothing that is nobody's business. */

const ACTIVITY_ENTRIES = 200;
const IPV4 = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
const IPV6 = /(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi;

/** Replaces addresses and names by stable pseudonyms, so that lines about one host can still be told together. */
function createRedaction(options: BundleOptions, names: readonly string[], key: string) {
  const pseudonym = (kind: string, value: string) =>
    `${kind}-${createHmac('sha256', key).update(value.toLowerCase()).digest('hex').slice(0, 8)}`;
  const byLength = [...new Set(names.filter((name) => name !== ''))].sort((left, right) => right.length - left.length);
  const escaped = byLength.slice(0, 5000).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const namePattern = escaped.length === 0 ? null : new RegExp(escaped.join('|'), 'gi');
  return (text: string): string => {
    let redacted = text;
    if (options.hideNames && namePattern !== null)
      redacted = redacted.replace(namePattern, (name) => pseudonym('name', name));
    if (options.hideAddresses) {
      redacted = redacted
        .replace(IPV4, (address) => pseudonym('address', address))
        .replace(IPV6, (address) => (/[0-9a-f]/i.test(address) ? pseudonym('address', address) : address));
    }
    return redacted;
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/** Makes the bundle as it will be saved. Secrets are not in it: the core could not put them there if it wanted to. */
export function makeBundle(
  context: CoreContext,
  workspaceId: number,
  options: BundleOptions,
  version: string,
): HandOverText {
  const workspace = findWorkspace(context, workspaceId);
  const settings = getSettings(context, workspaceId);
  const domains = listDomains(context, workspaceId);
  const { fields } = settings;
  const bundle = {
    format: 'sendwright-bundle/1',
    version,
    madeAt: new Date(context.clock.now()).toISOString(),
    system: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    practice: workspace.practice,
    settings: {
      serviceUrl: fields.serviceUrl,
      responseDomain: fields.responseDomain,
      recordTemplate: fields.recordTemplate,
      monitoringEnabled: fields.monitoringEnabled,
      applicationHosting: fields.applicationHosting,
      resolver: fields.resolver,
      publicResolvers: fields.publicResolvers,
      fallbackResolvers: fields.fallbackResolvers,
      extraCaGiven: fields.extraCa !== '',
      serviceProfileGiven: fields.serviceProfile !== '',
      apiKey: settings.apiKey.state,
      authKey: settings.authKey.state,
      provider: settings.provider.name,
      connection: settings.connection.text,
    },
    traces: settings.traces,
    domains: domains.map(({ name, inUse, templateId, verdict, spf, dkim, dmarc, seenAt }) => ({
      name,
      inUse,
      templateId,
      verdict,
      spf,
      dkim,
      dmarc,
      seenAt,
    })),
    activity: options.includeActivity
      ? context.store.records
          .activity(workspaceId, { kinds: null, text: '', before: Number.MAX_SAFE_INTEGER, limit: ACTIVITY_ENTRIES })
          .map(({ at, kind, severity, summary, detail }) => ({ at, kind, severity, summary, detail }))
      : [],
  };
  const names = [
    workspace.name,
    hostOf(fields.serviceUrl),
    hostOf(fields.responseDomain),
    ...domains.flatMap((domain) => [domain.name, domain.unicodeName]),
  ];
  const redact = createRedaction(options, names, `${workspace.createdAt}/${workspaceId}`);
  record(context, workspaceId, 'export', 'Support bundle prepared');
  return {
    fileName: `sendwright-bundle-${new Date(context.clock.now()).toISOString().slice(0, 10)}.json`,
    mediaType: 'application/json',
    text: `${redact(JSON.stringify(bundle, null, 2))}\n`,
  };
}
