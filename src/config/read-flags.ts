import { Failure } from '../core/failure.ts';
import { nearestName } from './nearest-name.ts';
import { flagOf, settingForms } from './setting-forms.ts';
import type { RawValue, RawValues, SettingsInput } from './source.ts';

/** @throws Failure `unknown-setting` for a flag that names no setting. */
export function readFlags(flags: SettingsInput['flags']): RawValues {
  const forms = settingForms().filter((each) => each.flag !== null);
  const values = new Map<string, RawValue>();
  for (const [key, value] of Object.entries(flags)) {
    const form = forms.find((each) => each.key === key);
    if (form === undefined) {
      const names = forms.map((each) => each.key);
      const nearest = nearestName(key, names);
      throw new Failure('unknown-setting', `${flagOf(key)} is no setting that the command line takes`, {
        target: flagOf(key),
        try: nearest === null ? 'keykeeper config --help' : flagOf(nearest),
      });
    }
    const text = typeof value === 'string' ? value : value.join(',');
    values.set(key, { kind: form.kind, text, origin: { source: 'flag', place: flagOf(key) } });
  }
  return values;
}
