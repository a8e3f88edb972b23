import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Draws the icons of the packages from the window's own (`renderer/public/icon.svg`) into `build/icons`: the sizes of
 * the hicolor theme for Linux, one file for Windows and one for macOS. resvg runs as WebAssembly, so that every machine
 * draws the same octets; a test draws them again and compares.
 */

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

/** Folders that desktops look into (Icon Theme Specification, hicolor). */
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
/** What Windows shows between a list and the largest tiles. */
const WINDOWS_SIZES = [16, 20, 24, 32, 40, 48, 64, 256];
/** Type in an .icns file → pixels; those whose data is a PNG file on every macOS that Electron runs on. */
const MACOS_SIZES: Readonly<Record<string, number>> = {
  ic11: 32,
  ic12: 64,
  ic07: 128,
  ic13: 256,
  ic08: 256,
  ic14: 512,
  ic09: 512,
  ic10: 1024,
};
/** The window's icon is a square of 64 units; macOS wants the same in 824 of 1024 pixels, with air around it. */
const SQUARE = 64;
const MACOS_SHARE = 824 / 1024;

/** One drawn picture. */
interface Picture {
  readonly size: number;
  readonly png: Uint8Array;
  /** Rows from the top, four octets a pixel: red, green, blue, opacity; colours multiplied by the opacity. */
  readonly pixels: Uint8Array;
}

function draw(svg: string, size: number): Picture {
  const picture = new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render();
  return { size, png: picture.asPng(), pixels: picture.pixels };
}

/** The picture with air around it, as macOS has it. */
function withMargin(svg: string): string {
  const side = SQUARE / MACOS_SHARE;
  const edge = (SQUARE - side) / 2;
  const widened = svg.replace(`viewBox="0 0 ${SQUARE} ${SQUARE}"`, `viewBox="${edge} ${edge} ${side} ${side}"`);
  if (widened === svg) throw new Error(`icon.svg is no square of ${SQUARE} units`);
  return widened;
}

/** A picture as an .ico file holds the smaller ones: a bitmap of twice the height, whose lower half is an empty mask. */
function asBitmap({ size, pixels }: Picture): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(header.length, 0);
  header.writeInt32LE(size, 4);
  header.writeInt32LE(size * 2, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(32, 14);
  const colours = Buffer.alloc(size * size * 4);
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      const from = (row * size + column) * 4;
      const to = ((size - 1 - row) * size + column) * 4;
      const opacity = pixels[from + 3] ?? 0;
      const plain = (value = 0) => (opacity === 0 ? 0 : Math.min(255, Math.round((value * 255) / opacity)));
      colours[to] = plain(pixels[from + 2]);
      colours[to + 1] = plain(pixels[from + 1]);
      colours[to + 2] = plain(pixels[from]);
      colours[to + 3] = opacity;
    }
  const mask = Buffer.alloc(Math.ceil(size / 32) * 4 * size);
  return Buffer.concat([header, colours, mask]);
}

/** An .ico file: a directory of pictures, the largest as PNG (Windows Vista and later), the others as bitmaps. */
function icoFile(pictures: readonly Picture[]): Buffer {
  const parts = pictures.map((picture) => (picture.size < 256 ? asBitmap(picture) : Buffer.from(picture.png)));
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [index, { size }] of pictures.entries()) {
    const entry = 6 + 16 * index;
    const { length } = parts[index] ?? Buffer.alloc(0);
    // 256 does not fit into an octet and is written as 0.
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += length;
  }
  return Buffer.concat([head, ...parts]);
}

/** An .icns file: a type of four letters, the length with its own eight octets, a PNG file; and the same around all. */
function icnsFile(pictures: Readonly<Record<string, Picture>>): Buffer {
  const part = (type: string, data: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32BE(head.length + data.length, 4);
    return Buffer.concat([head, data]);
  };
  const parts = Object.entries(pictures).map(([type, { png }]) => part(type, png));
  return part('icns', Buffer.concat(parts));
}

/** Draws every file. @returns name below `build/icons` → content. */
export async function drawIcons(): Promise<ReadonlyMap<string, Uint8Array>> {
  await initWasm(await readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  const svg = await readFile(path.join(root, 'renderer', 'public', 'icon.svg'), 'utf8');
  const files = new Map<string, Uint8Array>();
  for (const size of LINUX_SIZES) files.set(`png/${size}x${size}.png`, draw(svg, size).png);
  files.set('icon.ico', icoFile(WINDOWS_SIZES.map((size) => draw(svg, size))));
  const framed = withMargin(svg);
  const framedPictures = Object.entries(MACOS_SIZES).map(([type, size]) => [type, draw(framed, size)] as const);
  files.set('icon.icns', icnsFile(Object.fromEntries(framedPictures)));
  return files;
}

if (import.meta.main) {
  for (const [name, content] of await drawIcons()) {
    const file = path.join(root, 'build', 'icons', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
