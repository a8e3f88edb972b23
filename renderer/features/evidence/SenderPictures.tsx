import { countText } from '../../../shared/text/counted.ts';
import { useCallback, useState } from 'react';
import type { SenderOverTime, SenderVolume } from '../../../shared/evidence/senders/sender-volume.ts';
import { beforeAndAfter } from '../../../shared/evidence/senders/before-and-after.ts';
import { showControls } from '../../../shared/text/controls.ts';
import { DAY_MS } from '../../../shared/time.ts';
import { useFreshEvidence } from '../../data/fresh.ts';
import { core } from '../../session/store.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/controls.tsx';
import layout from '../../ui/layout.module.css';
import { OutsideText } from '../../ui/outside-text.tsx';
import { Skeleton } from '../../ui/status.tsx';
import styles from './EvidenceView.module.css';
import { dayText } from './figures.ts';
import { useChosenBar } from './chosen-bar.ts';
import { BAR, GAP, UNITS } from './Volume.tsx';

const HEIGHT = 36;

const sum = (figures: readonly number[]): number => figures.reduce((all, each) => all + each, 0);
const beginOf = ({ from, days }: SenderVolume, stretch: number): string =>
  dayText().format(from + stretch * days * DAY_MS);

/** What a stretch of time stands for in words: every sender that has mail in it. */
function stretchText(volume: SenderVolume, stretch: number): string {
  const said = volume.senders.flatMap(({ name, messages, passing }) => {
    const count = messages[stretch] ?? 0;
    const failing = count - (passing[stretch] ?? 0);
    if (count === 0) return [];
    return [`${name} ${countText(count)}${failing === 0 ? '' : ` (${countText(failing)} fail)`}`];
  });
  const when = volume.days === 1 ? beginOf(volume, stretch) : `From ${beginOf(volume, stretch)}, ${volume.days} days`;
  return `${when}: ${said.length === 0 ? 'no mail' : said.join(', ')}`;
}

