import { Check, ChevronDown, Copy, X } from 'lucide-react';
import { memo, useCallback, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  Dialog as AriaDialog,
  FieldError,
  Heading,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Modal,
  ModalOverlay,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Switch as AriaSwitch,
  Text,
  TextArea,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { Button } from './button.tsx';
import { PlainButton } from './plain-button.tsx';
import styles from './controls.module.css';
import { useStateFor } from './state-for.ts';
import status from './status.module.css';
import { askBeforeLeaving } from './unsaved-sheet.ts';

export interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  readonly value: string;
  readonly onChange?: (value: string) => void;
  readonly onBlur?: () => void;
  readonly fault?: string | undefined;
  readonly warning?: string | undefined;
  readonly placeholder?: string;
  readonly isReadOnly?: boolean;
  readonly isMono?: boolean;
  readonly type?: 'text' | 'password' | 'search';
  /** More than one line. */
  readonly rows?: number;
  readonly autoFocus?: boolean;
  readonly maxLength?: number;
}

/** A browser may keep an input that was removed for a while: a secret does not stay in it. */
function emptyWhenGone(input: HTMLInputElement | null): () => void {
  return () => {
    if (input === null) return;
    input.value = '';
    input.removeAttribute('value');
  };
}

/** A labelled text field with one line of help, its fault or its warning below. */
export function Field(props: FieldProps) {
  const { label, help, fault, warning, rows } = props;
  const className = `${styles.input} ${props.isMono === true ? styles.mono : ''}`;
  const hints = props.placeholder === undefined ? {} : { placeholder: props.placeholder };
  return (
    <TextField
      className={styles.field ?? ''}
      value={props.value}
      onChange={props.onChange ?? (() => undefined)}
      onBlur={props.onBlur ?? (() => undefined)}
      isInvalid={fault !== undefined}
      isReadOnly={props.isReadOnly === true}
      type={props.type ?? 'text'}
      autoComplete="off"
      spellCheck="false"
      validationBehavior="aria"
      autoFocus={props.autoFocus === true}
      {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
    >
      <Label className={styles.label ?? ''}>{label}</Label>
      {rows === undefined ? (
        <Input className={className} {...hints} {...(props.type === 'password' ? { ref: emptyWhenGone } : {})} />
      ) : (
        <TextArea className={className} rows={rows} {...hints} />
      )}
      <FieldError className={styles.fault ?? ''}>{fault}</FieldError>
      {warning !== undefined && fault === undefined && <span className={styles.warning}>{warning}</span>}
      {help !== undefined && (
        <Text slot="description" className={styles.help ?? ''}>
          {help}
        </Text>
      )}
    </TextField>
  );
}

export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** A choice of one from a list. */
export function Select(props: {
  readonly label: string;
  readonly help?: ReactNode;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly isLabelHidden?: boolean;
  /** Stands where nothing is chosen, which the empty value is. */
  readonly placeholder?: string;
}) {
  return (
    <AriaSelect
      className={styles.field ?? ''}
      value={props.value === '' ? null : props.value}
      {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })}
      onChange={(key) => {
        if (key !== null) props.onChange(String(key));
      }}
      {...(props.isLabelHidden === true ? { 'aria-label': props.label } : {})}
    >
      {props.isLabelHidden !== true && <Label className={styles.label ?? ''}>{props.label}</Label>}
      <AriaButton className={styles.select ?? ''}>
        <SelectValue />
        <ChevronDown size={14} aria-hidden />
      </AriaButton>
      {props.help !== undefined && (
        <Text slot="description" className={styles.help ?? ''}>
          {props.help}
        </Text>
      )}
      <Popover className={styles.popover ?? ''}>
        <ListBox className={styles.listBox ?? ''} items={props.choices}>
          {(choice) => (
            <ListBoxItem className={styles.option ?? ''} id={choice.id} textValue={choice.label}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export function Switch(props: {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}) {
  return (
    <AriaSwitch className={styles.switch ?? ''} isSelected={props.isOn} onChange={props.onChange}>
      <span className={styles.track} />
      {props.label}
    </AriaSwitch>
  );
}

/** Two to four choices side by side. */
export function Segments(props: {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  return (
    <ToggleButtonGroup
      className={styles.segments ?? ''}
      aria-label={props.label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[props.value]}
      onSelectionChange={(keys) => {
        const [key] = [...keys];
        if (key !== undefined) props.onChange(String(key));
      }}
    >
      {props.choices.map((choice) => (
        <ToggleButton key={choice.id} id={choice.id} className={styles.segment ?? ''}>
          {choice.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** Asks, at the foot of a sheet, whether what was typed may be thrown away. */
function ClosingQuestion(props: { readonly onStay: () => void; readonly onClose: () => void }) {
  return (
    <>
      <p className={styles.question} role="alert">
        What you typed is not saved.
      </p>
      <Button onPress={props.onClose}>Close without saving</Button>
      <Button look="primary" onPress={props.onStay} autoFocus>
        Keep editing
      </Button>
    </>
  );
}

/** A sheet over the window; Escape, the cross and a press beside it close it, after a question where something would be lost. */
export function Sheet(props: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly isWide?: boolean;
  /** Something was typed that closing throws away. */
  readonly isUnsaved?: boolean;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  /** What had the focus when the question came up; null while there is none. */
  const [asksFrom, setAsksFrom] = useState<Element | null>(null);
  const isUnsaved = props.isUnsaved === true;
  const isAsking = asksFrom !== null && isUnsaved;
  const ask = useCallback(() => setAsksFrom((known) => known ?? document.activeElement), []);
  useEffect(() => (isUnsaved ? askBeforeLeaving(ask) : undefined), [isUnsaved, ask]);
  const stay = () => {
    if (asksFrom instanceof HTMLElement) asksFrom.focus();
    setAsksFrom(null);
  };
  const close = () => {
    if (isAsking) stay();
    else if (isUnsaved) ask();
    else props.onClose();
  };
  const foot = isAsking ? <ClosingQuestion onStay={stay} onClose={props.onClose} /> : props.actions;
  return (
    <ModalOverlay
      className={styles.overlay ?? ''}
      isOpen={props.isOpen}
      onOpenChange={(isOpen) => isOpen || close()}
      isDismissable
    >
      <Modal className={`${styles.modal} ${props.isWide === true ? styles.wide : ''}`}>
        <AriaDialog className={styles.dialog ?? ''}>
          <div className={styles.dialogHead}>
            <Heading slot="title" level={2}>
              {props.title}
            </Heading>
            <Button look="quiet" isIcon aria-label="Close" onPress={close}>
              <X size={16} aria-hidden />
            </Button>
          </div>
          <div className={styles.dialogBody}>{props.children}</div>
          {foot === undefined ? <span /> : <div className={styles.dialogFoot}>{foot}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

const COPIED_MS = 1800;

/** Puts a text on the clipboard; false where the browser refuses. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies a text; says so for a moment, to the eye and to a screen reader. The browser's own button: a manual has dozens of
 * them, and React Aria's takes ten times as long to be drawn.
 */
export const CopyButton = memo(function CopyButton(props: {
  readonly text: string;
  readonly label: string;
  readonly isNamed?: boolean;
  readonly onCopied?: () => void;
}) {
  const [outcome, setOutcome] = useStateFor<'copied' | 'refused' | null>(props.text, null);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const copy = async () => {
    const isCopied = await copyText(props.text);
    setOutcome(isCopied ? 'copied' : 'refused');
    if (isCopied) props.onCopied?.();
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setOutcome(null), COPIED_MS);
  };
  const named = props.isNamed === true;
  const word = outcome === null ? '' : outcome === 'copied' ? 'Copied' : 'Select the text and copy it by hand';
  return (
    <span className={styles.copy}>
      {!named && outcome !== null && (
        <span className={styles.copied} aria-hidden>
          {word}
        </span>
      )}
      <PlainButton
        look={named ? 'plain' : 'quiet'}
        isIcon={!named}
        {...(named ? {} : { 'aria-label': props.label })}
        onClick={() => void copy()}
      >
        {outcome === 'copied' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        {named && (word === '' ? props.label : word)}
      </PlainButton>
      <output className={status.visuallyHidden}>{word === '' ? '' : `${props.label}: ${word}`}</output>
    </span>
  );
});
