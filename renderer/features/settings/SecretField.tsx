import { KeyRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { SecretChange, SecretStatus } from '../../../shared/contract/vault.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import controls from '../../ui/controls.module.css';
import layout from '../../ui/layout.module.css';
import { shortDay } from '../../ui/time.ts';

const WORDS: Readonly<Record<SecretStatus['state'], string>> = {
  'not-set': 'Not set',
  protected: 'Set',
  locked: 'Set, locked',
  'session-only': 'Set, for this session only',
  're-enter': 'Can’t be opened; enter it again',
};

interface Props {
  readonly label: string;
  readonly help: string;
  readonly status: SecretStatus;
  readonly change: SecretChange | null;
  readonly onChange: (change: SecretChange | null) => void;
}

function summary({ state, endsIn, setAt }: SecretStatus): string {
  const parts = [WORDS[state]];
  if (endsIn !== null) parts.push(`ends in ${endsIn}`);
  if (setAt !== null) parts.push(shortDay(setAt));
  return parts.join(' · ');
}

/** A secret: typed in, replaced or cleared, and never shown again. */
export function SecretField({ label, help, status, change, onChange }: Props) {
  const [replacing, setReplacing] = useState(false);
  // Saved: what is shown is the new one.
  useEffect(() => setReplacing(false), [status.setAt]);
  const isTyping = status.state === 'not-set' || status.state === 're-enter' || replacing;
  if (change?.do === 'clear') {
    return (
      <div className={controls.field}>
        <span className={controls.label}>{label}</span>
        <div className={layout.row}>
          <span className={layout.muted}>Will be cleared when you save</span>
          <Button look="quiet" onPress={() => onChange(null)}>
            Keep it
          </Button>
        </div>
      </div>
    );
  }
  if (!isTyping && change === null) {
    return (
      <div className={controls.field}>
        <span className={controls.label}>{label}</span>
        <div className={layout.row}>
          <KeyRound size={14} aria-hidden />
          <span>{summary(status)}</span>
          <Button look="quiet" onPress={() => setReplacing(true)} aria-label={`Replace ${label}`}>
            Replace
          </Button>
          <Button look="quiet" onPress={() => onChange({ do: 'clear' })} aria-label={`Clear ${label}`}>
            Clear
          </Button>
        </div>
        <span className={controls.help}>{help}</span>
      </div>
    );
  }
  const value = change?.do === 'set' ? change.value : '';
  return (
    <div className={replacing ? layout.beside : undefined}>
      <Field
        label={label}
        type="password"
        value={value}
        onChange={(typed) => onChange(typed === '' ? null : { do: 'set', value: typed })}
        help={
          status.state === 're-enter'
            ? 'The stored one can’t be opened now. It is kept sealed; entering it again replaces it.'
            : help
        }
        isMono
      />
      {replacing && (
        <Button
          look="quiet"
          onPress={() => {
            setReplacing(false);
            onChange(null);
          }}
        >
          Keep the old one
        </Button>
      )}
    </div>
  );
}
