import { useRef, useState } from 'react';
import type { BundleOptions } from '../../../shared/contract/monitoring.ts';
import type { HandOverText } from '../../../shared/contract/values.ts';
import { useCommands } from '../../session/commands.ts';
import { LastAsked } from '../../data/reader.ts';
import { attempt, core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton, Switch } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { saveFile } from '../../ui/time.ts';
import styles from './MonitoringView.module.css';

/** The support bundle: chosen, looked at, and only then saved. */
export function Bundle({ workspaceId }: { readonly workspaceId: number }) {
  const [options, setOptions] = useState<BundleOptions>({
    hideAddresses: true,
    hideNames: false,
    includeActivity: true,
  });
  const [bundle, setBundle] = useState<HandOverText | null>(null);
  const [isBusy, setBusy] = useState(false);
  const section = useRef<HTMLElement>(null);
  const [asked] = useState(() => new LastAsked());
  const change = (part: Partial<BundleOptions>) => {
    asked.next();
    setOptions({ ...options, ...part });
    setBundle(null);
  };
  const preview = async () => {
    const isOfNow = asked.next();
    setBusy(true);
    const found = await attempt(() => core().monitoring.bundle({ workspaceId, options }));
    setBusy(false);
    // One that was made with other choices may hold what they were to hide.
    if (isOfNow()) setBundle(found);
  };
  const begin = () => {
    section.current?.scrollIntoView({ block: 'start' });
    void preview();
  };
  useCommands('bundle', [
    { id: 'monitoring.bundle', label: 'Preview the support bundle', kind: 'Monitoring', run: begin },
  ]);
  return (
    <section ref={section} className={layout.card} aria-labelledby="bundle-title" aria-busy={isBusy}>
      <h2 id="bundle-title">Support bundle</h2>
      <p className={layout.muted}>
        One file with settings, probe results, verdicts and activity, for support to see which hop fails. Keys, private
        keys and message texts are never in it; anything else that looks like a secret is removed. You see it before it
        is saved.
      </p>
      <div className={styles.switches}>
        <Switch
          label="Hide addresses (IP addresses and mailboxes)"
          isOn={options.hideAddresses}
          onChange={(hideAddresses) => change({ hideAddresses })}
        />
        <Switch
          label="Hide names (domains, hosts, companies)"
          isOn={options.hideNames}
          onChange={(hideNames) => change({ hideNames })}
        />
        <Switch
          label="With activity"
          isOn={options.includeActivity}
          onChange={(includeActivity) => change({ includeActivity })}
        />
      </div>
      <div className={layout.row}>
        <Button look={bundle === null ? 'primary' : 'plain'} onPress={() => void preview()} isPending={isBusy}>
          {isBusy ? 'Preparing…' : 'Preview'}
        </Button>
        {bundle !== null && (
          <>
            <Button look="primary" onPress={() => saveFile(bundle.fileName, bundle.mediaType, bundle.text)}>
              Save {bundle.fileName}
            </Button>
            <CopyButton text={bundle.text} label="Copy" isNamed />
          </>
        )}
      </div>
      {bundle !== null && (
        // A long text that scrolls has to be reachable by keyboard.
        <pre
          className={`${layout.code} ${styles.preview}`}
          tabIndex={0}
          aria-label="Preview of the support bundle"
          role="region"
        >
          {bundle.text}
        </pre>
      )}
    </section>
  );
}
