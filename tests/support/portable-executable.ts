/** Files of Windows' own form (PE, Microsoft's *PE Format*), as small as they can be. */

const SECTION = 0x1000;
const ALIGNMENT = 0x200;

/** `IMAGE_EXPORT_DIRECTORY` and what it points to: addresses, names, their order, and one `ret` that all lead to. */
function exportSection(name: string, functions: readonly string[]): Buffer {
  const count = functions.length;
  const directory = Buffer.alloc(40 + count * 10);
  const texts: Buffer[] = [];
  let end = directory.length;
  const place = (text: string) => {
    const at = SECTION + end;
    const octets = Buffer.from(`${text}\0`, 'latin1');
    texts.push(octets);
    end += octets.length;
    return at;
  };
  directory.writeUInt32LE(place(name), 12);
  directory.writeUInt32LE(1, 16);
  directory.writeUInt32LE(count, 20);
  directory.writeUInt32LE(count, 24);
  for (const [index, start] of [40, 40 + 4 * count, 40 + 8 * count].entries())
    directory.writeUInt32LE(SECTION + start, 28 + 4 * index);
  const places = functions.map(place);
  const code = SECTION + end;
  for (const [index, at] of places.entries()) {
    directory.writeUInt32LE(code, 40 + 4 * index);
    directory.writeUInt32LE(at, 40 + 4 * (count + index));
    directory.writeUInt16LE(index, 40 + 8 * count + 2 * index);
  }
  return Buffer.concat([directory, ...texts, Buffer.from([0xc3])]);
}

/**
 * A library for 32-bit Windows that has functions of these names, which do nothing: what makensis reads of a plug-in.
 *
 * @param name with its suffix, as it stands in the table of exports.
 */
export function emptyLibrary(name: string, functions: readonly string[]): Buffer {
  const content = exportSection(name, [...functions].sort());
  const size = Math.ceil(content.length / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(ALIGNMENT);
  head.write('MZ', 0, 'latin1');
  head.writeUInt32LE(0x40, 0x3c);
  head.write('PE\0\0', 0x40, 'latin1');
  const file = 0x44;
  head.writeUInt16LE(0x14c, file);
  head.writeUInt16LE(1, file + 2);
  head.writeUInt16LE(0xe0, file + 16);
  head.writeUInt16LE(0x2102, file + 18);
  const optional = file + 20;
  head.writeUInt16LE(0x10b, optional);
  head.writeUInt32LE(size, optional + 4);
  head.writeUInt32LE(0x400000, optional + 28);
  head.writeUInt32LE(SECTION, optional + 32);
  head.writeUInt32LE(ALIGNMENT, optional + 36);
  head.writeUInt16LE(4, optional + 40);
  head.writeUInt16LE(4, optional + 48);
  head.writeUInt32LE(SECTION + Math.ceil(size / SECTION) * SECTION, optional + 56);
  head.writeUInt32LE(ALIGNMENT, optional + 60);
  head.writeUInt16LE(2, optional + 68);
  head.writeUInt32LE(16, optional + 92);
  head.writeUInt32LE(SECTION, optional + 96);
  head.writeUInt32LE(content.length, optional + 100);
  const section = optional + 0xe0;
  head.write('.edata', section, 'latin1');
  head.writeUInt32LE(content.length, section + 8);
  head.writeUInt32LE(SECTION, section + 12);
  head.writeUInt32LE(size, section + 16);
  head.writeUInt32LE(ALIGNMENT, section + 20);
  head.writeUInt32LE(0x60000020, section + 36);
  return Buffer.concat([head, content, Buffer.alloc(size - content.length)]);
}
