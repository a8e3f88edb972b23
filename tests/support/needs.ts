import { defaultConfiguration } from '../../main/core/domains/service.ts';
import { templateById } from '../../shared/providers/catalogue.ts';
import { modeOf } from '../../shared/providers/template/template.ts';
import type { DomainNeeds } from '../../shared/providers/required-records.ts';

/** A 2048-bit key as providers show it. */
export const KEY =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmwIDAQAB';

/** What a domain needs of one provider, its fields filled with their examples, in its first mode unless another is named. */
export function needs(templateId: string, change: Partial<DomainNeeds> = {}, modeId = ''): DomainNeeds {
  const template = templateById(templateId);
  const chosen = modeOf(template, modeId);
  const mode = chosen.id;
  const fields = Object.fromEntries(
    chosen.fields.map((field) => [field.id, field.id === 'dkimKey' ? KEY : (field.fallback ?? field.example)]),
  );
  return {
    domain: 'news.example.com',
    providers: [{ template, mode, fields }],
    dkimKeys: [],
    dmarc: defaultConfiguration.dmarc,
    neverSends: false,
    extras: [],
    ...change,
  };
}
