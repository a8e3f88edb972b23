import { counted } from '../../../shared/text/counted.ts';
import { Plus, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { templateById } from '../../../shared/providers/catalogue.ts';
import type { ProviderTemplate, TemplateMode, TemplateRecord } from '../../../shared/providers/template/template.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import { useSheetAnswers } from '../../session/sheet-answers.ts';
import { closeSheet, core, tell } from '../../session/store.ts';
import { useTemplates } from '../../data/templates.ts';
import type { WorkspaceTemplate } from '../../data/templates.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select, Sheet, Switch } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import styles from './TemplatesSheet.module.css';

const TYPES = { TXT: true, CNAME: true, MX: true, NS: true } as const satisfies Record<TemplateRecord['type'], true>;
const TYPE_CHOICES = Object.keys(TYPES).map((type) => ({ id: type, label: type }));

/** What the catalogue says, where the text beside it differs. */
function Original({ now, before }: { readonly now: string; readonly before: string | undefined }) {
  if (before === now) return null;
  return before === undefined ? (
    <small className={styles.own}>Not in the catalogue</small>
  ) : (
    <small className={styles.own}>
      Catalogue: <del>{before === '' ? 'nothing' : before}</del>
    </small>
  );
}

function RecordRow(props: {
  readonly record: TemplateRecord;
  readonly before: TemplateRecord | undefined;
  readonly faultAt: (path: string) => string | undefined;
  readonly onChange: (record: TemplateRecord) => void;
  readonly onRemove: () => void;
}) {
  const { record, before, faultAt, onChange } = props;
  return (
    <li className={styles.record}>
      <div className={styles.recordHead}>
        <b>{record.id}</b>
        <Select
          label={`Type of ${record.id}`}
          isLabelHidden
          value={record.type}
          onChange={(type) => onChange({ ...record, type: type as TemplateRecord['type'] })}
          choices={TYPE_CHOICES}
        />
        <Switch label="Optional" isOn={record.optional} onChange={(optional) => onChange({ ...record, optional })} />
        <Button look="quiet" isIcon aria-label={`Remove the record ${record.id}`} onPress={props.onRemove}>
          <Trash2 size={14} aria-hidden />
        </Button>
      </div>
      <div>
        <Field
          label="Name"
          value={record.name}
          onChange={(name) => onChange({ ...record, name })}
          fault={faultAt('name')}
          isMono
        />
        <Original now={record.name} before={before?.name} />
      </div>
      <div>
        <Field
          label="Value"
          value={record.value}
          onChange={(value) => onChange({ ...record, value })}
          fault={faultAt('value')}
          isMono
        />
        <Original now={record.value} before={before?.value} />
      </div>
    </li>
  );
}

function freshRecord(records: readonly TemplateRecord[]): TemplateRecord {
  const number = records.filter((record) => record.id.startsWith('own-')).length + 1;
  return {
    id: `own-${number}`,
    purpose: 'verification',
    type: 'TXT',
    name: '{domain}',
    value: '',
    optional: false,
    why: 'Added to the template of this workspace.',
  };
}

function ModeEditor(props: {
  readonly mode: TemplateMode;
  readonly before: TemplateMode | undefined;
  readonly faultAt: (path: string) => string | undefined;
  readonly onChange: (mode: TemplateMode) => void;
}) {
  const { mode, before, faultAt, onChange } = props;
  const terms = mode.spfTerms.join(' ');
  const termFault = mode.spfTerms
    .map((_term, index) => faultAt(`spfTerms.${index}`))
    .find((fault) => fault !== undefined);
  const setRecord = (index: number, record: TemplateRecord) =>
    onChange({ ...mode, records: mode.records.map((known, place) => (place === index ? record : known)) });
  return (
    <div className={layout.stack}>
      <div>
        <Field
          label="SPF mechanisms"
          value={terms}
          onChange={(value) => onChange({ ...mode, spfTerms: value.split(' ') })}
          onBlur={() => onChange({ ...mode, spfTerms: mode.spfTerms.filter((term) => term !== '') })}
          fault={termFault}
          help="Separated by spaces; merged into the SPF record before its ending. Empty: the provider needs none."
          isMono
        />
        <Original now={terms} before={before?.spfTerms.join(' ')} />
      </div>
      <div>
        <Field
          label="Name of the SPF record"
          value={mode.spfName}
          onChange={(spfName) => onChange({ ...mode, spfName })}
          fault={faultAt('spfName')}
          isMono
        />
        <Original now={mode.spfName} before={before?.spfName} />
      </div>
      <h3>Records</h3>
      <ul className={styles.records}>
        {mode.records.map((record, index) => (
          <RecordRow
            key={record.id}
            record={record}
            before={before?.records.find((known) => known.id === record.id)}
            faultAt={(path) => faultAt(`records.${index}.${path}`)}
            onChange={(next) => setRecord(index, next)}
            onRemove={() => onChange({ ...mode, records: mode.records.filter((known) => known !== record) })}
          />
        ))}
      </ul>
      <div>
        <Button onPress={() => onChange({ ...mode, records: [...mode.records, freshRecord(mode.records)] })}>
          <Plus size={14} aria-hidden />
          Add a record
        </Button>
      </div>
      <p className={layout.small}>
        Placeholders: <code>{'{domain}'}</code>
        {mode.fields.map((field) => (
          <span key={field.id}>
            , <code>{`{${field.id}}`}</code> {field.label}
          </span>
        ))}
      </p>
    </div>
  );
}

/** One template: its ways of set-up, each to be changed for this workspace, held against the catalogue's own. */
function Editor({
  workspaceId,
  entry,
  typed,
  onType,
}: {
  readonly workspaceId: number;
  readonly entry: WorkspaceTemplate;
  /** What was typed and is not saved, if anything was. */
  readonly typed: ProviderTemplate | undefined;
  readonly onType: (template: ProviderTemplate | null) => void;
}) {
  const base = templateById(entry.template.id);
  const template = typed ?? entry.template;
  const [modeId, setModeId] = useState(template.modes[0]?.id ?? '');
  const { error, setError, failed } = useSheetAnswers();
  const place = Math.max(
    template.modes.findIndex((mode) => mode.id === modeId),
    0,
  );
  const mode = modeOf(template, modeId);
  const isChanged = JSON.stringify(template.modes) !== JSON.stringify(entry.template.modes);
  const call = async (override: unknown, told: string) => {
    try {
      await core().templates.override({ workspaceId, templateId: base.id, override });
      onType(null);
      setError(null);
      tell(told);
    } catch (caught) {
      failed(caught);
    }
  };
  return (
    <div className={styles.editor}>
      <div className={layout.stack}>
        <p className={layout.small}>
          {base.source.url === '' ? (
            base.source.label
          ) : (
            <a href={base.source.url} target="_blank" rel="noreferrer">
              {base.source.label}
            </a>
          )}
          , looked up {base.source.date}.{' '}
          {entry.inUseBy > 0 &&
            counted(entry.inUseBy, {
              one: 'Named by {count} domain of this workspace.',
              other: 'Named by {count} domains of this workspace.',
            })}
        </p>
        {base.notes.map((note) => (
          <p key={note} className={layout.small}>
            {note}
          </p>
        ))}
      </div>
      {template.modes.length > 1 && (
        <Select
          label="Setup method"
          value={mode.id}
          onChange={setModeId}
          choices={template.modes.map(({ id, label }) => ({ id, label }))}
        />
      )}
      {error !== null && (
        <p role="alert" className={styles.alert}>
          <strong>{error.message}.</strong> {error.remedy}
        </p>
      )}
      <ModeEditor
        key={mode.id}
        mode={mode}
        before={base.modes.find((known) => known.id === mode.id)}
        faultAt={(path) => error?.fields[`override.modes.${place}.${path}`]}
        onChange={(next) => {
          onType({ ...template, modes: template.modes.map((known) => (known.id === next.id ? next : known)) });
          setError(null);
        }}
      />
      <div className={styles.foot}>
        <Button
          look="quiet"
          isDisabled={!entry.overridden && !isChanged}
          onPress={() => {
            if (entry.overridden) void call(null, `${base.name} is back to the catalogue’s version`);
            else onType(null);
            setError(null);
          }}
        >
          <RotateCcw size={14} aria-hidden />
          Reset to the catalogue
        </Button>
        <Button
          look="primary"
          isDisabled={!isChanged}
          onPress={() => void call({ modes: template.modes }, `${base.name} changed for this workspace`)}
        >
          Save the template
        </Button>
      </div>
    </div>
  );
}

/** The record templates of a workspace: what each provider asks to be published, from the catalogue or changed here. */
export default function TemplatesSheet({ workspaceId }: { readonly workspaceId: number }) {
  const templates = useTemplates(workspaceId);
  const [chosen, setChosen] = useState(templates[0]?.template.id ?? '');
  const [typed, setTyped] = useState<Readonly<Record<string, ProviderTemplate>>>({});
  const entry = templates.find(({ template }) => template.id === chosen) ?? templates[0];
  const isUnsaved = ({ template }: WorkspaceTemplate) => {
    const own = typed[template.id];
    return own !== undefined && JSON.stringify(own.modes) !== JSON.stringify(template.modes);
  };
  const onType = (id: string, template: ProviderTemplate | null) => {
    const { [id]: _before, ...others } = typed;
    setTyped(template === null ? others : { ...others, [id]: template });
  };
  return (
    <Sheet title="Record templates" isOpen onClose={closeSheet} isWide isUnsaved={templates.some(isUnsaved)}>
      <div className={styles.split}>
        <ListBox
          className={styles.list ?? ''}
          aria-label="Providers"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[chosen]}
          onSelectionChange={(keys) => {
            if (keys !== 'all') setChosen(String([...keys][0] ?? chosen));
          }}
          items={templates.map((each) => ({ ...each, id: each.template.id, isUnsaved: isUnsaved(each) }))}
        >
          {(each) => (
            <ListBoxItem className={styles.item ?? ''} id={each.id} textValue={each.template.name}>
              <span>{each.template.name}</span>
              <small>{each.isUnsaved ? 'not saved' : each.overridden ? 'changed here' : ''}</small>
            </ListBoxItem>
          )}
        </ListBox>
        {entry !== undefined && (
          <Editor
            key={entry.template.id}
            workspaceId={workspaceId}
            entry={entry}
            typed={typed[entry.template.id]}
            onType={(template) => onType(entry.template.id, template)}
          />
        )}
      </div>
    </Sheet>
  );
}
