import type { ShownError } from '../../session/errors.ts';
import { Field } from '../../ui/controls.tsx';
import controls from '../../ui/controls.module.css';
import { errorText } from './actions.ts';

export interface ChosenPassphrase {
  readonly passphrase: string;
  readonly again: string;
}

export const newPassphraseIsReady = ({ passphrase, again }: ChosenPassphrase): boolean =>
  passphrase !== '' && passphrase === again;

/** A passphrase typed twice: a slip would shut the secrets away. */
export function NewPassphrase(props: {
  readonly value: ChosenPassphrase;
  readonly onChange: (value: ChosenPassphrase) => void;
  readonly fault: string | undefined;
  /** There is no older one that it could be mistaken for. */
  readonly isFirst?: boolean;
  readonly autoFocus?: boolean;
}) {
  const { value, onChange } = props;
  const name = props.isFirst === true ? 'Passphrase' : 'New passphrase';
  const differs = value.again !== '' && value.again !== value.passphrase;
  return (
    <>
      <Field
        label={name}
        type="password"
        value={value.passphrase}
        onChange={(passphrase) => onChange({ ...value, passphrase })}
        fault={props.fault}
        help="At least 8 characters; a few words are best."
        autoFocus={props.isFirst === true || props.autoFocus === true}
      />
      <Field
        label={`${name} again`}
        type="password"
        value={value.again}
        onChange={(again) => onChange({ ...value, again })}
        fault={differs ? 'The two are not the same yet' : undefined}
      />
    </>
  );
}

/** What went wrong, where it belongs to no field. */
export function Trouble({ error }: { readonly error: ShownError | null }) {
  return (
    <p role="alert" className={controls.fault} hidden={error === null}>
      {error !== null && errorText(error)}
    </p>
  );
}
