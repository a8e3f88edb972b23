import { describe, expect, it } from 'vitest';
import { argumentsAgain, executableAgain, readStartArguments } from '../../../main/hosts/electron/start-arguments.ts';

describe('the command line of the desktop program', () => {
  it.each([
    ['packaged', ['--data-dir', '/a folder']],
    ['packaged, with an equals sign', ['--data-dir=/a folder']],
    ['in a checkout, behind the application’s path', ['/checkout', '--data-dir', '/a folder']],
    ['among switches of Chromium', ['--no-sandbox', '--ozone-platform=x11', '--data-dir', '/a folder', '-psn_0_1']],
    ['given twice: the last', ['--data-dir', '/another', '--data-dir=/a folder']],
  ])('names the data folder: %s', (_how, args) => {
    expect(readStartArguments(args)).toEqual({ dataDir: '/a folder', hidden: false, link: null });
  });

  it('may be empty, or ask for a start without a window', () => {
    expect(readStartArguments([])).toEqual({ dataDir: undefined, hidden: false, link: null });
    expect(readStartArguments(['.', '--hidden'])).toMatchObject({ hidden: true });
    expect(readStartArguments(['--original-process-start-time=13', '--unknown', 'value'])).toMatchObject({
      dataDir: undefined,
      hidden: false,
    });
  });

  it.each([[['--data-dir']], [['--data-dir', '--hidden']], [['--data-dir', '-x']]])(
    'says so where the folder is missing: %j',
    (args) => {
      expect(() => readStartArguments(args)).toThrow('--data-dir is given without a folder');
    },
  );

  it('finds a link anywhere, and behind the end of the options, where Windows puts it', () => {
    const link = 'sendwright://domain/example.com';
    expect(readStartArguments([link]).link).toBe(link);
    expect(readStartArguments(['/checkout', '--hidden', '--', link])).toMatchObject({ link, hidden: true });
    expect(readStartArguments(['SENDWRIGHT://domain/x']).link).toBe('SENDWRIGHT://domain/x');
    // What stands in a link is no option.
    expect(readStartArguments(['--', 'sendwright://domain/x --data-dir=/evil'])).toMatchObject({ dataDir: undefined });
    expect(readStartArguments(['--', '--data-dir=/evil'])).toMatchObject({ dataDir: undefined });
  });

  it('starts again what unpacks the program, where it was unpacked to run', () => {
    expect(executableAgain({ APPIMAGE: '/home/a/Sendwright.AppImage' })).toBe('/home/a/Sendwright.AppImage');
    expect(executableAgain({ PORTABLE_EXECUTABLE_FILE: 'D:\\Sendwright.exe' })).toBe('D:\\Sendwright.exe');
    expect(executableAgain({ APPIMAGE: '', HOME: '/home/a' })).toBeUndefined();
  });

  it('starts again on the same folder, with its window, and with the newest link alone', () => {
    const first = ['/checkout', '--hidden', '--data-dir', '/a folder', '--', 'sendwright://domain/old.example'];
    expect(readStartArguments(argumentsAgain(first, null))).toEqual({
      dataDir: '/a folder',
      hidden: false,
      link: null,
    });
    expect(readStartArguments(argumentsAgain(first, 'sendwright://domain/new.example'))).toEqual({
      dataDir: '/a folder',
      hidden: false,
      link: 'sendwright://domain/new.example',
    });
  });
});
