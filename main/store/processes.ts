/** Whether a process of that number runs: what one that was killed has left behind is nobody's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, and is another account's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
