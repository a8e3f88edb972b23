import { existsSync, readFileSync } from 'node:fs';
import { notModelled, StrictObject } from './strict.ts';

/** Electron's `nativeImage`, of which only what an icon needs is kept: where it comes from and how large it is. */

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export class NativeImage extends StrictObject {
  readonly #data: Buffer;
  #isTemplate = false;

  constructor(data: Buffer) {
    super('nativeImage');
    this.#data = data;
  }

  static createEmpty(): NativeImage {
    return new NativeImage(Buffer.alloc(0));
  }
  static createFromPath(file: string): NativeImage {
    return new NativeImage(existsSync(file) ? readFileSync(file) : Buffer.alloc(0));
  }
  static createFromBuffer(data: Buffer): NativeImage {
    return new NativeImage(data);
  }
  static createFromDataURL(url: string): NativeImage {
    return new NativeImage(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
  }

  isEmpty(): boolean {
    return this.getSize().width === 0;
  }
  getSize(): { width: number; height: number } {
    const data = this.#data;
    if (data.length > 24 && data.subarray(0, 8).equals(PNG)) {
      return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) };
    }
    const isJpeg = data.length > 3 && data[0] === 0xff && data[1] === 0xd8;
    const isIcon = data.length > 22 && data.readUInt32LE(0) === 0x1_00_00;
    if (isIcon) return { width: data[6] === 0 ? 256 : (data[6] ?? 0), height: data[7] === 0 ? 256 : (data[7] ?? 0) };
    return isJpeg ? notModelled('the size of a JPEG image') : { width: 0, height: 0 };
  }
  toPNG(): Buffer {
    return this.#data;
  }
  toDataURL(): string {
    return `data:image/png;base64,${this.#data.toString('base64')}`;
  }
  setTemplateImage(isTemplate: boolean): void {
    this.#isTemplate = isTemplate;
  }
  isTemplateImage(): boolean {
    return this.#isTemplate;
  }
  resize(): NativeImage {
    return this;
  }
}

/** An image or the path of one, as `Tray` and `Notification` take it. @throws when there is none at the path. */
export function imageOf(image: unknown): NativeImage {
  if (typeof image !== 'string') return image as NativeImage;
  const loaded = NativeImage.createFromPath(image);
  if (loaded.isEmpty()) throw new Error(`Failed to load image from path '${image}'`);
  return loaded;
}
