import { allListed } from '../../../shared/text/listed.ts';
import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import type {
  ConfigurationChange,
  DkimKeyPublic,
  DomainConfiguration,
  DomainProvider,
} from '../../../shared/contract/domains.ts';
import type { Manual } from '../../../shared/manual/manual.ts';
import type { ProviderTemplate } from '../../../shared/providers/template/template.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import { remainingTerms } from '../../../shared/spf/remaining-terms.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { attempt, core, tell } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select, Sheet, Switch } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { Skeleton } from '../../ui/status.tsx';
import { shortDay } from '../../ui/time.ts';
import styles from './Configure.module.css';
import { KeyPairForm } from './MissingValues.tsx';
import { PoliciesPart } from './PoliciesPart.tsx';
import { ProviderForm } from './ProviderForm.tsx';
import { tagsAsText, tagsOf } from '../../ui/tag-text.ts';
import { changeManual } from '../../data/manual.ts';
import { useTemplates } from '../../data/templates.ts';
import { ZonePaste } from './ZonePaste.tsx';

interface Props {
  readonly workspaceId: number;
  readonly domainId: number;
  readonly manual: Manual;
  /** Opens with the field for many values at once. */
  readonly startsWithPaste: boolean;
  readonly onClose: () => void;
}

const POLICIES = [
  { id: 'none', label: 'None: watch only' },
  { id: 'quarantine', label: 'Quarantine' },
  { id: 'reject', label: 'Reject' },
] as const;

const SUBDOMAIN_POLICIES = [{ id: 'same', label: 'As the domain' }, ...POLICIES] as const;

const MOST_PROVIDERS = 8;

/** The mechanisms that providers merge into the domain's own SPF record, as far as their values are known. */
function ownSpfTerms(providers: readonly DomainProvider[], templates: readonly ProviderTemplate[]): readonly string[] {
  return providers.flatMap((provider) => {
    const template = templates.find((candidate) => candidate.id === provider.templateId);
    const mode = template === undefined ? undefined : modeOf(template, provider.mode);
    if (mode?.spfName !== '{domain}') return [];
    return mode.spfTerms
      .map((term) => term.replace(/\{(\w+)\}/g, (whole, id: string) => provider.fields[id]?.trim() || whole))
      .filter((term) => !term.includes('{'));
  });
}

/** `a` and `mx` name the domain's own servers, which go on sending when a provider is left. */
const isForeign = (term: string) => term !== 'a' && term !== 'mx';

function Keys({ keys }: { readonly keys: readonly DkimKeyPublic[] }) {
  if (keys.length === 0) return null;
  return (
    <ul className={styles.keys}>
      {keys.map((key) => (
        <li key={key.selector}>
          <code>{key.selector}</code>
          <span>
            {key.algorithm === 'rsa' ? `RSA, ${key.bits} bits` : 'Ed25519'}
            {key.revokedAt !== null && ', revoked'}
          </span>
          <small>made {shortDay(key.createdAt)}</small>
        </li>
      ))}
    </ul>
  );
}

function DmarcPart(props: {
  readonly dmarc: DomainConfiguration['dmarc'];
  readonly fault: string | undefined;
  readonly onChange: (dmarc: DomainConfiguration['dmarc']) => void;
}) {
  const { dmarc, onChange } = props;
  const strict = (part: 'dkim' | 'spf', isOn: boolean) =>
    onChange({ ...dmarc, alignment: { ...dmarc.alignment, [part]: isOn ? 'strict' : 'relaxed' } });
  return (
    <section className={styles.part}>
      <h3>DMARC</h3>
      <div className={layout.two}>
        <Select
          label="Policy"
          value={dmarc.policy}
          onChange={(policy) => onChange({ ...dmarc, policy: policy as typeof dmarc.policy })}
          choices={POLICIES}
          help="A stricter published policy stays as it is."
        />
        <Select
          label="Policy for subdomains"
          value={dmarc.subdomainPolicy ?? 'same'}
          onChange={(id) => onChange({ ...dmarc, subdomainPolicy: id === 'same' ? null : (id as typeof dmarc.policy) })}
          choices={SUBDOMAIN_POLICIES}
        />
      </div>
      <Field
        label="Reports to"
        value={dmarc.reportAddress ?? ''}
        onChange={(value) => onChange({ ...dmarc, reportAddress: value.trim() === '' ? null : value })}
        fault={props.fault}
        placeholder="dmarc@example.com"
        help="An address at another domain needs a record there; the manual shows it."
      />
      <div className={layout.row}>
        <Switch label="As a test (t=y)" isOn={dmarc.testing} onChange={(testing) => onChange({ ...dmarc, testing })} />
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
    </section>
  );
}

