import { counted } from '../../../shared/text/counted.ts';
import { useState } from 'react';
import type { SeveralChange } from '../../../shared/contract/domains.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { core, tell } from '../../session/store.ts';
import { useTemplates } from '../../data/templates.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select, Sheet } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { tagsAsText, tagsOf } from '../../ui/tag-text.ts';
import { LeftOut } from './LeftOut.tsx';
import { rowOf } from '../../data/domain-list.ts';
import { useDomains } from '../../data/domains.ts';
import { ProviderFields } from '../manual/ProviderFields.tsx';

/** Nothing is chosen: what each domain has stays. */
const AS_IT_IS = 'as-it-is';

/** Sets the same for all selected domains: the provider, values that are the same for all, the report address, tags. */
export default function ConfigureSeveralSheet({
  workspaceId,
  domainIds,
  onClose,
}: {
  readonly workspaceId: number;
  readonly domainIds: readonly number[];
  readonly onClose: () => void;
}) {
  const templates = useTemplates(workspaceId).map(({ template }) => template);
  const list = useDomains((state) => state.list);
  const [templateId, setTemplate] = useState(AS_IT_IS);
  const [modeId, setMode] = useState('');
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [reports, setReports] = useState('');
  const [addTags, setAddTags] = useState('');
  const [removeTags, setRemoveTags] = useState('');
  const [isPending, setPending] = useState(false);
  const { error, setError, failed, whileShown } = useSheetAnswers();
  const [refused, setRefused] = useState<readonly { domain: string; message: string; remedy: string }[]>([]);
  const template = templates.find(({ id }) => id === templateId);
  const mode = template === undefined ? undefined : modeOf(template, modeId);
  const filled = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
  const change: SeveralChange = {
    ...(mode === undefined ? {} : { provider: { templateId, mode: mode.id }, values: filled }),
    ...(reports.trim() === '' ? {} : { reportAddress: reports.trim() }),
    ...(tagsOf(addTags).length === 0 ? {} : { addTags: tagsOf(addTags) }),
    ...(tagsOf(removeTags).length === 0 ? {} : { removeTags: tagsOf(removeTags) }),
  };
  const hasChange = Object.keys(change).length > 0;
  const tags = [...new Set(domainIds.flatMap((id) => rowOf(list, id)?.tags ?? []))].sort();
  const save = async () => {
    setPending(true);
    setError(null);
    try {
      const result = await core().domains.configureSeveral({ workspaceId, domainIds: [...domainIds], change });
      tell(counted(result.changed, { one: '{count} domain configured', other: '{count} domains configured' }));
      setRefused(result.refused);
      if (result.refused.length === 0) whileShown(onClose);
    } catch (caught) {
      failed(caught);
    } finally {
      setPending(false);
    }
  };
  return (
    <Sheet
      title={counted(domainIds.length, { one: 'Configure {count} domain', other: 'Configure {count} domains' })}
      isOpen
      onClose={onClose}
      isUnsaved={hasChange && refused.length === 0}
      actions={
        <>
          <Button onPress={onClose}>{refused.length > 0 ? 'Close' : 'Cancel'}</Button>
          <Button look="primary" onPress={() => void save()} isPending={isPending} isDisabled={!hasChange}>
            {isPending ? 'Saving…' : 'Save for all'}
          </Button>
        </>
      }
    >
      <p className={layout.muted}>Fields left empty stay unchanged.</p>
      {error !== null && (
        <p role="alert">
          <strong>{error.message}.</strong> {error.remedy}
        </p>
      )}
      <div className={layout.two}>
        <Select
          label="Provider"
          value={templateId}
          onChange={(id) => {
            setTemplate(id);
            setMode('');
            setValues({});
          }}
          choices={[{ id: AS_IT_IS, label: 'Unchanged' }, ...templates.map(({ id, name }) => ({ id, label: name }))]}
          help="A domain with several providers is skipped, so that none of them is lost."
        />
        {template !== undefined && mode !== undefined && template.modes.length > 1 && (
          <Select
            label="Setup method"
            value={mode.id}
            onChange={setMode}
            choices={template.modes.map(({ id, label }) => ({ id, label }))}
          />
        )}
      </div>
      {mode !== undefined && (
        <ProviderFields
          fields={mode.fields}
          values={values}
          labelOf={(label) => `${label}, the same for all`}
          onChange={(id, value) => setValues({ ...values, [id]: value })}
        />
      )}
      <Field
        label="DMARC reports to"
        value={reports}
        onChange={setReports}
        placeholder="dmarc@example.com"
        help="Replaces the address of each domain."
      />
      <div className={layout.two}>
        <Field
          label="Tags to add"
          value={addTags}
          onChange={setAddTags}
          placeholder="client-a, spring"
          help="Separate several with commas. The list can be filtered by tag."
        />
        <Field
          label="Tags to remove"
          value={removeTags}
          onChange={setRemoveTags}
          help={tags.length === 0 ? 'None of these domains has one.' : `Tags in use: ${tagsAsText(tags)}.`}
        />
      </div>
      <LeftOut
        title="Not configured"
        lines={refused.map(({ domain, message, remedy }) => ({ domain, text: `${message}. ${remedy}` }))}
      />
    </Sheet>
  );
}
