import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../main/hosts/cli/commands.ts';
import { cli } from '../../support/cli.ts';
import { dropFolder } from '../../support/core.ts';
import { HOSTILE, OBEYED } from '../../support/outside-text.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sendwright-controls-'));
});
afterEach(() => dropFolder(folder));

describe('what commands print', () => {
  it('shows what a terminal would obey, whether it is given, in a file or in JSON', async () => {
    const file = path.join(folder, 'zone.txt');
    writeFileSync(file, `$ORIGIN example.com.\n@ 300 IN TXT "v=spf1 ${HOSTILE} -all"\n; ${HOSTILE}\n`);
    const commands = [
      ['spf', 'lint', `v=spf1 include:${HOSTILE} -all`],
      ['spf', 'lint', `v=spf1 include:${HOSTILE} -all`, '--json'],
      ['dmarc', 'explain', `v=DMARC1; p=${HOSTILE}`],
      ['dkim', 'inspect', `v=DKIM1; k=${HOSTILE}; p=`],
      ['zone', 'lint', file],
      ['zone', 'lint', file, '--json'],
      ['domains', 'add', `${HOSTILE}.example`, '--data-dir', folder],
      ['domains', 'add', `${HOSTILE}.example`, '--data-dir', folder, '--json'],
      ['workspace', HOSTILE],
      ['domains', 'list', '--data-dir', folder, '--workspace', `ws ${HOSTILE}`],
      ['domains', 'show', HOSTILE, '--data-dir', folder],
    ];
    for (const args of commands) {
      const { out, error } = await cli(...args);
      expect(out + error, args.join(' ')).not.toMatch(OBEYED);
      if (args.includes('--json')) expect(() => JSON.parse(out) as unknown).not.toThrow();
    }
  });

  it('keeps JSON what it was: it means the very text', async () => {
    const { out } = await cli('domains', 'add', `${HOSTILE}.example`, '--data-dir', folder, '--json');
    expect(JSON.stringify(JSON.parse(out))).toContain(JSON.stringify(HOSTILE).slice(1, 20));
  });

  it('leaves a file’s text alone where it goes to a file, and shows what would be obeyed on a screen', async () => {
    const zone = path.join(folder, 'zone.txt');
    writeFileSync(zone, '$ORIGIN example.com.\n; a \u202Ecomment\n@ 300 IN A 192.0.2.1\n');
    const text = async (isShown: boolean) => {
      let out = '';
      await runCli(['zone', 'format', zone], {
        out: (part) => {
          out += part;
        },
        error: () => undefined,
        isShown,
      });
      return out;
    };
    const [kept, shown] = [await text(false), await text(true)];
    expect(shown).not.toMatch(OBEYED);
    expect(shown).toBe(kept.replaceAll('\u202E', '\\u202e'));
  });
});
