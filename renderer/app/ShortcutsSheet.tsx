import { Sheet } from '../ui/controls.tsx';
import layout from '../ui/layout.module.css';
import styles from './Palette.module.css';
import { commandKey } from './keys.ts';
import { closeSheet } from '../session/store.ts';

const GROUPS: readonly {
  readonly title: string;
  readonly keys: readonly (readonly [readonly string[], string])[];
}[] = [
  {
    title: 'Everywhere',
    keys: [
      [[commandKey('K')], 'Find a command, a setting or a domain'],
      [[commandKey('F')], 'Search what is shown'],
      [['F1', '?'], 'Show these shortcuts'],
      [['Esc'], 'Close the open sheet'],
      [['←', '→'], 'In the tabs: switch between views'],
    ],
  },
  { title: 'General settings', keys: [[[commandKey('S')], 'Save']] },
  {
    title: 'List of sender domains',
    keys: [
      [['↑', '↓', 'Page Up', 'Page Down', 'Home', 'End'], 'Move between domains'],
      [['Enter'], 'Open the domain'],
      [['A … Z'], 'Jump to the name that starts with these letters'],
      [['Space'], 'Select or deselect'],
      [['Shift'], 'With an arrow key or a click: extend the selection'],
      [[commandKey('A')], 'Select all'],
    ],
  },
];

/** Every key that does something, by the part of the window in which it does. */
export function ShortcutsSheet() {
  return (
    <Sheet title="Keyboard shortcuts" isOpen onClose={closeSheet}>
      {GROUPS.map(({ title, keys }) => (
        <section key={title} className={layout.stack}>
          <h3>{title}</h3>
          <dl className={styles.keys}>
            {keys.map(([names, what]) => (
              <div key={what}>
                <dt>
                  {names.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Sheet>
  );
}
