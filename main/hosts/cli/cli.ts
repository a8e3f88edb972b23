import { catchUncaughtErrors } from '../process-log.ts';
import { runCli } from './commands.ts';
import { runningLog } from './session.ts';

const FAILED = 1;

catchUncaughtErrors({
  log: runningLog,
  tell: (sentence) => console.error(sentence),
  end: () => process.exit(FAILED),
});
// Whoever read the output is gone, as `head` goes when it has enough: there is nothing left to do.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') return;
  runningLog()?.ended('nobody reads the output');
  process.exit();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    runningLog()?.ended(signal);
    // Without this listener the signal ends the process as it would have.
    process.kill(process.pid, signal);
  });

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  isShown: process.stdout.isTTY,
});
