import { useEffect, useState } from 'react';
import type { DomainConfiguration, DomainProvider } from '../../shared/contract/schemas.ts';
import type { Manual } from '../../shared/manual/manual.ts';
import { providerTemplates } from '../../shared/providers/catalogue.ts';
import { modeOf } from '../../shared/providers/template.ts';
import type { ShownError } from '../app/errors.ts';
import { shownError } from '../app/errors.ts';
import { attempt, core, tell } from '../app/store.ts';
import { Button, Field, Select, Sheet, Switch } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import { Skeleton } from '../ui/status.tsx';
import { KeyPairForm } from './MissingValues.tsx';

interface Props {
  readonly workspaceId: number;
  readonly domainId: number;
  readonly manual: Manual;
  readonly onClose: () => void;
}

const POLICIES = [
  { id: 'none', label: 'None: watch only' },
  { id: 'quarantine', label: 'Quarantine' },
  { id: 'reject', label: 'Reject' },
] as const;

const MOST_PROVIDERS = 8;

function ProviderForm(props: {
  readonly provider: DomainProvider;
  readonly index: number;
  readonly error: ShownError | null;
  readonly onChange: (provider: DomainProvider) => void;
  readonly onRemove: (() => void) | null;
}) {
  const { provider, index, onChange } = props;
  const template = providerTemplates.find((candidate) => candidate.id === provider.templateId) ?? providerTemplates[0];
  if (template === undefined) return null;
  const mode = modeOf(template, provider.mode);
  return (
    <div className={layout.stack}>
      <div className={layout.two}>
        <Select
          label={index === 0 ? 'Provider' : `Provider ${index + 1}`}
          value={template.id}
          onChange={(templateId) =>
            onChange({
              templateId,
              mode: providerTemplates.find((candidate) => candidate.id === templateId)?.modes[0]?.id ?? '',
              fields: {},
            })
          }
          choices={providerTemplates.map(({ id, name }) => ({ id, label: name }))}
        />
        {template.modes.length > 1 && (
          <Select
            label="Way of set-up"
            value={mode.id}
            onChange={(id) => onChange({ ...provider, mode: id })}
            choices={template.modes.map(({ id, label }) => ({ id, label }))}
          />
        )}
      </div>
      {mode.fields.map((field) => (
        <Field
          key={field.id}
          label={field.label}
          value={provider.fields[field.id] ?? ''}
          onChange={(value) => onChange({ ...provider, fields: { ...provider.fields, [field.id]: value } })}
          help={field.help}
          placeholder={field.fallback ?? field.example}
          fault={props.error?.fields[`configuration.providers.${index}.fields.${field.id}`]}
          isMono
        />
      ))}
      {props.onRemove !== null && (
        <div>
          <Button look="quiet" onPress={props.onRemove}>
            Remove {template.name}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What a domain's records follow from: providers and their values, DMARC, its zone, and what is published today. */
export function ConfigureSheet({ workspaceId, domainId, manual, onClose }: Props) {
  const [configuration, setConfiguration] = useState<DomainConfiguration | null>(null);
  const [selectors, setSelectors] = useState<readonly string[]>([]);
  const [zoneText, setZoneText] = useState('');
  const [savedZone, setSavedZone] = useState('');
  const [error, setError] = useState<ShownError | null>(null);

  useEffect(() => {
    void attempt(() => core().domains.configuration({ workspaceId, domainId })).then((found) => {
      if (found === null) return;
      setConfiguration(found.configuration);
      setSelectors(found.dkimKeys.map((key) => `${key.selector} (${key.algorithm}, ${key.bits} bits)`));
      setZoneText(found.pastedZone);
      setSavedZone(found.pastedZone);
    });
  }, [workspaceId, domainId, manual]);

  const save = async () => {
    if (configuration === null) return;
    try {
      await core().domains.configure({ workspaceId, domainId, configuration });
      if (zoneText !== savedZone) await core().domains.pasteZone({ workspaceId, domainId, text: zoneText });
      tell('Saved');
      onClose();
    } catch (caught) {
      setError(shownError(caught));
    }
  };
  if (configuration === null) {
    return (
      <Sheet title={`Configure ${manual.unicodeName}`} isOpen onClose={onClose} isWide>
        <Skeleton />
      </Sheet>
    );
  }
  const change = (part: Partial<DomainConfiguration>) => {
    setConfiguration({ ...configuration, ...part });
    setError(null);
  };
  const { dmarc, providers } = configuration;
  const wantsOwnKey = providers.some((provider) => provider.templateId === 'custom');
  const strict = (part: 'dkim' | 'spf', isOn: boolean) =>
    change({ dmarc: { ...dmarc, alignment: { ...dmarc.alignment, [part]: isOn ? 'strict' : 'relaxed' } } });
  return (
    <Sheet
      title={`Configure ${manual.unicodeName}`}
      isOpen
      onClose={onClose}
      isWide
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" onPress={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      {error !== null && (
        <p role="alert">
          <strong>{error.message}.</strong> {error.remedy}
        </p>
      )}
      <Switch
        label="This domain never sends mail"
        isOn={configuration.neverSends}
        onChange={(neverSends) => change({ neverSends })}
      />
      {!configuration.neverSends && (
        <>
          {providers.map((provider, index) => (
            <ProviderForm
              key={`${index}-${provider.templateId}`}
              provider={provider}
              index={index}
              error={error}
              onChange={(next) =>
                change({ providers: providers.map((known, place) => (place === index ? next : known)) })
              }
              onRemove={
                providers.length > 1
                  ? () => change({ providers: providers.filter((_known, place) => place !== index) })
                  : null
              }
            />
          ))}
          {providers.length < MOST_PROVIDERS && (
            <div>
              <Button
                look="quiet"
                onPress={() =>
                  change({ providers: [...providers, { templateId: 'custom', mode: 'own-key', fields: {} }] })
                }
              >
                Add another provider
              </Button>
            </div>
          )}
          {wantsOwnKey && (
            <section className={layout.stack}>
              <h3>DKIM keys made here</h3>
              {selectors.length > 0 && <p>{selectors.join(', ')}</p>}
              <KeyPairForm workspaceId={workspaceId} domainId={domainId} />
            </section>
          )}
          <h3>DMARC</h3>
          <div className={layout.two}>
            <Select
              label="Policy"
              value={dmarc.policy}
              onChange={(policy) => change({ dmarc: { ...dmarc, policy: policy as typeof dmarc.policy } })}
              choices={POLICIES}
            />
            <Field
              label="Reports to"
              value={dmarc.reportAddress ?? ''}
              onChange={(value) => change({ dmarc: { ...dmarc, reportAddress: value.trim() === '' ? null : value } })}
              placeholder="dmarc@example.com"
            />
          </div>
          <div className={layout.row}>
            <Switch
              label="As a test (t=y)"
              isOn={dmarc.testing}
              onChange={(testing) => change({ dmarc: { ...dmarc, testing } })}
            />
            <Switch
              label="Strict DKIM alignment"
              isOn={dmarc.alignment.dkim === 'strict'}
              onChange={(isOn) => strict('dkim', isOn)}
            />
            <Switch
              label="Strict SPF alignment"
              isOn={dmarc.alignment.spf === 'strict'}
              onChange={(isOn) => strict('spf', isOn)}
            />
          </div>
        </>
      )}
      <h3>Zone</h3>
      <Field
        label="Zone that the records go into"
        value={configuration.zone ?? ''}
        onChange={(value) => change({ zone: value.trim() === '' ? null : value.trim() })}
        placeholder={manual.zone}
        help="Names are written relative to it."
        isMono
      />
      <Field
        label="What is published today"
        value={zoneText}
        onChange={setZoneText}
        rows={6}
        help="Paste the zone file, as the DNS host exports it: the offline way to see what is added and what is replaced."
        isMono
      />
    </Sheet>
  );
}
