import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingsDocument } from '../../../build/findings-doc.ts';
import { diagnosisFinding } from '../../../shared/diagnosis/findings.ts';
import { applyFixes } from '../../../shared/findings/apply-fix.ts';
import { catalogue, describeFindings } from '../../../shared/findings/catalogue.ts';

describe('the catalogue of findings', () => {
  it.each(Object.entries(catalogue))('%s says what is wrong, why it matters and what to do', (code, entry) => {
    expect(code).toMatch(/^[a-z]+\.[a-z0-9-]+$/);
    expect(entry.title.length).toBeGreaterThan(0);
    expect(entry.title.length).toBeLessThan(100);
    expect(entry.title.endsWith('.')).toBe(false);
    expect(entry.explanation.endsWith('.') || entry.explanation.endsWith('}')).toBe(true);
    expect(`${entry.title}${entry.explanation}${entry.remedy}`).not.toContain('!');
  });

  it('is what docs/findings.md says', () => {
    const file = path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'findings.md');
    expect(readFileSync(file, 'utf8')).toBe(findingsDocument());
    for (const code of Object.keys(catalogue)) expect(findingsDocument()).toContain(`\`${code}\``);
  });

  it('lets no finding be made without what its texts speak of', () => {
    // @ts-expect-error The title speaks of {server} and {left}: the type checker demands both.
    const bare = diagnosisFinding('diagnosis.negative-cache', { server: 'ns1' });
    expect(describeFindings([bare])[0]?.title).toContain('{left}');
    // The codes that a variable may have demand what any of them speaks of; one without a placeholder demands nothing.
    expect(diagnosisFinding('diagnosis.offline').values).toEqual({});
  });

  it('shows the gravest first, each once', () => {
    const finding = (code: string, severity: 'error' | 'info') => ({ code, severity, values: {} });
    const shown = describeFindings([
      finding('spf.macro-cost', 'info'),
      finding('spf.plus-all', 'error'),
      finding('spf.plus-all', 'error'),
    ]);
    expect(shown.map((each) => each.code)).toEqual(['spf.plus-all', 'spf.macro-cost']);
  });

  it('applies fixes from left to right, the first of two that touch', () => {
    const fix = (start: number, end: number, text: string) => ({ label: '', edits: [{ span: { start, end }, text }] });
    expect(applyFixes('abcdef', [fix(4, 5, 'X'), fix(1, 3, ''), fix(2, 4, 'Y')])).toBe('adXf');
  });
});
