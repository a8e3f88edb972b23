import { homedir } from 'node:os';
import type { BundleOptions } from '../../../shared/contract/monitoring.ts';
import type { HandOverText } from '../../../shared/contract/values.ts';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { createRedaction } from '../../../shared/service/redaction.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { showControlsInLines } from '../../../shared/text/controls.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { listDomains } from '../domains/service.ts';
import { openSecrets } from '../service/account-observation.ts';
import { redactEntries } from './log-part.ts';
import { getSettings } from '../settings/service.ts';

/** The support bundle: what support needs to see which hop fails, and nothing that is nobody's business. */

const ACTIVITY_ENTRIES = 200;
/** Traces of each kind, the latest first. */
const TRACES = 5;
/** More than are ever kept. */
const MAX_TRACES = 1000;
const KINDS = ['connection', 'responses', 'monitoring'] as const;

/** The hosts of all addresses in a text: a host without a dot is known as one by nothing else. */
function hostsIn(text: string): readonly string[] {
  return [...text.matchAll(/:\/\/([^\s/?#:"'\\[\]]{1,253})/gu)].map((match) => match[1] as string);
}

/** Which hop fails, in a line per probe: the first thing that support looks for. */
function overview(traces: readonly ProbeTrace[]): string {
  const [latest] = traces;
  if (latest === undefined) return 'not checked';
  const stage = latest.stages.find((each) => each.state === 'failed')?.stage;
  const [gravest] = describeFindings(latest.findings);
  const found = gravest === undefined ? '' : `: ${gravest.title} (${gravest.code})`;
  return `${latest.outcome}${stage === undefined ? '' : ` at ${stage}`}${found}`;
}

/** What certificates and the service call people and companies; such names stand in findings' texts, too. */
function namesIn(traces: readonly ProbeTrace[]): readonly string[] {
  return traces.flatMap((trace): readonly string[] => {
    const certificates = trace.stages.flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate]));
    return [
      ...certificates.flatMap(({ subject, issuer, chain, names }) => [subject, issuer, ...chain, ...names]),
      ...(trace.told?.account === undefined ? [] : [trace.told.account]),
      ...(trace.told?.domains ?? []),
      ...(trace.beside === undefined ? [] : namesIn([trace.beside])),
    ];
  });
}

function settingsPart(fields: SettingsFields): object {
  return {
    serviceUrl: fields.serviceUrl,
    responseDomain: fields.responseDomain,
    recordTemplate: fields.recordTemplate,
    recordTemplateMode: fields.recordTemplateMode,
    monitoringEnabled: fields.monitoringEnabled,
    applicationHosting: fields.applicationHosting,
    resolver: fields.resolver,
    publicResolvers: fields.publicResolvers,
    fallbackResolvers: fields.fallbackResolvers,
    extraCaGiven: fields.extraCa.trim() !== '',
    serviceProfileGiven: fields.serviceProfile.trim() !== '',
  };
}

/**
 * Makes the bundle as it will be saved: redacted JSON. Private keys, message texts and templates are not among what it is
 * made of; the keys to the service are looked for all the same.
 */
export async function makeBundle(
  context: CoreContext,
  workspaceId: number,
  options: BundleOptions,
  { version, dataFolder }: { readonly version: string; readonly dataFolder: string },
): Promise<HandOverText> {
  const workspace = findWorkspace(context, workspaceId);
  const settings = getSettings(context, workspaceId);
  const domains = listDomains(context, workspaceId);
  const { records } = context.store;
  const { fields } = settings;
  const traces = Object.fromEntries(
    KINDS.map((kind) => [kind, records.latestTraces<ProbeTrace>(workspaceId, kind, TRACES)]),
  ) as Record<(typeof KINDS)[number], ProbeTrace[]>;
  const activity = options.includeActivity
    ? records.activity(workspaceId, {
        kinds: null,
        severities: null,
        since: 0,
        text: '',
        before: Number.MAX_SAFE_INTEGER,
        limit: ACTIVITY_ENTRIES,
      })
    : [];
  const bundle = {
    format: 'sendwright-bundle/2',
    version,
    madeAt: new Date(context.clock.now()).toISOString(),
    hidden: { addresses: options.hideAddresses, names: options.hideNames },
    system: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    practice: workspace.practice,
    overview: {
      connectionStatus: settings.connection.text,
      ...Object.fromEntries(KINDS.map((kind) => [kind, overview(traces[kind])])),
      apiKey: settings.apiKey.state,
      authKey: settings.authKey.state,
      provider: settings.provider.name ?? 'not told by the service',
    },
    settings: settingsPart(fields),
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
    traces,
    // What a workspace was called before can't be known from what it is called today.
    activity: activity
      .filter((entry) => !options.hideNames || entry.kind !== 'workspace')
      .map(({ at, kind, severity, summary, detail }) => ({ at, kind, severity, summary, detail })),
  };
  const names = [
    workspace.name,
    ...hostsIn(JSON.stringify(bundle)),
    ...domains.flatMap((domain) => [domain.name, domain.unicodeName]),
    ...KINDS.flatMap((kind) => namesIn(records.latestTraces<ProbeTrace>(workspaceId, kind, MAX_TRACES))),
  ];
  const redaction = createRedaction(options, { names, secrets: await openSecrets(context, workspaceId) });
  const { log } = context;
  const places = [
    [dataFolder, '(data folder)'],
    [homedir(), '(home)'],
  ] as const;
  // The log is of all workspaces: its entries are about the console, and hold names in the texts of errors alone.
  const shown = {
    ...(redaction.value(bundle) as typeof bundle),
    log: {
      level: log.level,
      trouble: log.trouble()?.message ?? null,
      entries: redactEntries(log.newest(), redaction, places),
    },
  };
  record(context, workspaceId, 'export', 'Support bundle prepared');
  return {
    fileName: `sendwright-bundle-${new Date(context.clock.now()).toISOString().slice(0, 10)}.json`,
    mediaType: 'application/json',
    text: `${showControlsInLines(JSON.stringify(shown, null, 2))}\n`,
  };
}
