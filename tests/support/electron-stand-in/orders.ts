import { seededRandom } from './random.ts';
import type { Delay, Delays, Settings } from './settings.ts';
import { usualDelays } from './settings.ts';

/** Orders in which things may come: a test that passes in one of them by luck fails in another. */

/** What one order is made of, ready to be given to `launchStandIn`. */
export type Order = Pick<Settings, 'seed' | 'delays' | 'firstSenderFrame'>;

/**
 * Draws an order: each step takes no time, about its usual one, up to a twentieth of the most, or up to the most; the
 * frame of a document's first message is there, missing, or still the one before.
 *
 * @param seed the same one gives the same order.
 * @param most milliseconds that one step may take.
 */
export function drawOrder(seed: number, most = 2000): Order {
  const random = seededRandom(seed);
  const drawDelay = (usual: Delay): Delay => {
    const kind = random();
    if (kind < 0.3) return 0;
    if (kind < 0.6) return usual;
    if (kind < 0.85) return [0, Math.round(random() * (most / 20))];
    return [0, Math.round(random() * most)];
  };
  const steps = Object.entries(usualDelays) as [keyof Delays, Delay][];
  const delays = Object.fromEntries(steps.map(([step, usual]) => [step, drawDelay(usual)])) as unknown as Delays;
  const kinds = ['there', 'null', 'before'] as const;
  return { seed, delays, firstSenderFrame: kinds[Math.trunc(random() * kinds.length)] ?? 'there' };
}
