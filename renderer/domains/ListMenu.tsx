import { EllipsisVertical } from 'lucide-react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from '../ui/button.tsx';
import controls from '../ui/controls.module.css';

const ACTIONS = [
  { id: 'open-only', label: 'Verify only those not verified' },
  { id: 'unused', label: 'Mark selected as not in use' },
  { id: 'used', label: 'Mark selected as in use' },
  { id: 'changes', label: 'What has changed…' },
  { id: 'schedule', label: 'Check by schedule…' },
  { id: 'csv', label: 'Save report as CSV' },
  { id: 'json', label: 'Save report as JSON' },
  { id: 'print', label: 'Print what is listed' },
] as const;

export type ListAction = (typeof ACTIONS)[number]['id'];

/** What else can be done with the list; open when it is drawn first, for its button was just pressed. */
export default function ListMenu(props: {
  readonly onAction: (action: ListAction) => void;
  /** Whether any domain is selected. */
  readonly hasChosen: boolean;
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
          disabledKeys={props.hasChosen ? [] : ['used', 'unused']}
        >
          {ACTIONS.map((action) => (
            <MenuItem key={action.id} id={action.id} className={controls.option ?? ''}>
              {action.label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
