import { Button as AriaButton } from 'react-aria-components';
import type { ButtonProps } from 'react-aria-components';
import type { Look } from './plain-button.tsx';
import { buttonClass } from './plain-button.tsx';

/** A button; an icon alone needs an `aria-label`. */
export function Button({
  look = 'plain',
  isIcon = false,
  ...props
}: ButtonProps & { readonly look?: Look; readonly isIcon?: boolean }) {
  return <AriaButton {...props} className={buttonClass(look, isIcon)} />;
}
