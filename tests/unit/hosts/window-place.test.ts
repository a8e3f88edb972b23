import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPlace, visiblePlace } from '../../../main/hosts/electron/window-place.ts';

const left = { x: 0, y: 25, width: 1920, height: 1055 };
const right = { x: 1920, y: 0, width: 1280, height: 1024 };

describe('the place of the window', () => {
  it('is where it was, on any display that is there', () => {
    const onLeft = { x: 100, y: 80, width: 1280, height: 860 };
    const onRight = { x: 1920, y: 0, width: 1000, height: 700 };
    expect(visiblePlace(onLeft, [left, right])).toEqual(onLeft);
    expect(visiblePlace(onRight, [left, right])).toEqual(onRight);
    expect(visiblePlace({ ...onLeft, x: -1100 }, [left])).toEqual({ ...onLeft, x: -1100 });
  });

  it.each([
    ['whose display was unplugged', { x: 1920, y: 0, width: 1000, height: 700 }],
    ['of which a strip alone can be seen', { x: -1230, y: 100, width: 1280, height: 860 }],
    ['above the display, where nothing can take hold of it', { x: 100, y: -40, width: 1280, height: 860 }],
    ['below it', { x: 100, y: 1070, width: 1280, height: 860 }],
  ])('is forgotten when it is one %s', (_what, bounds) => {
    expect(visiblePlace(bounds, [left])).toBeNull();
  });

  it('is no larger than its display', () => {
    const large = { x: 0, y: 25, width: 3840, height: 2000 };
    expect(visiblePlace(large, [left])).toEqual({ x: 0, y: 25, width: 1920, height: 1055 });
  });

  it('is unknown without a display, and without a place', () => {
    expect(visiblePlace({ x: 0, y: 0, width: 900, height: 600 }, [])).toBeNull();
    expect(visiblePlace(null, [left])).toBeNull();
  });
});

describe('the file of the place', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sendwright-place-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is read as it was written; what is missing or damaged is the beginning', () => {
    const file = path.join(folder, 'window.json');
    const beginning = { bounds: null, maximized: false, zoomLevel: 0 };
    expect(readPlace(file)).toEqual(beginning);
    const place = { bounds: { x: -3, y: 4, width: 900, height: 700 }, maximized: true, zoomLevel: 1.5 };
    writeFileSync(file, JSON.stringify(place));
    expect(readPlace(file)).toEqual(place);
    // The bounds become options of the window: nothing else may come along with them.
    writeFileSync(file, JSON.stringify({ ...place, bounds: { ...place.bounds, webPreferences: { sandbox: false } } }));
    expect(readPlace(file)).toEqual(place);
    const wrong = [
      { ...place, zoomLevel: 1e9 },
      { ...place, zoomLevel: null },
      { ...place, maximized: 'yes' },
      { ...place, bounds: { ...place.bounds, width: 0 } },
      { ...place, bounds: { ...place.bounds, x: 1.5 } },
      { ...place, bounds: undefined },
      [place],
    ];
    const damages = ['', '{', 'null', '7', '{"bounds":{"x":1}}', ...wrong.map((each) => JSON.stringify(each))];
    for (const damaged of damages) {
      writeFileSync(file, damaged);
      expect(readPlace(file), damaged).toEqual(beginning);
    }
  });
});
