import { useState } from 'react';
import type { Manual } from '../../../shared/manual/manual.ts';
import { modeOf } from '../../../shared/providers/template/template.ts';
import { openTab } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { VerdictMark } from '../../ui/status.tsx';
import type { DomainRef } from '../../data/manual-follower.ts';
import { changeConfiguration } from './configuration.ts';
import styles from './ManualPane.module.css';
import { useTemplates } from '../../data/templates.ts';

/** What stands in a manual's place until somebody has chosen whose records the domain needs. */
export function ChooseProvider({
  manual,
  onChosen,
  ...where
}: DomainRef & { readonly manual: Manual; readonly onChosen: () => void }) {
  const templates = useTemplates(where.workspaceId).map(({ template }) => template);
  const [templateId, setTemplateId] = useState('');
  const [modeId, setModeId] = useState('');
  const [busy, setBusy] = useState(false);
  const template = templates.find(({ id }) => id === templateId);
  const mode = template === undefined ? undefined : modeOf(template, modeId);
  const choose = async (change: Parameters<typeof changeConfiguration>[1], told: string) => {
    setBusy(true);
    onChosen();
    await changeConfiguration(where, change, told);
    setBusy(false);
  };
  const use = () => {
    if (template === undefined || mode === undefined) return;
    void choose(
      () => ({ providers: [{ templateId: template.id, mode: mode.id, fields: {} }] }),
      `${template.name} chosen for ${manual.unicodeName}`,
    );
  };
  return (
    <article className={styles.manual}>
      <header className={styles.head}>
        <div className={styles.title}>
          <h2>{manual.unicodeName}</h2>
          <VerdictMark verdict={manual.verdict} isPill />
        </div>
        {manual.unicodeName !== manual.domain && <code className={styles.small}>{manual.domain}</code>}
        <p className={styles.sentence}>{manual.sentence}</p>
      </header>
      <form
        className={layout.card}
        aria-label="Choose the provider"
        onSubmit={(event) => {
          event.preventDefault();
          use();
        }}
      >
        <Select
          label="Provider"
          value={templateId}
          placeholder="Choose the provider"
          onChange={(id) => {
            setTemplateId(id);
            setModeId('');
          }}
          choices={templates.map(({ id, name }) => ({ id, label: name }))}
          help="Who sends mail in this domain’s name. Filled in automatically once the service has been reached and names its provider."
        />
        {template !== undefined && mode !== undefined && template.modes.length > 1 && (
          <Select
            label="Setup method"
            value={mode.id}
            onChange={setModeId}
            choices={template.modes.map(({ id, label }) => ({ id, label }))}
          />
        )}
        <div className={styles.actions}>
          <Button type="submit" look="primary" isPending={busy} isDisabled={template === undefined}>
            Use for this domain
          </Button>
          <Button onPress={() => openTab('settings')}>Choose for all domains, in General settings</Button>
          <Button
            look="quiet"
            isPending={busy}
            onPress={() => void choose(() => ({ neverSends: true }), `${manual.unicodeName} never sends mail`)}
          >
            This domain never sends mail
          </Button>
        </div>
      </form>
    </article>
  );
}
