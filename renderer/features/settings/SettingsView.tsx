import { lazy, Suspense, useEffect } from 'react';
import { FileTrigger } from 'react-aria-components';
import { describeFinding, describeFindings } from '../../../shared/findings/catalogue.ts';
import type { ManagedName } from '../../../shared/managed/policy.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import { certificateFault, readCertificateFile } from '../../../shared/service/certificate-file.ts';
import { normalizeResponseDomain, normalizeServiceUrl } from '../../../shared/service/urls.ts';
import { useCommands } from '../../session/commands.ts';
import { openSheet, useApp } from '../../session/store.ts';
import { useTemplates } from '../../data/templates.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/controls.tsx';
import { octetsOf } from '../../ui/file-text.ts';
import controls from '../../ui/controls.module.css';
import layout from '../../ui/layout.module.css';
import { ServiceStatus, tellService } from '../service/ServiceStatus.tsx';
import { useServiceView } from '../../data/service.ts';
import { FindingNote, Skeleton, VerdictMark } from '../../ui/status.tsx';
import { shortTime } from '../../ui/time.ts';
import { fieldCommand, goToField, settingFields } from './fields.ts';
import { useManaged } from '../../data/managed.ts';
import { Letters } from './Letters.tsx';
import { NextSteps } from './NextSteps.tsx';
import { PracticeValues } from './PracticeValues.tsx';
import { SecretField } from './SecretField.tsx';
import {
  changeSecret,
  checkKeys,
  concernsService,
  currentFields,
  discard,
  dropDraft,
  isDirty,
  openSettings,
  save,
  setFault,
  takeDraft,
  testConnection,
  type,
  useSettings,
} from './store.ts';

/** With the words of what its stages met, which no probe needs that was not made yet. */
const ProbeReport = lazy(() => import('../../ui/ProbeTimeline.tsx'));
/** On most computers nobody decides anything for people. */
const SetByOrganisation = lazy(() => import('./SetByOrganisation.tsx'));

/** Takes certificates from a file in any form; what holds a private key never comes into the field. */
async function takeCertificates(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  const read = readCertificateFile(await octetsOf(file));
  if (read.kind === 'certificates') type('extraCa', read.pem);
  const fault = certificateFault(read);
  setFault('fields.extraCa', fault === null ? null : `${fault.message}. ${fault.remedy}`);
}

/** Checks an address when its field is left: a fault is told, a warning stays beside it. */
function check(name: 'serviceUrl' | 'responseDomain', value: string): void {
  if (value.trim() === '') {
    setFault(`fields.${name}`, null);
    return;
  }
  const result = (name === 'serviceUrl' ? normalizeServiceUrl : normalizeResponseDomain)(value);
  if (result.ok) {
    setFault(`fields.${name}`, null);
    type(name, result.url);
    return;
  }
  const [finding] = result.findings;
  if (finding === undefined) return;
  const { title, remedy } = describeFinding(finding);
  setFault(`fields.${name}`, `${title}. ${remedy}`);
}

function warningFor(name: 'serviceUrl' | 'responseDomain', value: string): string | undefined {
  const result = (name === 'serviceUrl' ? normalizeServiceUrl : normalizeResponseDomain)(value);
  const [finding] = result.ok ? result.findings : [];
  return finding === undefined ? undefined : describeFinding(finding).title;
}

const KEY_WORDS = {
  accepted: ['verified', 'Keys accepted'],
  'wrong-api-key': ['failing', 'The API key is refused'],
  'wrong-auth-key': ['failing', 'The Auth key is refused'],
  'domain-of-another-account': ['failing', 'The response domain belongs to another account'],
  'response-domain-unreachable': ['failing', 'The service can’t reach the response domain'],
  unavailable: ['pending', 'The service is not available'],
  'not-checkable': ['unknown', 'Not checkable'],
} as const;

/** Saves, and tells the service afterwards: what it does not take stays saved here and due. */
async function saveAndTell(): Promise<void> {
  if (!(await save())) return;
  const { saved } = useSettings.getState();
  if (saved !== null) await tellService(saved.workspaceId);
}

