import { Cable, GraduationCap } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import styles from './FirstRun.module.css';
import { openPractice } from '../session/practice.ts';
import { openSheet, useApp } from '../session/store.ts';
import { useManaged } from '../data/managed.ts';

/** What a newcomer sees: the two ways to begin. */
export default function FirstRun() {
  const [busy, setBusy] = useState(false);
  const error = useApp((state) => state.error);
  const lockWord = useManaged()('Practice');
  const practise = async () => {
    setBusy(true);
    await openPractice();
    setBusy(false);
  };
  return (
    <main className={styles.welcome}>
      <header>
        <img src="/icon.svg" alt="" />
        <h1>Sendwright</h1>
        <p>
          Connect the cloud email service, list the sender domains, and hand over the exact SPF, DKIM and DMARC records
          that make receivers trust your mail.
        </p>
      </header>
      <div className={styles.choices}>
        <section className={styles.choice}>
          <Cable size={22} aria-hidden />
          <h2>Connect my service</h2>
          <p>Enter the service’s URL and keys, and check that everything can be reached. Works offline too.</p>
          <Button look="primary" onPress={() => openSheet('workspace')}>
            Connect my service
          </Button>
        </section>
        <section className={styles.choice}>
          <GraduationCap size={22} aria-hidden />
          <h2>Try it with a practice service</h2>
          <p>
            A service and a DNS zone inside this console: walk through the whole job and every kind of failure without
            an account or a network.
          </p>
          {lockWord !== null && <p>Not to be had here: {lockWord}</p>}
          <Button onPress={() => void practise()} isPending={busy} isDisabled={lockWord !== null}>
            {busy ? 'Starting…' : 'Try it with a practice service'}
          </Button>
        </section>
      </div>
      <p className={styles.elsewhere}>
        Already set up on another computer?
        <Button look="quiet" onPress={() => openSheet('import')}>
          Import a workspace
        </Button>
        <Button look="quiet" onPress={() => openSheet('copies')}>
          Restore a copy
        </Button>
      </p>
      {error !== null && (
        <p role="alert">
          {error.message}. {error.remedy}
        </p>
      )}
    </main>
  );
}
