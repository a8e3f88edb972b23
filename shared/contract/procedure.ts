import { oc } from '@orpc/contract';
import { contractErrors } from './errors.ts';

/** What every procedure of the contract begins with: it may answer with any of the contract's errors. */
export const procedure = oc.errors(contractErrors);
