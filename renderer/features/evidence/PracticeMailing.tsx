import { GraduationCap } from 'lucide-react';
import { useEffect, useState } from 'react';
import { attempt, core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { bringIn } from './bring-in.ts';
import { fromBase64 } from '../../ui/time.ts';

/** In the practice workspace: a mailing is sent, and what comes back is brought in as if it had come by mail. */
export default function PracticeMailing({ workspaceId }: { readonly workspaceId: number }) {
  const [domains, setDomains] = useState<readonly { readonly id: number; readonly unicodeName: string }[] | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [missing, setMissing] = useState<readonly string[]>([]);
  useEffect(() => {
    void attempt(() => core().domains.list({ workspaceId })).then((found) => setDomains(found ?? []));
  }, [workspaceId]);
  const domainId = chosen ?? domains?.[0]?.id ?? null;
  const send = async (id: number) => {
    setBusy(true);
    const sent = await attempt(() => core().practice.mail({ workspaceId, domainId: id }));
    if (sent !== null) {
      setMissing(sent.missing);
      await bringIn(
        workspaceId,
        sent.files.map(({ name, content }) => ({ name, file: new Blob([fromBase64(content)]) })),
      );
    }
    setBusy(false);
  };
  return (
    <section className={layout.card} aria-labelledby="mailing-title">
      <h2 id="mailing-title" className={layout.row}>
        <GraduationCap size={17} aria-hidden />
        Send a practice mailing
      </h2>
      <p>
        The practice service sends a newsletter, and a forgotten shop server sends too. What receivers make of it
        follows from what is published in the practice zone: reports, the message as it arrived, and bounces come back
        at once.
      </p>
      <div className={layout.row}>
        {domains !== null && domains.length > 1 && (
          <Select
            label="From"
            value={String(domainId)}
            onChange={(id) => setChosen(Number(id))}
            choices={domains.map(({ id, unicodeName }) => ({ id: String(id), label: unicodeName }))}
          />
        )}
        <Button
          look="primary"
          isPending={isBusy}
          isDisabled={domainId === null}
          onPress={() => void (domainId === null ? undefined : send(domainId))}
        >
          Send the mailing
        </Button>
      </div>
      {missing.length > 0 && (
        <ul className={layout.list} aria-label="What did not come back">
          {missing.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
