import type { DomainProvider } from '../../shared/contract/schemas.ts';
import type { ProviderTemplate } from '../../shared/providers/template.ts';
import { modeOf } from '../../shared/providers/template.ts';
import type { ShownError } from '../app/errors.ts';
import { Button } from '../ui/button.tsx';
import { Field, Select } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import styles from './Configure.module.css';
import { PasteValues } from './PasteValues.tsx';

/** One provider of a domain: which one, in which way of set-up, and the values that only it knows. */
export function ProviderForm(props: {
  readonly provider: DomainProvider;
  readonly index: number;
  readonly domain: string;
  readonly templates: readonly ProviderTemplate[];
  readonly error: ShownError | null;
  readonly startsWithPaste: boolean;
  readonly onChange: (provider: DomainProvider) => void;
  readonly onRemove: (() => void) | null;
}) {
  const { provider, index, templates, onChange } = props;
  const template = templates.find((candidate) => candidate.id === provider.templateId) ?? templates[0];
  if (template === undefined) return null;
  const mode = modeOf(template, provider.mode);
  const setFields = (values: Readonly<Record<string, string>>) =>
    onChange({ ...provider, fields: { ...provider.fields, ...values } });
  return (
    <div className={styles.provider}>
      <div className={layout.two}>
        <Select
          label={index === 0 ? 'Provider' : `Provider ${index + 1}`}
          value={template.id}
          onChange={(templateId) =>
            onChange({
              templateId,
              mode: templates.find((candidate) => candidate.id === templateId)?.modes[0]?.id ?? '',
              fields: {},
            })
          }
          choices={templates.map(({ id, name }) => ({ id, label: name }))}
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
      {mode.records.length > 0 && mode.fields.length > 0 && (
        <PasteValues
          key={`${template.id}-${mode.id}`}
          mode={mode}
          domain={props.domain}
          isOpen={props.startsWithPaste}
          onFound={setFields}
        />
      )}
      {mode.fields.map((field) => (
        <Field
          key={field.id}
          label={field.label}
          value={provider.fields[field.id] ?? ''}
          onChange={(value) => setFields({ [field.id]: value })}
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
