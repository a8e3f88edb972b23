import { factText } from '../../../shared/facts/fact-text.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import { fact } from '../../../shared/facts/catalogue.ts';
import { homedir } from 'node:os';
import type { BundleOptions } from '../../../shared/contract/monitoring.ts';
import type { HandOverText } from '../../../shared/contract/values.ts';
import type { SettingName } from '../../../shared/settings/setting-labels.ts';
import type { SettingsFields } from '../../../shared/contract/settings.ts';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import type { Redaction } from '../../../shared/service/redaction.ts';
import { createRedaction } from '../../../shared/service/redaction.ts';
import type { ProbeTrace } from '../../../shared/service/trace.ts';
import { showControlsInLines } from '../../../shared/text/controls.ts';
import type { CoreContext } from '../context.ts';
import { findWorkspace, record } from '../context.ts';
import { listDomains } from '../domains/service.ts';
import { endsOfSealed, openSecrets } from '../service/account-observation.ts';
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

/** What the bundle tells of each setting: its value, only whether it is given, or nothing. */
const SETTINGS: Readonly<Record<SettingName, 'value' | 'given' | 'nothing'>> = {
  serviceUrl: 'value',
  responseDomain: 'value',
  recordTemplate: 'value',
  recordTemplateMode: 'value',
  monitoringEnabled: 'value',
  applicationHosting: 'value',
  applicationBuild: 'value',
  resolver: 'value',
  publicResolvers: 'value',
  fallbackResolvers: 'value',
  extraCa: 'given',
  serviceProfile: 'given',
  dmarcReportAddress: 'nothing',
  supportAddress: 'nothing',
};

function settingsPart(fields: SettingsFields): object {
  const parts = Object.entries(SETTINGS).flatMap(([name, told]): (readonly [string, unknown])[] => {
    const value = fields[name as SettingName];
    if (told === 'nothing') return [];
    return [told === 'value' ? [name, value] : [`${name}Given`, String(value).trim() !== '']];
  });
  return Object.fromEntries(parts);
}

/** What the stages of a trace met, in words as well. */
function shownTrace(trace: ProbeTrace, redaction: Redaction): object {
  const { stages, beside, ...others } = trace;
  const shownStages = stages.map(({ met, ...stage }) => {
    const shown = redaction.fact(met);
    return { ...(redaction.value(stage) as typeof stage), detail: factText(shown), met: shown };
  });
  return {
    ...(redaction.value(others) as typeof others),
    stages: shownStages,
    ...(beside === undefined ? {} : { beside: shownTrace(beside, redaction) }),
  };
}

const shownFact = (told: Fact) => ({ code: told.code, values: told.values, text: factText(told) });

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
    format: 'sendwright-bundle/3',
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
    activity,
  };
  const names = [
    workspace.name,
    ...hostsIn(JSON.stringify(bundle)),
    ...domains.flatMap((domain) => [domain.name, domain.unicodeName]),
    ...KINDS.flatMap((kind) => namesIn(records.latestTraces<ProbeTrace>(workspaceId, kind, MAX_TRACES))),
  ];
  const redaction = createRedaction(options, {
    names,
    secrets: await openSecrets(context, workspaceId),
    secretEnds: endsOfSealed(context, workspaceId),
  });
  const { log } = context;
  const places = [
    [dataFolder, '(data folder)'],
    [homedir(), '(home)'],
  ] as const;
  // The log is of all workspaces: its entries are about the console, and hold names in the texts of errors alone.
  const shown = {
    ...(redaction.value({ ...bundle, traces: {}, activity: [] }) as typeof bundle),
    traces: Object.fromEntries(KINDS.map((kind) => [kind, traces[kind].map((trace) => shownTrace(trace, redaction))])),
    activity: activity
      // What a sentence of an earlier version calls a workspace can't be known from what it is called today.
      .filter(({ kind, fact: what }) => !options.hideNames || kind !== 'workspace' || what.code !== 'earlier')
      .map(({ at, kind, severity, fact: what, details }) => ({
        at,
        kind,
        severity,
        ...shownFact(redaction.fact(what)),
        details: details.map((detail) => shownFact(redaction.fact(detail))),
      })),
    log: {
      level: log.level,
      trouble: log.trouble()?.message ?? null,
      entries: redactEntries(log.newest(), redaction, places),
    },
  };
  record(context, workspaceId, 'export', fact('bundle.prepared'));
  return {
    fileName: `sendwright-bundle-${new Date(context.clock.now()).toISOString().slice(0, 10)}.json`,
    mediaType: 'application/json',
    text: `${showControlsInLines(JSON.stringify(shown, null, 2))}\n`,
  };
}
