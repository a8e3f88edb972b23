import { Button } from '../ui/button.tsx';
import { Sheet } from '../ui/controls.tsx';
import { leave, saveAndLeave, stay } from '../session/store.ts';

/** Asks before a view that holds unsaved changes is left. A sheet of our own: the browser's question would swallow the press that led to it. */
export function LeaveSheet() {
  return (
    <Sheet
      title="Leave without saving?"
      isOpen
      onClose={stay}
      actions={
        <>
          <Button onPress={leave}>Leave without saving</Button>
          <Button onPress={stay}>Stay</Button>
          <Button look="primary" onPress={() => void saveAndLeave()}>
            Save and leave
          </Button>
        </>
      }
    >
      <p>There are unsaved changes. What you typed is kept as a draft, but keys are not.</p>
    </Sheet>
  );
}