/** What was saved when typing began, and the revision that a change is made on. */
interface Saved {
  readonly revision: number;
  readonly configuration: DomainConfiguration;
  readonly pastedZone: string;
}

/** The parts that differ from what was saved when typing began: what another window changes besides stays. */
function changedParts(saved: DomainConfiguration, typed: DomainConfiguration): ConfigurationChange {
  const { weaker: _chosenElsewhere, ...parts } = typed;
  const isChanged = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(saved[name as keyof DomainConfiguration]);
  return Object.fromEntries(Object.entries(parts).filter(isChanged));
}

const UNCHOSEN: DomainProvider = { templateId: '', mode: '', fields: {} };

function withFirstProvider(configuration: DomainConfiguration): DomainConfiguration {
  return configuration.providers.length > 0 ? configuration : { ...configuration, providers: [UNCHOSEN] };
}

/** What a domain's records follow from: providers and their values, DMARC, its zone, and what is published today. */
export default function ConfigureSheet({ workspaceId, domainId, manual, startsWithPaste, onClose }: Props) {
  const templates = useTemplates(workspaceId).map(({ template }) => template);
  const [saved, setSaved] = useState<Saved | null>(null);
  const [configuration, setConfiguration] = useState<DomainConfiguration | null>(null);
  const [keys, setKeys] = useState<readonly DkimKeyPublic[]>([]);
  const [zoneText, setZoneText] = useState<string | null>(null);
  /** As it is being typed: a comma at the end is no tag yet. */
  const [tagText, setTagText] = useState<string | null>(null);
  const [takesOut, setTakesOut] = useState(false);
  const { error, setError, failed, whileShown } = useSheetAnswers();
  /** Something that no field of the configuration may have taken: a text of the provider that holds none of its values. */
  const [hasTyped, setTyped] = useState(false);

  useEffect(() => {
    let isCurrent = true;
    void attempt(() => core().domains.configuration({ workspaceId, domainId })).then((found) => {
      if (found === null || !isCurrent) return;
      // What is being typed stays when the manual changes beside it; only the keys are read anew.
      setKeys(found.dkimKeys);
      setSaved((known) => known ?? found);
      // Where no provider is chosen yet, the form of the first one stands there to be filled in.
      setConfiguration((known) => known ?? withFirstProvider(found.configuration));
      setZoneText((known) => known ?? found.pastedZone);
    });
    return () => {
      isCurrent = false;
    };
  }, [workspaceId, domainId, manual]);

  if (configuration === null || saved === null || zoneText === null) {
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
  const { providers, spf } = configuration;
  const wanted = ownSpfTerms(providers, templates);
  const left = remainingTerms(ownSpfTerms(saved.configuration.providers, templates).filter(isForeign), wanted);
  const save = async () => {
    const remove = [
      // A provider that comes back is not taken out any more.
      ...remainingTerms(spf.remove, wanted),
      ...(takesOut && !configuration.neverSends ? remainingTerms(left, spf.remove) : []),
    ];
    const typed = {
      ...configuration,
      providers: providers.filter(({ templateId }) => templateId !== ''),
      spf: { ...spf, remove },
    };
    try {
      const input = {
        workspaceId,
        domainId,
        revision: saved.revision,
        configuration: changedParts(saved.configuration, typed),
        ...(zoneText === saved.pastedZone ? {} : { pastedZone: zoneText }),
      };
      await changeManual(domainId, () => core().domains.configure(input));
      tell('Saved');
      whileShown(onClose);
    } catch (caught) {
      const shown = failed(caught);
      if (shown.code !== 'CONFLICT') return;
      // Whoever was told of the newer one may save over the parts that are changed here.
      const now = await attempt(() => core().domains.configuration({ workspaceId, domainId }));
      if (now !== null) setSaved({ ...saved, revision: now.revision });
    }
  };
  const isUnsaved =
    hasTyped ||
    takesOut ||
    zoneText !== saved.pastedZone ||
    JSON.stringify(configuration) !== JSON.stringify(withFirstProvider(saved.configuration));
  const wantsOwnKey = providers.some((provider) => provider.templateId === 'custom');
  const isOnField = error?.field !== undefined && error.field !== 'configuration';
  return (
    <Sheet
      title={`Configure ${manual.unicodeName}`}
      isOpen
      onClose={onClose}
      isWide
      isUnsaved={isUnsaved}
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
        <p role="alert" className={styles.leaving}>
          <strong>{error.message}.</strong> {isOnField ? 'The field below says what to do.' : error.remedy}
        </p>
      )}
      <section className={styles.part}>
        <h3>Who sends</h3>
        <Switch
          label="This domain never sends mail"
          isOn={configuration.neverSends}
          onChange={(neverSends) => change({ neverSends })}
        />
        {!configuration.neverSends &&
          providers.map((provider, index) => (
            <ProviderForm
              key={`${index}-${provider.templateId}`}
              provider={provider}
              index={index}
              domain={manual.domain}
              templates={templates}
              error={error}
              startsWithPaste={startsWithPaste && index === 0}
              onTyped={() => setTyped(true)}
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
        {left.length > 0 && !configuration.neverSends && (
          <div className={styles.leaving} role="status">
            <Switch
              label={`Take ${allListed(left)} out of the published SPF record`}
              isOn={takesOut}
              onChange={setTakesOut}
            />
            <small>The provider’s servers then no longer pass. Keep it while they still send mail.</small>
          </div>
        )}
        {!configuration.neverSends && providers.length < MOST_PROVIDERS && (
          <div>
            <Button onPress={() => change({ providers: [...providers, UNCHOSEN] })}>
              <Plus size={14} aria-hidden />
              Add another provider
            </Button>
          </div>
        )}
      </section>
      {wantsOwnKey && !configuration.neverSends && (
        <section className={styles.part}>
          <h3>DKIM keys made here</h3>
          <Keys keys={keys} />
          <KeyPairForm workspaceId={workspaceId} domainId={domainId} keys={keys} />
        </section>
      )}
      {!configuration.neverSends && (
        <DmarcPart
          dmarc={configuration.dmarc}
          fault={error?.fields['configuration.dmarc.reportAddress']}
          onChange={(dmarc) => change({ dmarc })}
        />
      )}
      <PoliciesPart
        policies={configuration.policies}
        error={error}
        onChange={({ mtaSts, ...others }) =>
          change({ policies: { ...others, mtaSts: mtaSts === null ? null : { ...mtaSts, mx: [...mtaSts.mx] } } })
        }
      />
      <section className={styles.part}>
        <h3>Tags</h3>
        <Field
          label="Tags"
          value={tagText ?? tagsAsText(configuration.tags)}
          onChange={(text) => {
            setTagText(text);
            change({ tags: tagsOf(text) });
          }}
          fault={error?.fields['configuration.tags']}
          placeholder="client-a, spring"
          help="Your own labels; separate several with commas. The list can be filtered by tag."
        />
      </section>
      <section className={styles.part}>
        <h3>Zone</h3>
        <Field
          label="Zone that the records go into"
          value={configuration.zone ?? ''}
          onChange={(value) => change({ zone: value.trim() === '' ? null : value.trim() })}
          fault={error?.fields['configuration.zone']}
          placeholder={manual.zone}
          help="Names are written relative to it."
          isMono
        />
        <ZonePaste
          text={zoneText}
          zone={configuration.zone ?? manual.zone}
          fault={error?.fields.text}
          onChange={(text) => {
            setZoneText(text);
            setError(null);
          }}
        />
      </section>
    </Sheet>
  );
}
