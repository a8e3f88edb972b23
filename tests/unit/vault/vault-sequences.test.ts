import fc from 'fast-check';
import { expect, it } from 'vitest';
import { VaultFault } from '../../../main/vault/faults.ts';
import type { Vault } from '../../../main/vault/vault.ts';
import type { KeychainMood } from '../../support/keychain.ts';
import { KeychainDouble } from '../../support/keychain.ts';
import type { Program, VaultDisk } from '../../support/vault.ts';
import { read, startProgram, vaultDisk } from '../../support/vault.ts';

/** Whatever people, keychains and programs do to one folder: it can always be opened or begun anew, and nothing is lost. */

const passphrases = ['passphrase one', 'passphrase two', 'passphrase three'] as const;
const ids = ['workspace:1/api-key', 'workspace:1/auth-key', 'domain:1/dkim/a'] as const;
const moods: readonly KeychainMood[] = ['there', 'lost', 'basic', 'absent', 'away'];

/** Two computers with a keychain each, and the command line, which has none. */
const programs = ['home', 'office', 'command line'] as const;

type Step =
  | { readonly do: 'set' | 'clear'; readonly id: number }
  | { readonly do: 'create' | 'unlock' | 'bringBack' | 'beginAnew'; readonly passphrase: number }
  | { readonly do: 'changePassphrase'; readonly passphrase: number; readonly next: number }
  | { readonly do: 'openWithKeychain' | 'addKeychain' | 'beginAnewWithKeychain' | 'lock' | 'useSession' | 'tick' }
  | { readonly do: 'restart' }
  | { readonly do: 'mood'; readonly mood: KeychainMood };

const one = fc.integer({ min: 0, max: 2 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('set' as const), id: one }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('clear' as const), id: one }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('create' as const, 'unlock' as const, 'bringBack' as const, 'beginAnew' as const),
      passphrase: one,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('changePassphrase' as const), passphrase: one, next: one }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'openWithKeychain' as const,
        'addKeychain' as const,
        'beginAnewWithKeychain' as const,
        'lock' as const,
        'useSession' as const,
        'tick' as const,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mood' as const), mood: fc.constantFrom(...moods) }) },
);

class World {
  readonly disk: VaultDisk = vaultDisk();
  readonly keychains = [new KeychainDouble(), new KeychainDouble(), null] as const;
  readonly running: (Program | null)[] = [null, null, null];
  /** What was set last while it could be sealed, by id. */
  readonly sealed = new Map<string, string>();
  /** What was set for a session alone: sealed as soon as that program has a key. */
  readonly typed = new Set<string>();
  #written = 0;
  /** A minute passes with each step, so that no wrong passphrase keeps the next one waiting. */
  #now = 0;

  async program(index: number): Promise<Program> {
    this.running[index] ??= await startProgram(this.disk, this.keychains[index], { now: () => this.#now });
    return this.running[index] as Program;
  }

  async #run(vault: Vault, step: Step, index: number): Promise<void> {
    switch (step.do) {
      case 'set': {
        const id = ids[step.id] as string;
        this.#written += 1;
        const value = `value ${this.#written} of many letters`;
        const { state } = vault.state();
        vault.set(id, value);
        if (state === 'open') this.sealed.set(id, value);
        else this.typed.add(value);
        return;
      }
      case 'clear':
        vault.clear(ids[step.id] as string);
        this.sealed.delete(ids[step.id] as string);
        return;
      case 'create':
      case 'unlock':
      case 'bringBack':
        return vault[step.do](passphrases[step.passphrase] as string);
      case 'beginAnew':
        return vault.beginAnew(passphrases[step.passphrase] as string);
      case 'beginAnewWithKeychain':
        return vault.beginAnew(null);
      case 'changePassphrase':
        return vault.changePassphrase(passphrases[step.passphrase] as string, passphrases[step.next] as string);
      case 'openWithKeychain':
      case 'addKeychain':
      case 'tick':
        return vault[step.do]();
      case 'lock':
      case 'useSession':
        return vault[step.do]();
      case 'restart':
        vault.close();
        this.running[index] = null;
        return;
      case 'mood': {
        const keychain = this.keychains[index];
        if (keychain != null) keychain.mood = step.mood;
      }
    }
  }

  /** What opens is what was set last, or was typed into that program's session before it had a key. */
  async #compare(vault: Vault): Promise<void> {
    if (vault.state().state !== 'open') return;
    for (const id of ids) {
      const value = await read(vault, id);
      if (value === null) continue;
      if (this.typed.delete(value)) this.sealed.set(id, value);
      expect(value, `${id} is what was set last`).toBe(this.sealed.get(id));
    }
  }

  async take(index: number, step: Step): Promise<void> {
    this.#now += 60_000;
    const { vault } = await this.program(index);
    try {
      await this.#run(vault, step, index);
    } catch (error) {
      // A refusal has words and names a way on; anything else is a fault of ours.
      if (!(error instanceof VaultFault)) throw error;
      expect(error.message).not.toBe('');
    }
    if (this.running[index] !== null) await this.#compare(vault);
    for (const program of this.running) {
      if (program === null) continue;
      const { state, ways } = program.vault.state();
      const onwards = ways.filter((way) => way !== 'lock' && way !== 'use-session');
      expect(onwards.length, `${state} leads nowhere`).toBeGreaterThan(0);
      if (state !== 'open') expect(ways.includes('begin-anew') || ways.includes('create')).toBe(true);
    }
    for (const id of this.sealed.keys()) expect(this.disk.storage.find(id), `${id} is gone`).not.toBeNull();
  }

  /** Every keychain comes back and every passphrase is remembered: then everything opens. */
  async recoverAll(): Promise<Map<string, string | null>> {
    for (const program of this.running) program?.vault.close();
    // Beginning anew leaves the vault before it waiting for its own keeper: the second round finds them all.
    const seen = new Map<string, string | null>();
    for (let round = 0; round < 2; round += 1) {
      for (const [index, keychain] of this.keychains.entries()) {
        for (const mood of ['lost', 'there'] as const) {
          // Once with the key that it made when it had lost the first one.
          if (keychain !== null) keychain.mood = mood;
          this.running[index] = null;
          const { vault } = await this.program(index);
          if (vault.state().state !== 'open') await vault.unlock('the last passphrase').catch(() => undefined);
          if (vault.state().state !== 'open') await vault.beginAnew('the last passphrase');
          for (const passphrase of [...passphrases, 'the last passphrase']) {
            this.#now += 60_000;
            await vault.bringBack(passphrase).catch(() => undefined);
          }
          await vault.tick();
          for (const id of ids) seen.set(id, await read(vault, id));
          vault.close();
        }
      }
    }
    return seen;
  }
}

it('is never a circle, and loses no sealed row', async () => {
  const runs = Number(process.env.SENDWRIGHT_RUNS ?? 60);
  const move = fc.record({ program: fc.integer({ min: 0, max: programs.length - 1 }), step: steps });
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 25 }), async (moves) => {
      const world = new World();
      for (const { program, step } of moves) await world.take(program, step);
      const seen = await world.recoverAll();
      for (const [id, value] of world.sealed) expect(`${id}: ${seen.get(id)}`).toBe(`${id}: ${value}`);
    }),
    { numRuns: runs },
  );
}, 300_000);
