import { Button as AriaButton } from 'react-aria-components';
import type { ButtonProps } from 'react-aria-components';
import type { Look } from './plain-button.tsx';
import { buttonClass } from './plain-button.tsx';

interface Props extends Omit<ButtonProps, 'isPending'> {
  readonly look?: Look;
  readonly isIcon?: boolean;
  /** What it does runs: a press does nothing then, and the focus stays, as it would not on a disabled button. */
  readonly isPending?: boolean;
}

/**
 * A button; an icon alone needs an `aria-label`.
 *
 * React Aria's own pending state announces a button that may be gone by then, as one that closes its sheet is. Its attribute
 * for that state says nothing here, and lets no other of its name through.
 */
export function Button({ look = 'plain', isIcon = false, isPending = false, onPress, ...props }: Props) {
  const state = isPending ? { 'aria-disabled': true, 'data-running': true } : onPress === undefined ? {} : { onPress };
  return <AriaButton {...props} {...state} className={buttonClass(look, isIcon)} />;
}