/** General settings, in the documented order and under the documented names. */
export default function SettingsView({ workspaceId }: { readonly workspaceId: number }) {
  const state = useSettings();
  const templates = useTemplates(workspaceId).map(({ template }) => template);
  const isPractice = useApp(
    (app) => app.workspaces.find((workspace) => workspace.id === workspaceId)?.practice === true,
  );
  const { saved, faults, busy, trace, keyCheck } = state;
  const fields = currentFields(state);
  const service = useServiceView(workspaceId);
  const managed = useManaged();
  const about = useApp((app) => app.about);
  const isLocked = (name: ManagedName) => !isPractice && managed(name) !== null;
  const lockWord = (name: ManagedName) => (isPractice ? null : managed(name));
  const isAsking = service?.isAsking === true;

  useCommands('settings', [
    { id: 'settings.keys', label: 'Check keys', kind: 'Probe', run: () => void checkKeys() },
    // There is nothing to lead to before the fields are there.
    ...(saved === null ? [] : settingFields).map(({ label, words }) => ({
      id: fieldCommand(label),
      label,
      kind: 'Setting',
      words,
      run: () => goToField(label, controls.label ?? ''),
    })),
    ...(isDirty(state)
      ? [
          { id: 'settings.save', label: 'Save the settings', kind: 'Settings', run: () => void save() },
          { id: 'settings.discard', label: 'Discard the unsaved changes', kind: 'Settings', run: discard },
        ]
      : []),
  ]);
  useEffect(() => openSettings(workspaceId), [workspaceId]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
        event.preventDefault();
        void save();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  if (saved === null || fields === null) return <Skeleton lines={10} />;
  // What is behind a status is told beside it.
  const toldCodes = new Set([service?.sending.finding?.code, service?.responses.finding?.code]);
  const canTell = concernsService(state) && (service?.isComplete === true || state.apiKey?.do === 'set');
  const template = templates.find((candidate) => candidate.id === fields.recordTemplate);
  const isTold = saved.provider.templateId !== null;
  const differs = isTold && template !== undefined && saved.provider.templateId !== template.id;
  return (
    <div className={layout.page}>
      {state.draftOffered && saved.draft !== null && (
        <section className={layout.card} aria-label="Draft">
          <div className={layout.row}>
            <p>Changes typed {shortTime(saved.draft.changedAt)} were not saved. Keys are never kept in a draft.</p>
            <Button onPress={takeDraft}>Restore draft</Button>
            <Button look="quiet" onPress={() => void dropDraft()}>
              Discard
            </Button>
          </div>
        </section>
      )}
      {isPractice && <PracticeValues workspaceId={workspaceId} />}
      <NextSteps settings={saved} />
      <section className={layout.card} aria-labelledby="connection-title">
        <div className={layout.cardHead}>
          <h2 id="connection-title">Service connection</h2>
        </div>
        <SecretField
          label="API key"
          help="Personal access key to the cloud email service. Stored encrypted."
          status={saved.apiKey}
          change={state.apiKey}
          onChange={(change) => changeSecret('apiKey', change)}
        />
        <div className={layout.beside}>
          <Field
            label="Cloud services connection URL"
            value={fields.serviceUrl}
            onChange={(value) => type('serviceUrl', value)}
            onBlur={() => check('serviceUrl', fields.serviceUrl)}
            fault={faults['fields.serviceUrl']}
            warning={fields.serviceUrl === '' ? undefined : warningFor('serviceUrl', fields.serviceUrl)}
            placeholder="https://url_address.com"
            help={
              lockWord('ServiceUrl') ??
              'The address of the service, as its support names it. Opened in a browser it shows a blank page.'
            }
            isReadOnly={isLocked('ServiceUrl')}
            isMono
          />
          <Button
            onPress={() => void testConnection()}
            isPending={busy !== null}
            isDisabled={fields.serviceUrl.trim() === ''}
          >
            {busy === 'testing' ? 'Testing…' : 'Test connection'}
          </Button>
        </div>
        <Suspense>{trace !== null && <ProbeReport trace={trace} />}</Suspense>
        <SecretField
          label="Auth key"
          help="Authenticates the responses that the service sends back. Stored encrypted."
          status={saved.authKey}
          change={state.authKey}
          onChange={(change) => changeSecret('authKey', change)}
        />
        <div className={layout.beside}>
          <Field
            label="Email provider"
            value={saved.provider.name ?? (isAsking ? 'Asking the service…' : 'Not told by the service')}
            isReadOnly
            help={
              isAsking
                ? 'The service is being asked. You can continue meanwhile.'
                : saved.provider.seenAt === null
                  ? 'Filled in automatically once URL and API key are saved.'
                  : `Asked from the service, ${shortTime(saved.provider.seenAt)}.`
            }
          />
          <Button onPress={() => void checkKeys()} isPending={busy !== null}>
            {busy === 'keys' ? 'Checking…' : 'Check keys'}
          </Button>
        </div>
        {keyCheck !== null && (
          <div className={layout.stack}>
            <div className={layout.row} role="status">
              <VerdictMark verdict={KEY_WORDS[keyCheck.outcome][0]} word={KEY_WORDS[keyCheck.outcome][1]} isPill />
              <span className={layout.small}>
                {keyCheck.detail}, {shortTime(keyCheck.seenAt)}
              </span>
            </div>
            {describeFindings(keyCheck.findings.filter(({ code }) => !toldCodes.has(code))).map((finding) => (
              <FindingNote key={finding.code} finding={finding} />
            ))}
          </div>
        )}
        <Field
          label="Domain to receive responses"
          value={fields.responseDomain}
          onChange={(value) => type('responseDomain', value)}
          onBlur={() => check('responseDomain', fields.responseDomain)}
          fault={faults['fields.responseDomain']}
          warning={fields.responseDomain === '' ? undefined : warningFor('responseDomain', fields.responseDomain)}
          placeholder="http://www.yourdomain.com"
          help="Where the service posts delivery responses. The Responses tab shows the exact address and probes it."
          isMono
        />
        <Select
          label="How the application is built"
          value={fields.applicationBuild}
          onChange={(build) => type('applicationBuild', build === 'net' ? 'net' : 'net-framework')}
          choices={[
            { id: 'net-framework', label: '.NET Framework: addresses with /0' },
            { id: 'net', label: '.NET: addresses without /0' },
          ]}
          help="Decides where the application receives responses. If its own address contains /0, it is .NET Framework."
        />
        <ServiceStatus settings={saved} view={service} />
        <Letters fields={fields} current={saved.provider.name} fault={faults['fields.supportAddress']} />
      </section>

      <section className={layout.card} aria-labelledby="records-title">
        <div className={layout.cardHead}>
          <h2 id="records-title">Records</h2>
          <Button look="quiet" onPress={() => openSheet('templates')}>
            Edit the templates
          </Button>
        </div>
        <div className={layout.two}>
          <Select
            label="Record template"
            value={fields.recordTemplate}
            onChange={(id) => {
              type('recordTemplate', id);
              type('recordTemplateMode', templates.find((candidate) => candidate.id === id)?.modes[0]?.id ?? '');
            }}
            choices={templates.map(({ id, name }) => ({ id, label: name }))}
            placeholder={isTold ? `${saved.provider.name}, as the service reports` : 'Choose the provider'}
            help="Decides which records the manuals ask for. Each domain can have another."
          />
          {template !== undefined && template.modes.length > 1 && (
            <Select
              label="Setup method"
              value={modeOf(template, fields.recordTemplateMode).id}
              onChange={(id) => type('recordTemplateMode', id)}
              choices={template.modes.map(({ id, label }) => ({ id, label }))}
            />
          )}
        </div>
        {differs && (
          <p role="status">
            The service names {saved.provider.name}, but the template is {template.name}. The records of another
            provider would be published.
          </p>
        )}
        <Field
          label="Address for DMARC reports"
          value={fields.dmarcReportAddress}
          onChange={(value) => type('dmarcReportAddress', value)}
          fault={faults['fields.dmarcReportAddress']}
          placeholder="dmarc@example.com"
          help="Put into new DMARC records. Reports show who sends in your name."
        />
      </section>

      <section className={layout.card} aria-labelledby="advanced-title">
        <details className={layout.details}>
          <summary id="advanced-title">Advanced</summary>
          <div className={layout.stack}>
            <Field
              label="DNS server for checks"
              value={fields.resolver}
              onChange={(value) => type('resolver', value)}
              fault={faults['fields.resolver']}
              placeholder="192.0.2.53:53"
              help={
                lockWord('Resolver') ??
                'Empty: the zone’s own name servers and the system’s resolver. Otherwise only these: address and port, separated by commas, or an https:// address; “system” for the system’s resolver only.'
              }
              isReadOnly={isLocked('Resolver')}
              isMono
            />
            <Field
              label="Resolvers to compare with"
              value={fields.publicResolvers}
              onChange={(value) => type('publicResolvers', value)}
              fault={faults['fields.publicResolvers']}
              placeholder="https://dns.example.net/dns-query"
              help={
                lockWord('PublicResolvers') ?? 'Public resolvers to query as well, to see what others see. Empty: none.'
              }
              isReadOnly={isLocked('PublicResolvers')}
              isMono
            />
            <Field
              label="Resolvers to fall back on"
              value={fields.fallbackResolvers}
              onChange={(value) => type('fallbackResolvers', value)}
              fault={faults['fields.fallbackResolvers']}
              placeholder="https://dns.example.net/dns-query"
              help={
                lockWord('FallbackResolvers') ??
                'Queried in order, only when neither the name servers nor the system’s resolver can be reached. They learn the names that are checked. Empty: none.'
              }
              isReadOnly={isLocked('FallbackResolvers')}
              isMono
            />
            <Field
              label="Extra CA certificates"
              value={fields.extraCa}
              onChange={(value) => type('extraCa', value)}
              fault={faults['fields.extraCa']}
              rows={4}
              help={
                lockWord('ExtraCa') ??
                'PEM, or a file in PEM, DER or PKCS #7. Trusted in addition to the system’s authorities, in this workspace only.'
              }
              isReadOnly={isLocked('ExtraCa')}
              isMono
            />
            <div className={layout.row}>
              <FileTrigger
                acceptedFileTypes={['.pem', '.crt', '.cer', '.der', '.p7b', '.p7c']}
                onSelect={(files) => void takeCertificates(files?.[0])}
              >
                <Button isDisabled={isLocked('ExtraCa')}>Choose a CA file</Button>
              </FileTrigger>
            </div>
            <Field
              label="Service profile"
              value={fields.serviceProfile}
              onChange={(value) => type('serviceProfile', value)}
              fault={faults['fields.serviceProfile']}
              rows={5}
              help="JSON that says how this service’s keys are checked: method, path, headers, and what each status means. Without it keys read “not checkable”."
              isMono
            />
          </div>
        </details>
      </section>

      <section className={layout.card} aria-labelledby="workspace-title">
        <h2 id="workspace-title">Workspace</h2>
        <p className={layout.muted}>
          Move the workspace to another computer, or share it with a colleague, as one sealed file; or import one.
        </p>
        <div className={layout.row}>
          <Button onPress={() => openSheet('export')}>Export…</Button>
          <Button onPress={() => openSheet('import')}>Import…</Button>
          <Button onPress={() => openSheet('rename')}>Rename…</Button>
          <Button onPress={() => openSheet('copies')}>Copies…</Button>
        </div>
      </section>

      {about?.managed != null && about.managed.locked.length > 0 && (
        <Suspense>
          <SetByOrganisation managed={about.managed} />
        </Suspense>
      )}

      {isDirty(state) && (
        <div className={layout.saveBar} role="region" aria-label="Unsaved changes">
          <p>Unsaved changes</p>
          <Button onPress={discard}>Discard</Button>
          {canTell && (
            <Button onPress={() => void saveAndTell()} isPending={busy === 'saving'}>
              Save and tell the service
            </Button>
          )}
          <Button look="primary" onPress={() => void save()} isPending={busy === 'saving'}>
            {busy === 'saving' ? 'Saving…' : 'Save'}
          </Button>
        </div>
      )}
    </div>
  );
}
