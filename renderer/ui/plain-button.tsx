import type { ComponentProps } from 'react';
import styles from './button.module.css';

export type Look = 'plain' | 'primary' | 'quiet';

/** The classes of a button of that look. */
export function buttonClass(look: Look, isIcon: boolean): string {
  return [styles.button, look === 'plain' ? '' : styles[look], isIcon ? styles.icon : ''].filter(Boolean).join(' ');
}

/**
 * The browser's own button; an icon alone needs an `aria-label`. The frame is made of these, so that it is painted before
 * React Aria is loaded; views use `Button`.
 */
export function PlainButton({
  look = 'plain',
  isIcon = false,
  ...props
}: ComponentProps<'button'> & { readonly look?: Look; readonly isIcon?: boolean }) {
  return <button type="button" {...props} className={buttonClass(look, isIcon)} />;
}
