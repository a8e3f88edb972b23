import { describe, expect, it } from 'vitest';
import { providerTemplates, templateById } from '../../../../shared/providers/catalogue.ts';
import { checkTemplate } from '../../../../shared/providers/template/template-check.ts';
import { overrideTemplate } from '../../../../shared/providers/template/template-schema.ts';

describe('a template changed for a workspace', () => {
  it.each(providerTemplates.map((template) => [template.name, template] as const))(
    'finds nothing wrong with the catalogue’s %s',
    (_name, template) => {
      expect(checkTemplate(template)).toEqual([]);
      expect(templateById(template.id)).toBe(template);
      expect(template.source.date).toMatch(/^20\d\d-\d\d$/);
    },
  );

  const base = templateById('sendgrid');
  const [automated, manual] = base.modes;
  const withManual = (part: object) => overrideTemplate(base, { modes: [automated, { ...manual, ...part }] });

  it('takes another SPF host, and keeps everything else', () => {
    const result = withManual({ spfTerms: ['include:sendgrid.net'] });
    expect(result.ok && result.template.modes[1]?.spfTerms).toEqual(['include:sendgrid.net']);
    expect(result.ok && result.template.source).toEqual(base.source);
  });

  it.each([
    [{ spfTerms: ['include: sendgrid.net'] }, 'modes.1.spfTerms.0', 'is not an SPF mechanism'],
    [{ spfTerms: ['~all'] }, 'modes.1.spfTerms.0', 'is not an SPF mechanism'],
    [{ spfTerms: ['include:{host}'] }, 'modes.1.spfTerms.0', '{host} is not a field of this template'],
    [{ spfName: 'a name.{domain}' }, 'modes.1.spfName', 'is not a name'],
    [{ spfName: '' }, 'modes.1.spfName', ''],
  ])('refuses %j and says where and why', (part, path, message) => {
    const result = withManual(part);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.faults[0]?.path).toBe(path);
    expect(result.faults[0]?.message).toContain(message);
  });

  it('refuses what is no template at all', () => {
    expect(overrideTemplate(base, 'x').ok).toBe(false);
    expect(overrideTemplate(base, { modes: [] }).ok).toBe(false);
  });
});
