import type { LoadedSettings } from '../../config/load-settings.ts';
import type { Settings } from '../../config/settings.ts';
import type { Environment } from '../../config/source.ts';

/** What `keykeeper doctor` is run with. */
export interface DoctorOrder {
  readonly loaded: LoadedSettings;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}
