import { z } from 'zod';
import { procedure } from './procedure.ts';
import { inWorkspace, handOverText } from './values.ts';

/** What support is given to look at. */

export const bundleOptions = z.object({
  hideAddresses: z.boolean(),
  hideNames: z.boolean(),
  includeActivity: z.boolean(),
});

export const monitoringContract = {
  /** The support bundle as it would be saved, redacted. */
  bundle: procedure.input(inWorkspace.extend({ options: bundleOptions })).output(handOverText),
};

export type BundleOptions = z.infer<typeof bundleOptions>;
