import { countText } from '../../../shared/text/counted.ts';
import layout from '../../ui/layout.module.css';
import type { DayVolume, VolumeBar } from '../../../shared/evidence/senders/volume-bars.ts';
import { volumeBars } from '../../../shared/evidence/senders/volume-bars.ts';
import { useChosenBar } from './chosen-bar.ts';
import styles from './EvidenceView.module.css';
import { dayText } from './figures.ts';

const HEIGHT = 120;
export const BAR = 10;
export const GAP = 2;

export const UNITS: Readonly<Record<number, string>> = {
  1: 'day',
  7: 'week',
  28: 'four weeks',
  91: 'quarter',
  364: 'year',
};

/** What stands for a bar in words. */
function barText({ from, messages, passing }: VolumeBar, days: number): string {
  const begin = dayText().format(from);
  const failing = messages - passing;
  const when = days === 1 ? begin : `From ${begin}, ${days} days`;
  return `${when}: ${countText(messages)} messages, ${countText(passing)} pass, ${countText(failing)} fail`;
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
              <td>{countText(messages)}</td>
              <td>{countText(passing)}</td>
              <td>{countText(messages - passing)}</td>
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
  const { at, slots, slider } = useChosenBar(bars.length);
  const bar = bars[at];
  if (bar === undefined) return null;
  const most = Math.max(...bars.map(({ messages }) => messages), 1);
  const width = slots * (BAR + GAP);
  const text = barText(bar, days);
  return (
    <figure className={styles.volume}>
      <figcaption className={styles.legend}>
        <b>Messages a {UNITS[days]}</b>
        <span className={styles.pass}>pass DMARC</span>
        <span className={styles.fail}>fail</span>
        <span className={layout.small}>up to {countText(most)}</span>
      </figcaption>
      <div {...slider} className={styles.picture} aria-label="Messages over time" aria-valuetext={text}>
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
        {text}.{undated > 0 && ` ${countText(undated)} more in reports without a date.`}
      </p>
      <Table bars={bars} days={days} />
    </figure>
  );
}
