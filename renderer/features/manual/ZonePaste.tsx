import { Upload } from 'lucide-react';
import { useDeferredValue, useMemo } from 'react';
import { FileTrigger } from 'react-aria-components';
import { describeFindings } from '../../../shared/findings/catalogue.ts';
import { readZone } from '../../../shared/dns/zone/reader.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import { textOf } from '../../ui/file-text.ts';
import layout from '../../ui/layout.module.css';
import { VerdictMark } from '../../ui/status.tsx';
import styles from './Configure.module.css';

/** Characters read while somebody types; a longer zone is read whole when it is saved. */
const MAX_PREVIEW = 1024 * 1024;
const SHOWN = 40;

function Reading({ text, zone }: { readonly text: string; readonly zone: string }) {
  const reading = useMemo(() => readZone(text.slice(0, MAX_PREVIEW), { origin: zone }), [text, zone]);
  const faults = describeFindings(reading.findings);
  const { length } = reading.records;
  return (
    <>
      <span role="status">
        <VerdictMark
          verdict={length === 0 ? 'failing' : 'verified'}
          word={`${length} record${length === 1 ? '' : 's'} read${faults.length > 0 ? `, ${faults.length} remark${faults.length === 1 ? '' : 's'}` : ''}`}
        />
      </span>
      {faults.length > 0 && (
        <ol className={styles.zoneFaults} tabIndex={0} aria-label="Remarks about the zone">
          {faults.slice(0, SHOWN).map((fault, index) => (
            <li key={`${index}-${fault.code}`}>
              <span>
                {fault.title}. <strong>{fault.remedy}</strong>
              </span>
            </li>
          ))}
          {faults.length > SHOWN && <li>and {faults.length - SHOWN} more</li>}
        </ol>
      )}
    </>
  );
}

/** The zone as it is published today, pasted or read from a file: the offline way to see what changes. */
export function ZonePaste(props: {
  readonly text: string;
  readonly zone: string;
  readonly fault: string | undefined;
  readonly onChange: (text: string) => void;
}) {
  const shown = useDeferredValue(props.text);
  return (
    <div className={layout.stack}>
      <Field
        label="What is published today"
        value={props.text}
        onChange={props.onChange}
        rows={7}
        fault={props.fault}
        help="Paste the zone file, as the DNS host exports it: the offline way to see what is added and what is replaced."
        isMono
      />
      <div className={layout.row}>
        <FileTrigger
          acceptedFileTypes={['.zone', '.db', '.txt', '.bind']}
          onSelect={(files) => void textOf(files?.[0]).then(props.onChange)}
        >
          <Button>
            <Upload size={14} aria-hidden />
            Read a zone file
          </Button>
        </FileTrigger>
        {props.text !== '' && (
          <Button look="quiet" onPress={() => props.onChange('')}>
            Clear
          </Button>
        )}
      </div>
      {shown.trim() !== '' && <Reading text={shown} zone={props.zone} />}
    </div>
  );
}
