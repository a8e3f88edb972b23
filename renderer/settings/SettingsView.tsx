import { useEffect, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { describeFinding, describeFindings } from '../../shared/findings/catalogue.ts';
import { providerTemplates } from '../../shared/providers/catalogue.ts';
import { modeOf } from '../../shared/providers/template.ts';
import { normalizeResponseDomain, normalizeServiceUrl } from '../../shared/service/urls.ts';
import { providerRequest } from '../../shared/service/support-mail.ts';
import { useCommands } from '../app/commands.ts';
import { openSheet, useApp } from '../app/store.ts';
import { useTemplates } from '../manual/templates.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton, Field, Select } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { ProbeReport } from '../ui/ProbeTimeline.tsx';
import { ConnectionMark, FindingNote, Skeleton, VerdictMark } from '../ui/status.tsx';
import { shortTime } from '../ui/time.ts';
import { PracticeValues } from './PracticeValues.tsx';
import { SecretField } from './SecretField.tsx';
import {
  changeSecret,
  checkKeys,
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

function ProviderChange({ serviceUrl, current }: { readonly serviceUrl: string; readonly current: string | null }) {
  const [wanted, setWanted] = useState('sendgrid');
  const provider = providerTemplates.find((template) => template.id === wanted)?.name ?? wanted;
  const mail = providerRequest(serviceUrl, current, provider);
  return (
    <details className={layout.details}>
      <summary>Where the keys come from, and how to change the provider</summary>
      <div className={layout.stack}>
        <p className={layout.muted}>
          The API key is the personal access key to the service’s account; the Auth key authenticates the responses that
          the service sends back. Both come from the service’s support when the account is opened. The provider can only
          be changed by support.
        </p>
        <div className={layout.two}>
          <Select
            label="Ask for another provider"
            value={wanted}
            onChange={setWanted}
            choices={providerTemplates
              .filter((template) => template.id !== 'custom')
              .map(({ id, name }) => ({ id, label: name }))}
          />
        </div>
        <pre className={layout.code}>{mail.body}</pre>
        <div className={layout.row}>
          <CopyButton text={`${mail.subject}\n\n${mail.body}`} label="Copy the letter" isNamed />
          <a href={mail.mailto}>Open in the mail program</a>
        </div>
      </div>
    </details>
  );
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

  useCommands('settings', [
    { id: 'settings.keys', label: 'Check keys', kind: 'Probe', run: () => void checkKeys() },
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
  const template = templates.find((candidate) => candidate.id === fields.recordTemplate) ?? templates[0];
  const differs = saved.provider.templateId !== null && saved.provider.templateId !== fields.recordTemplate;
  return (
    <div className={layout.page}>
      {state.draftOffered && saved.draft !== null && (
        <section className={layout.card} aria-label="Draft">
          <div className={layout.row}>
            <p>Changes typed {shortTime(saved.draft.changedAt)} were not saved. Keys are never kept in a draft.</p>
            <Button onPress={takeDraft}>Take them up</Button>
            <Button look="quiet" onPress={() => void dropDraft()}>
              Discard
            </Button>
          </div>
        </section>
      )}
      {isPractice && <PracticeValues workspaceId={workspaceId} />}
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
            help="The address of the service, as its support names it. Its /metadata page must open over port 443."
            isMono
          />
          <Button onPress={() => void testConnection()} isDisabled={busy !== null || fields.serviceUrl.trim() === ''}>
            {busy === 'testing' ? 'Testing…' : 'Test connection'}
          </Button>
        </div>
        {trace !== null && <ProbeReport trace={trace} />}
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
            value={saved.provider.name ?? 'Not told by the service'}
            isReadOnly
            help={
              saved.provider.seenAt === null
                ? 'Filled in by itself once the service was reached.'
                : `Asked from the service, ${shortTime(saved.provider.seenAt)}.`
            }
          />
          <Button onPress={() => void checkKeys()} isDisabled={busy !== null}>
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
            {describeFindings(keyCheck.findings).map((finding) => (
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
        <div className={layout.row}>
          <strong>Connection status</strong>
          <ConnectionMark status={saved.connection} />
          {saved.connection.seenAt !== null && (
            <span className={layout.small}>seen {shortTime(saved.connection.seenAt)}; counts for 24 hours</span>
          )}
        </div>
        <ProviderChange serviceUrl={fields.serviceUrl} current={saved.provider.name} />
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
            help="Decides which records the manuals ask for. Each domain can have another."
          />
          {template !== undefined && template.modes.length > 1 && (
            <Select
              label="Way of set-up"
              value={modeOf(template, fields.recordTemplateMode).id}
              onChange={(id) => type('recordTemplateMode', id)}
              choices={template.modes.map(({ id, label }) => ({ id, label }))}
            />
          )}
        </div>
        {differs && (
          <p role="status">
            The service names {saved.provider.name}, but the template is {template?.name}. The records of another
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
              help="Empty: the zone’s own name servers, beside the system’s resolver. Else only these: address and port, several with commas, or an https:// address; “system” for the system’s resolver alone."
              isMono
            />
            <Field
              label="Resolvers to compare with"
              value={fields.publicResolvers}
              onChange={(value) => type('publicResolvers', value)}
              fault={faults['fields.publicResolvers']}
              placeholder="https://dns.example.net/dns-query"
              help="Public resolvers that are asked as well, to see what others see. Empty: none."
              isMono
            />
            <Field
              label="Resolvers to fall back on"
              value={fields.fallbackResolvers}
              onChange={(value) => type('fallbackResolvers', value)}
              fault={faults['fields.fallbackResolvers']}
              placeholder="https://dns.example.net/dns-query"
              help="Asked in order, only when neither the name servers nor the system’s resolver can be reached. They see the names that are checked. Empty: none."
              isMono
            />
            <Field
              label="Extra CA certificates"
              value={fields.extraCa}
              onChange={(value) => type('extraCa', value)}
              fault={faults['fields.extraCa']}
              rows={4}
              help="PEM. Trusted beside the system’s authorities, for this workspace alone."
              isMono
            />
            <div className={layout.row}>
              <FileTrigger
                acceptedFileTypes={['.pem', '.crt', '.cer']}
                onSelect={(files) => void files?.[0]?.text().then((text) => type('extraCa', text))}
              >
                <Button>Choose a CA file</Button>
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

      {isDirty(state) && (
        <div className={layout.saveBar} role="region" aria-label="Unsaved changes">
          <p>Unsaved changes</p>
          <Button onPress={discard}>Discard</Button>
          <Button look="primary" onPress={() => void save()} isDisabled={busy === 'saving'}>
            {busy === 'saving' ? 'Saving…' : 'Save'}
          </Button>
        </div>
      )}
    </div>
  );
}
