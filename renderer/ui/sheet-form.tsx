import type { ReactNode } from 'react';
import styles from './controls.module.css';

/** The fields of a sheet: Enter in any of them does what the sheet’s main button does. */
export function SheetForm(props: { readonly onSubmit: () => void; readonly children: ReactNode }) {
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      {props.children}
      <button type="submit" hidden />
    </form>
  );
}
