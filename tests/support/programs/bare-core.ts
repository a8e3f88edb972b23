import { composeCore } from '../../../main/core/compose.ts';
import type { CopyProgram } from '../../../main/store/copy-work.ts';

/**
 * A core by itself, for programs that measure one: no keychain, no practice, nobody to notify.
 *
 * @param copyProgram makes the copies; null: the core makes them itself.
 */
export function bareCore(dataFolder: string, background: boolean, copyProgram: CopyProgram | null = null) {
  return composeCore({
    dataFolder,
    host: 'cli',
    version: '0.0.0',
    keychain: null,
    practice: null,
    notifier: { notify: () => undefined },
    background,
    ...(copyProgram === null ? {} : { copyProgram }),
  });
}
