/** Whether a window can be shown at all: Linux needs a display server, the others always have one. */
export function hasDisplay(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (platform !== 'linux') return true;
  return Boolean(environment.DISPLAY ?? environment.WAYLAND_DISPLAY);
}
