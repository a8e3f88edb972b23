import type { DomainProvider } from '../../../shared/contract/domains.ts';
import type { ProviderTemplate } from '../../../shared/providers/template/template.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import type { ShownError } from '../../session/errors.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import styles from './Configure.module.css';
import { PasteValues } from './PasteValues.tsx';
import { ProviderFields } from './ProviderFields.tsx';

/** One provider of a domain: which one, in which way of set-up, and the values that only it knows. */
export function ProviderForm(props: {
  readonly provider: DomainProvider;
  readonly index: number;
  readonly domain: string;
  readonly templates: readonly ProviderTemplate[];
  readonly error: ShownError | null;
  readonly startsWithPaste: boolean;
  readonly onChange: (provider: DomainProvider) => void;
  /** A text was pasted, whatever was found in it. */
  readonly onTyped: () => void;
  readonly onRemove: (() => void) | null;
}) {
  const { provider, index, templates, onChange } = props;
  const template = templates.find((candidate) => candidate.id === provider.templateId);
  const mode = template === undefined ? undefined : modeOf(template, provider.mode);
  const setFields = (values: Readonly<Record<string, string>>) =>
    onChange({ ...provider, fields: { ...provider.fields, ...values } });
  return (
    <div className={styles.provider}>
      <div className={layout.two}>
        <Select
          label={index === 0 ? 'Provider' : `Provider ${index + 1}`}
          value={template?.id ?? ''}
          placeholder="Choose the provider"
          onChange={(templateId) =>
            onChange({
              templateId,
              mode: templates.find((candidate) => candidate.id === templateId)?.modes[0]?.id ?? '',
              fields: {},
            })
          }
          choices={templates.map(({ id, name }) => ({ id, label: name }))}
        />
        {template !== undefined && mode !== undefined && template.modes.length > 1 && (
          <Select
            label="Setup method"
            value={mode.id}
            onChange={(id) => onChange({ ...provider, mode: id })}
            choices={template.modes.map(({ id, label }) => ({ id, label }))}
          />
        )}
      </div>
      {mode !== undefined && mode.records.length > 0 && mode.fields.length > 0 && (
        <PasteValues
          key={`${provider.templateId}-${mode.id}`}
          mode={mode}
          domain={props.domain}
          isOpen={props.startsWithPaste}
          onTyped={props.onTyped}
          onFound={setFields}
        />
      )}
      {mode !== undefined && (
        <ProviderFields
          fields={mode.fields}
          values={provider.fields}
          faultOf={(id) => props.error?.fields[`configuration.providers.${index}.fields.${id}`]}
          onChange={(id, value) => setFields({ [id]: value })}
        />
      )}
      {props.onRemove !== null && (
        <div>
          <Button look="quiet" onPress={props.onRemove}>
            Remove {template?.name ?? 'it'}
          </Button>
        </div>
      )}
    </div>
  );
}
