import { useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import layout from '../../ui/layout.module.css';
import type { DayVolume, VolumeBar } from './volume-bars.ts';
import { volumeBars } from './volume-bars.ts';
import styles from './EvidenceView.module.css';
import { dayText, number } from './figures.ts';

const HEIGHT = 120;
const BAR = 10;
const GAP = 2;
/** Fewer bars leave room, so that one day is no wall. */
const LEAST_SLOTS = 31;

const UNITS: Readonly<Record<number, string>> = { 1: 'day', 7: 'week', 28: 'four weeks', 91: 'quarter', 364: 'year' };

/** What stands for a bar in words. */
function barText({ from, messages, passing }: VolumeBar, days: number): string {
  const begin = dayText().format(from);
  const failing = messages - passing;
  const when = days === 1 ? begin : `From ${begin}, ${days} days`;
  return `${when}: ${number(messages)} messages, ${number(passing)} pass, ${number(failing)} fail`;
}

function moved(key: string, at: number, last: number): number | null {
  if (key === 'ArrowLeft' || key === 'ArrowDown') return Math.max(0, at - 1);
  if (key === 'ArrowRight' || key === 'ArrowUp') return Math.min(last, at + 1);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
}

function Table({ bars, days }: { readonly bars: readonly VolumeBar[]; readonly days: number }) {
  return (
    <details className={`${layout.details} ${styles.printed}`}>
      <summary>As a table</summary>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{days === 1 ? 'Day' : `${days} days from`}</th>
            <th>Messages</th>
            <th>Pass</th>
            <th>Fail</th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ from, messages, passing }) => (
            <tr key={from}>
              <td>{dayText().format(from)}</td>
              <td>{number(messages)}</td>
              <td>{number(passing)}</td>
              <td>{number(messages - passing)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** How much mail passed and failed, over time: a picture that the arrow keys read out, and its table. */
export function Volume({ volume }: { readonly volume: readonly DayVolume[] }) {
  const { bars, days, undated } = volumeBars(volume);
  const [chosen, setChosen] = useState<number | null>(null);
  const last = bars.length - 1;
  const at = Math.min(chosen ?? last, last);
  const bar = bars[at];
  if (bar === undefined) return null;
  const most = Math.max(...bars.map(({ messages }) => messages), 1);
  const slots = Math.max(bars.length, LEAST_SLOTS);
  const width = slots * (BAR + GAP);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event.key, at, last);
    if (next === null) return;
    event.preventDefault();
    setChosen(next);
  };
  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width: wide } = event.currentTarget.getBoundingClientRect();
    setChosen(Math.max(0, Math.min(last, Math.floor(((event.clientX - left) / wide) * slots))));
  };
  const text = barText(bar, days);
  return (
    <figure className={styles.volume}>
      <figcaption className={styles.legend}>
        <b>Messages a {UNITS[days]}</b>
        <span className={styles.pass}>pass DMARC</span>
        <span className={styles.fail}>fail</span>
        <span className={layout.small}>up to {number(most)}</span>
      </figcaption>
      <div
        role="slider"
        tabIndex={0}
        className={styles.picture}
        aria-label="Messages over time"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={text}
        onKeyDown={onKeyDown}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
      >
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
          {bars.map(({ from, messages, passing }, index) => {
            const x = index * (BAR + GAP);
            const pass = (passing / most) * HEIGHT;
            const fail = ((messages - passing) / most) * HEIGHT;
            return (
              <g key={from}>
                {index === at && <rect x={x - 1} y={0} width={BAR + 2} height={HEIGHT} className={styles.marked} />}
                <rect x={x} y={HEIGHT - pass} width={BAR} height={pass} className={styles.passBar} />
                <rect x={x} y={HEIGHT - pass - fail} width={BAR} height={fail} className={styles.failBar} />
              </g>
            );
          })}
        </svg>
      </div>
      <p className={layout.small}>
        {text}.{undated > 0 && ` ${number(undated)} more in reports without a date.`}
      </p>
      <Table bars={bars} days={days} />
    </figure>
  );
}
