import { EllipsisVertical } from 'lucide-react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from '../../ui/button.tsx';
import controls from '../../ui/controls.module.css';

const ACTIONS = [
  { id: 'publish', label: 'Publish selected in the practice zone' },
  { id: 'configure', label: 'Configure selected…' },
  { id: 'hand-over', label: 'Hand over selected…' },
  { id: 'open-only', label: 'Verify only unverified domains' },
  { id: 'unused', label: 'Mark selected as not in use' },
  { id: 'used', label: 'Mark selected as in use' },
  { id: 'account', label: 'Compare with the service…' },
  { id: 'changes', label: 'What has changed…' },
  { id: 'schedule', label: 'Check on a schedule…' },
  { id: 'csv', label: 'Save report as CSV' },
  { id: 'json', label: 'Save report as JSON' },
  { id: 'print', label: 'Print the list' },
] as const;

export type ListAction = (typeof ACTIONS)[number]['id'];

const OF_SELECTED: readonly ListAction[] = ['publish', 'configure', 'hand-over', 'used', 'unused'];

/** What else can be done with the list; open when it is drawn first, for its button was just pressed. */
export default function ListMenu(props: {
  readonly onAction: (action: ListAction) => void;
  /** Whether any domain is selected. */
  readonly hasChosen: boolean;
  /** Only the practice zone is published from here. */
  readonly isPractice: boolean;
}) {
  return (
    <MenuTrigger defaultOpen>
      <Button isIcon aria-label="More for the list">
        <EllipsisVertical size={14} aria-hidden />
      </Button>
      <Popover className={controls.popover ?? ''}>
        <Menu
          className={controls.listBox ?? ''}
          onAction={(key) => props.onAction(key as ListAction)}
          disabledKeys={props.hasChosen ? [] : OF_SELECTED}
        >
          {ACTIONS.filter(({ id }) => props.isPractice || id !== 'publish').map((action) => (
            <MenuItem key={action.id} id={action.id} className={controls.option ?? ''}>
              {action.label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