/** The bars of one sender, as high as its own highest. */
function Strip(props: { readonly sender: SenderOverTime; readonly chosen: number; readonly slots: number }) {
  const { sender, chosen, slots } = props;
  const most = Math.max(...sender.messages, 1);
  return (
    <svg viewBox={`0 0 ${slots * (BAR + GAP)} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      {sender.messages.map((messages, stretch) => {
        const x = stretch * (BAR + GAP);
        const pass = ((sender.passing[stretch] ?? 0) / most) * HEIGHT;
        const fail = (messages / most) * HEIGHT - pass;
        return (
          <g key={x}>
            {stretch === chosen && <rect x={x - 1} y={0} width={BAR + 2} height={HEIGHT} className={styles.marked} />}
            <rect x={x} y={HEIGHT - pass} width={BAR} height={pass} className={styles.passBar} />
            {fail > 0 && <rect x={x} y={HEIGHT - pass - fail} width={BAR} height={fail} className={styles.failBar} />}
          </g>
        );
      })}
    </svg>
  );
}

function OverTimeTable({ volume }: { readonly volume: SenderVolume }) {
  return (
    <details className={`${layout.details} ${styles.printed}`}>
      <summary>As a table</summary>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard */}
      <div className={styles.wide} tabIndex={0} role="region" aria-label="Messages by sender, as a table">
        <table className={styles.table}>
          <thead>
            <tr>
              <th>{volume.days === 1 ? 'Day' : `${volume.days} days from`}</th>
              {volume.senders.map(({ key, name }) => (
                <th key={key}>
                  <OutsideText text={name} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: volume.stretches }, (_nothing, stretch) => (
              <tr key={beginOf(volume, stretch)}>
                <td>{beginOf(volume, stretch)}</td>
                {volume.senders.map(({ key, messages, passing }) => {
                  const count = messages[stretch] ?? 0;
                  const failing = count - (passing[stretch] ?? 0);
                  return (
                    <td key={key}>
                      {countText(count)}
                      {failing > 0 && `, ${countText(failing)} fail`}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Each of the largest senders over time: a strip of bars for each, which the arrow keys read out together. */
function OverTime({ volume }: { readonly volume: SenderVolume }) {
  const { at, slots, slider } = useChosenBar(volume.stretches);
  const text = stretchText(volume, at);
  return (
    <figure className={styles.volume}>
      <figcaption className={styles.legend}>
        <b>Each sender, a {UNITS[volume.days]} a bar</b>
        <span className={styles.pass}>pass DMARC</span>
        <span className={styles.fail}>fail</span>
        <span className={layout.small}>each as high as its own highest</span>
      </figcaption>
      <div
        {...slider}
        className={styles.strips}
        aria-label="Messages of each sender over time"
        aria-valuetext={showControls(text)}
      >
        {volume.senders.map((sender) => (
          <div key={sender.key} className={styles.strip}>
            <span>
              <OutsideText text={sender.name} />
            </span>
            <Strip sender={sender} chosen={at} slots={slots} />
            <span className={styles.figure}>up to {countText(Math.max(...sender.messages))}</span>
          </div>
        ))}
      </div>
      <p className={layout.small}>
        <OutsideText text={text} />.
      </p>
      <OverTimeTable volume={volume} />
    </figure>
  );
}

interface Part {
  readonly messages: number;
  readonly passing: number;
}

/** A bar for what passes and what fails, with its figures. */
function Share({ part: { messages, passing } }: { readonly part: Part }) {
  if (messages === 0) return <td className={layout.muted}>no mail</td>;
  const percent = (passing / messages) * 100;
  const whole = percent > 99 && percent < 100 ? '>99' : percent > 0 && percent < 1 ? '<1' : String(Math.round(percent));
  return (
    <td>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" className={styles.share} aria-hidden>
        <rect x={0} y={0} width={percent} height={10} className={styles.passBar} />
        {percent < 100 && <rect x={percent} y={0} width={100 - percent} height={10} className={styles.failBar} />}
      </svg>
      {countText(passing)} of {countText(messages)} pass, {whole} %
    </td>
  );
}

/** What passed before a change and what passes since: its picture is its table. */
function BeforeAndAfterChange({ volume }: { readonly volume: SenderVolume }) {
  const stretchAt = (at: number) => Math.ceil((at - volume.from) / (volume.days * DAY_MS));
  const changes = volume.changes
    .map(({ at, from, to }, index) => ({
      id: `policy ${index}`,
      first: stretchAt(at),
      label: `Policy ${to} after ${from}, ${dayText().format(at)}`,
    }))
    .filter(({ first }) => first > 0 && first < volume.stretches)
    .reverse();
  const times = Array.from({ length: volume.stretches - 1 }, (_nothing, index) => ({
    id: `time ${index + 1}`,
    first: index + 1,
    label: `From ${beginOf(volume, index + 1)} on`,
  }));
  const choices = [...changes, ...times];
  const [chosen, setChosen] = useState<string | null>(null);
  const change =
    choices.find(({ id }) => id === chosen) ?? changes[0] ?? times[Math.floor((times.length - 1) / 2)] ?? null;
  if (change === null) return null;
  const rows = beforeAndAfter(volume.senders, change.first);
  const total = (part: 'before' | 'after'): Part => ({
    messages: sum(rows.map((row) => row[part].messages)),
    passing: sum(rows.map((row) => row[part].passing)),
  });
  return (
    <figure className={styles.volume}>
      <figcaption className={styles.legend}>
        <b>Before and after a change</b>
        <span className={styles.pass}>pass DMARC</span>
        <span className={styles.fail}>fail</span>
      </figcaption>
      <div className={`${styles.change} ${styles.onScreen}`}>
        <Select label="Change" value={change.id} onChange={setChosen} choices={choices} />
      </div>
      <p className={styles.chosen}>{change.label}</p>
      <table className={styles.compared}>
        <thead>
          <tr>
            <th>Sender</th>
            <th>Before</th>
            <th>Since</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">All senders</th>
            <Share part={total('before')} />
            <Share part={total('after')} />
          </tr>
          {rows.map(({ name, before, after }) => (
            <tr key={name}>
              <th scope="row">
                <OutsideText text={name} />
              </th>
              <Share part={before} />
              <Share part={after} />
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** The largest senders of a domain over time, and what a change did to their mail. */
export default function SenderPictures(props: {
  readonly workspaceId: number;
  readonly domain: string;
  readonly sinceDays: number | null;
}) {
  const { workspaceId, domain, sinceDays } = props;
  const ask = useCallback(
    () => core().evidence.senderVolume({ workspaceId, domain, sinceDays }),
    [workspaceId, domain, sinceDays],
  );
  const { value: volume, isFailed, again } = useFreshEvidence(workspaceId, ask);
  if (volume === null)
    return isFailed ? (
      <div className={layout.row}>
        <p>The senders over time could not be read.</p>
        <Button onPress={() => void again()}>Try again</Button>
      </div>
    ) : (
      <Skeleton />
    );
  // Reports that tell no time are in the list below alone.
  if (volume.stretches === 0) return null;
  return (
    <>
      <OverTime volume={volume} />
      <BeforeAndAfterChange volume={volume} />
    </>
  );
}
