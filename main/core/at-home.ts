import { existsSync } from 'node:fs';
import path from 'node:path';
import { FILE_NAME } from '../store/database.ts';

/** Whether a core has kept anything in a folder: where none has, a command that only asks need not make one. */
export function isAtHome(dataFolder: string): boolean {
  return existsSync(path.join(dataFolder, FILE_NAME));
}
