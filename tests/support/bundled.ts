import { bundleEverything } from './packaging.ts';

/** Once, before any test that starts whole programs: they share `dist/`, and none of them writes to what another reads. */
export default bundleEverything;
