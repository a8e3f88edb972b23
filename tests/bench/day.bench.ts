import type { Footprint } from '../support/footprint.ts';
import { footprint } from '../support/footprint.ts';
import type { RestlessDomains, Stored } from '../support/restless-domains.ts';
import { openRestlessDomains } from '../support/restless-domains.ts';

/**
 * Scheduled checks on a clock that is moved: a day at the shortest interval there is, and years at the usual one, until
 * everything that is ever forgotten has been. Nothing may grow but what is kept, and that only as far as it is kept.
 */

const DAY_MINUTES = 24 * 60;

interface Sample extends Footprint, Stored {
  /** Processor time since the sample before, in milliseconds. */
  readonly busyMs: number;
}

async function sampleAfter(work: () => Promise<void>, { stored }: RestlessDomains): Promise<Sample> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ...(await footprint()), ...stored(), busyMs: (user + system) / 1000 };
}

function row(label: string, ratio: number, most: number) {
  return { label, value: `${ratio.toFixed(3)} ×`, target: `≤ ${most} ×`, met: ratio <= most };
}

const most = (samples: readonly Sample[], of: (sample: Sample) => number): number => Math.max(...samples.map(of));
/** Milliseconds of one sample, on average. */
const busyOf = (samples: readonly Sample[]): number =>
  samples.reduce((total, { busyMs }) => total + busyMs, 0) / samples.length;
const rowsOf = (sample: Sample, table: string): number => sample.rows[table] ?? 0;
const mebibytes = (octets: number): string => `${(octets / 2 ** 20).toFixed(1)} MiB`;

const DAY = { domains: 200, everyMinutes: 5, hours: 24 } as const;
/** Of a domain: its own entry and one for each of its records. */
const ENTRIES_OF_A_CHANGE = 5;
/** The log is copied into the data file from 4000 pages of 4096 octets on. */
const LOG_OCTETS = 4000 * 4096;

async function day() {
  const restless = await openRestlessDomains(DAY.domains, DAY.everyMinutes);
  const samples: Sample[] = [];
  try {
    for (let hour = 0; hour < DAY.hours; hour += 1) {
      if (hour > 0) await restless.turn();
      samples.push(await sampleAfter(() => restless.desk.pass(60), restless));
    }
  } finally {
    await restless.stop();
  }
  const at = (hour: number) => samples[hour - 1] as Sample;
  const last = at(DAY.hours);
  const made = (DAY.domains * DAY.hours * 60) / DAY.everyMinutes;
  const changes = DAY.domains + (DAY.hours - 1) * (DAY.domains / 2) * ENTRIES_OF_A_CHANGE;
  const kinds = Object.entries(last.resources);
  const added = kinds.reduce((total, [kind, amount]) => total + Math.max(0, amount - (at(3).resources[kind] ?? 0)), 0);
  const told = `${DAY.domains} domains every ${DAY.everyMinutes} minutes`;
  return [
    row(`${told}: heap at hour 24 (${mebibytes(last.heap)}) to hour 3`, last.heap / at(3).heap, 1.1),
    row('the same to hour 12', last.heap / at(12).heap, 1.05),
    row('octets outside of the heap at hour 24 to hour 3', last.external / at(3).external, 1.05),
    row(
      `file descriptors, the most of hours 4 to 24 (${most(samples.slice(3), ({ descriptors }) => descriptors)}) to the most of the first three`,
      most(samples.slice(3), ({ descriptors }) => descriptors) /
        most(samples.slice(0, 3), ({ descriptors }) => descriptors),
      1.02,
    ),
    {
      label: 'timers, sockets and other handles at hour 24 that were not there at hour 3',
      value: String(added),
      target: '0',
      met: added === 0,
    },
    row(
      'processor time of an hour, hours 13 to 24 to hours 2 to 12',
      busyOf(samples.slice(12)) / busyOf(samples.slice(1, 12)),
      1.2,
    ),
    row(`checks stored (${rowsOf(last, 'checks')}) to checks made`, rowsOf(last, 'checks') / made, 1),
    row('entries in timelines to changes', rowsOf(last, 'timeline') / changes, 1),
    row('jobs stored to the 200 that are kept', rowsOf(last, 'jobs') / 200, 1),
    row(
      'data for each check at hour 24 to hour 3',
      last.octets / rowsOf(last, 'checks') / (at(3).octets / rowsOf(at(3), 'checks')),
      1.05,
    ),
    row(
      'log beside the data file, at its longest, to 4000 pages',
      most(samples, (each) => each.logOctets) / LOG_OCTETS,
      1.5,
    ),
  ];
}

/** From `checksFull` days on as many checks are forgotten as are made, from `changesFull` on as many changes. */
const YEARS = { domains: 8, days: 1240, turnDays: 20, checksFull: 440, changesFull: 1120 } as const;
/** Every check of 30 days and one for each of 370 more; the newest ones of both ends may share their days. */
const KEPT_CHECKS = 402;
const KEPT_ACTIVITY = 20_000;

async function years() {
  const restless = await openRestlessDomains(YEARS.domains, DAY_MINUTES);
  const measured: readonly number[] = [YEARS.checksFull, YEARS.changesFull, YEARS.days];
  const samples: Sample[] = [];
  try {
    for (let days: number = YEARS.turnDays; days <= YEARS.days; days += YEARS.turnDays) {
      if (days > YEARS.turnDays) await restless.turn();
      const pass = () => restless.desk.pass(YEARS.turnDays * DAY_MINUTES, 6 * 60);
      if (measured.includes(days)) samples.push(await sampleAfter(pass, restless));
      else await pass();
    }
  } finally {
    await restless.stop();
  }
  const [early, middle, last] = samples as [Sample, Sample, Sample];
  const told = `${YEARS.domains} domains once a day, day ${YEARS.days}`;
  return [
    row(
      `${told}: checks stored (${rowsOf(last, 'checks')}) to those of day ${YEARS.checksFull}`,
      rowsOf(last, 'checks') / rowsOf(early, 'checks'),
      1.01,
    ),
    row('the same to what is kept', rowsOf(last, 'checks') / (YEARS.domains * KEPT_CHECKS), 1),
    row(
      `entries in timelines (${rowsOf(last, 'timeline')}) to those of day ${YEARS.changesFull}`,
      rowsOf(last, 'timeline') / rowsOf(middle, 'timeline'),
      1,
    ),
    row('entries of the activity to the 20,000 that are kept', rowsOf(last, 'activity') / KEPT_ACTIVITY, 1),
    row(`data (${mebibytes(last.octets)}) to those of day ${YEARS.changesFull}`, last.octets / middle.octets, 1.02),
    row(`heap to that of day ${YEARS.checksFull}`, last.heap / early.heap, 1.05),
  ];
}

export const bench = { name: 'day', run: async () => [...(await day()), ...(await years())] };
