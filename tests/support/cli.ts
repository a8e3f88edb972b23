import { runCli } from '../../main/hosts/cli/commands.ts';

/** What one command gave: its exit code and both of its outputs. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs one command in this process. */
export async function cli(...args: readonly string[]): Promise<Outcome> {
  let out = '';
  let error = '';
  const code = await runCli(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}
