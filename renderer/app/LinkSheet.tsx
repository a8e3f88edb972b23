import { Button } from '../ui/button.tsx';
import { Sheet } from '../ui/controls.tsx';
import styles from './Palette.module.css';
import { closeSheet, showDomain, useApp } from '../session/store.ts';

/** Asks in which workspace to show a domain that a link names, where several hold it. */
export function LinkSheet() {
  const link = useApp((state) => state.link);
  const close = () => {
    useApp.setState({ link: null });
    closeSheet();
  };
  return (
    <Sheet
      title={`Show ${link?.domain ?? 'the domain'}`}
      isOpen
      onClose={close}
      actions={<Button onPress={close}>Cancel</Button>}
    >
      <p>
        A link points to this domain, and several workspaces have it. In which one should it open? Nothing is changed.
      </p>
      <div className={styles.choices}>
        {link?.places.map(({ workspaceId, workspace, domainId }) => (
          <Button
            key={workspaceId}
            onPress={() => {
              close();
              showDomain(workspaceId, domainId);
            }}
          >
            {workspace}
          </Button>
        ))}
      </div>
    </Sheet>
  );
}
