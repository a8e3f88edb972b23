import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { applicationMenu } from '../../../main/hosts/electron/menu.ts';

function menuOf(platform: NodeJS.Platform, devTools = false, canUpdate: boolean | 'locked' = false) {
  const done: string[] = [];
  const menu = applicationMenu({
    platform,
    name: 'Sendwright',
    devTools,
    reload: () => done.push('reload'),
    zoom: (change) => done.push(change),
    lookForUpdates: canUpdate === 'locked' ? canUpdate : canUpdate ? () => done.push('updates') : null,
  });
  const items = menu.flatMap(({ submenu = [] }) => submenu as MenuItemConstructorOptions[]);
  return { menu, items, done, roles: items.map(({ role }) => role) };
}

describe('the application’s menu', () => {
  it('has the menus that each system expects, and a way to quit', () => {
    expect(menuOf('darwin').menu.map(({ label, role }) => label ?? role)).toEqual([
      'Sendwright',
      'File',
      'editMenu',
      'View',
      'windowMenu',
    ]);
    for (const platform of ['linux', 'win32'] as const)
      expect(menuOf(platform).menu.map(({ label, role }) => label ?? role)).toEqual([
        'File',
        'editMenu',
        'View',
        'windowMenu',
        'Help',
      ]);
    for (const platform of ['darwin', 'linux', 'win32'] as const) {
      expect(menuOf(platform).roles.filter((role) => role === 'quit')).toHaveLength(1);
      expect(menuOf(platform).roles.filter((role) => role === 'about')).toHaveLength(1);
    }
  });

  it('opens the developer tools in a checkout alone', () => {
    expect(menuOf('linux', true).roles).toContain('toggleDevTools');
    expect(menuOf('linux').roles).not.toContain('toggleDevTools');
  });

  it('zooms and loads again by shortcuts of its own, for the zoom is kept and a reload asks first', () => {
    const { items, done } = menuOf('linux');
    const press = (accelerator: string) =>
      items
        .find((item) => item.accelerator === accelerator)
        ?.click?.(undefined as never, undefined, undefined as never);
    for (const key of ['R', '0', 'Plus', '=', '-']) press(`CommandOrControl+${key}`);
    expect(done).toEqual(['reload', 'reset', 'in', 'in', 'out']);
  });

  it('offers to look for updates only where the program can replace itself', () => {
    const offered = (canUpdate: boolean) =>
      menuOf('win32', false, canUpdate).items.filter(({ label }) => label?.startsWith('Check for Updates') === true);
    expect(offered(false)).toEqual([]);
    expect(offered(true)).toHaveLength(1);
  });

  it('says by whom it is decided where the organisation wants no updates from here', () => {
    const { items } = menuOf('win32', false, 'locked');
    expect(items.filter(({ label }) => label?.includes('Your Organisation') === true)).toEqual([
      { label: 'Updates Come from Your Organisation', enabled: false },
    ]);
  });
});
