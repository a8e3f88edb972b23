import { presumedValue } from '../../../shared/providers/field-keys.ts';
import type { TemplateMode } from '../../../shared/providers/template/template.ts';
import { Field, Select } from '../../ui/controls.tsx';

/** The values that only the provider knows, each typed or chosen. */
export function ProviderFields(props: {
  readonly fields: TemplateMode['fields'];
  readonly values: Readonly<Record<string, string>>;
  readonly labelOf?: (label: string) => string;
  readonly faultOf?: (id: string) => string | undefined;
  readonly onChange: (id: string, value: string) => void;
}) {
  const { fields, values, labelOf = (label) => label, faultOf, onChange } = props;
  return fields.map((field) => {
    const value = values[field.id] ?? '';
    const presumed = presumedValue(field, values);
    return field.choices === undefined ? (
      <Field
        key={field.id}
        label={labelOf(field.label)}
        value={value}
        onChange={(entered) => onChange(field.id, entered)}
        help={field.help}
        placeholder={presumed ?? field.example}
        fault={faultOf?.(field.id)}
        isMono
      />
    ) : (
      <Select
        key={field.id}
        label={labelOf(field.label)}
        value={value}
        placeholder={presumed ?? 'Choose it'}
        onChange={(chosen) => onChange(field.id, chosen)}
        help={field.help}
        choices={[...new Set([...(value === '' ? [] : [value]), ...field.choices])].map((id) => ({ id, label: id }))}
      />
    );
  });
}
