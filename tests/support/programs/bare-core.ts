import { composeCore } from '../../../main/core/compose.ts';

/**
 * A core by itself, for programs that measure one: no keychain, no practice, nobody to notify.
 *
 * @param copyProgram of the thread that makes copies; null: the core makes them itself.
 */
export function bareCore(dataFolder: string, background: boolean, copyProgram: string | null = null) {
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
