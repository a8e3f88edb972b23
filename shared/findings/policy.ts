import type { CatalogueEntry } from './finding.ts';
import { declareFindings } from './finding.ts';

export const policyFindings = {
  'policy.broken-tag': {
    severity: 'error',
    title: '“{text}” is not a tag of a {kind} record',
    explanation: 'Tags are written name=value with a semicolon between them.',
    remedy: 'Remove it, or put back what is missing.',
  },
  'policy.not-a-record': {
    severity: 'error',
    title: 'This is not a {kind} record',
    explanation: 'The record has to begin with {version}; anything else is ignored.',
    remedy: 'Begin the record with {version} and a semicolon.',
  },
  'policy.tag-missing': {
    severity: 'error',
    title: 'The {kind} record lacks {name}=',
    explanation: 'Without it the record is ignored.',
    remedy: 'Add {name}=.',
  },
  'policy.bad-value': {
    severity: 'error',
    title: '{name} can’t be “{value}” in a {kind} record',
    explanation: 'A value outside the standard makes the whole record or policy invalid.',
    remedy: 'Use {allowed}.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export const policyFinding = declareFindings(policyFindings);
