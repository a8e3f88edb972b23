import { counted } from '../../../shared/text/counted.ts';
import { Upload } from 'lucide-react';
import { useEffect, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import type { ZoneLook } from '../../../shared/contract/domains.ts';
import { attempt, core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import { textOf } from '../../ui/file-text.ts';
import layout from '../../ui/layout.module.css';
import { VerdictMark } from '../../ui/status.tsx';
import styles from './Configure.module.css';

/** Characters read while somebody types; a longer zone is read whole when it is saved. */
const MAX_PREVIEW = 1024 * 1024;
/** What is typed without a pause of so many milliseconds is read once. */
const PAUSE_MS = 250;

/** What the console reads in a text; the last reading while it reads another, null before the first. */
function useReading(text: string, zone: string): ZoneLook | null {
  const [reading, setReading] = useState<ZoneLook | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const read = async () => {
      const found = await attempt(() => core().domains.lookAtZone({ zone, text: text.slice(0, MAX_PREVIEW) }));
      if (isCurrent && found !== null) setReading(found);
    };
    const timer = window.setTimeout(() => void read(), PAUSE_MS);
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [text, zone]);
  return reading;
}

function Reading({ text, zone }: { readonly text: string; readonly zone: string }) {
  const reading = useReading(text, zone);
  if (reading === null) return <span role="status" />;
  const { records: length, remarks: faults, more } = reading;
  const count = faults.length + more;
  return (
    <>
      <span role="status">
        <VerdictMark
          verdict={length === 0 ? 'failing' : 'verified'}
          word={[
            counted(length, { one: '{count} record read', other: '{count} records read' }),
            ...(count === 0 ? [] : [counted(count, { one: '{count} remark', other: '{count} remarks' })]),
          ].join(', ')}
        />
      </span>
      {faults.length > 0 && (
        <ol className={styles.zoneFaults} tabIndex={0} aria-label="Remarks about the zone">
          {faults.map((fault, index) => (
            <li key={`${index}-${fault.code}`}>
              <span>
                {fault.title}. <strong>{fault.remedy}</strong>
              </span>
            </li>
          ))}
          {more > 0 && <li>and {more} more</li>}
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
  return (
    <div className={layout.stack}>
      <Field
        label="What is published today"
        value={props.text}
        onChange={props.onChange}
        rows={7}
        fault={props.fault}
        help="Paste the zone file that the DNS host exports, or the table of records that its page shows: the offline way to see what is added and what is replaced."
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
      {props.text.trim() !== '' && <Reading text={props.text} zone={props.zone} />}
    </div>
  );
}
