import type { AbsolutePath, Gid, Uid } from '../core/brand.ts';
import type { Secret } from '../core/secret.ts';
import type { Preset } from './presets.ts';

/** `KEYKEEPER_DATABASE`. */
export type DatabaseSetting =
  | { readonly kind: 'auto' }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'url';
      /** As config_db.php writes a host: `host:port`, or `host:/path/of/socket`. */
      readonly hosts: readonly string[];
      readonly user: string;
      readonly schema: string;
      readonly password: Secret<string> | null;
    };

/** Database settings in the variables of GLPI's own image, complete: host, name, user and password are all there. */
export interface EnvironmentDatabase {
  /** As config_db.php writes a host: `host` or `host:port`. */
  readonly hosts: readonly string[];
  readonly user: string;
  readonly password: Secret<string>;
  readonly schema: string;
}

/** `KEYKEEPER_OWNER`: who is to own the guarded files. */
export type OwnerSetting = { readonly kind: 'auto' } | { readonly kind: 'fixed'; readonly uid: Uid; readonly gid: Gid };

/** Where `watch` listens. IPv6 hosts are without brackets. */
export type HttpAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: AbsolutePath };

/** `KEYKEEPER_HTTP`. */
export type HttpSetting = { readonly kind: 'off' } | HttpAddress;

/** `KEYKEEPER_DRILL`, `KEYKEEPER_EXPORT`: how often a watch does it, in ms. */
export type ScheduleSetting = { readonly kind: 'off' } | { readonly kind: 'every'; readonly interval: number };

/** Everything that can be configured, read once at the start and frozen. */
export interface Settings {
  readonly configDir: AbsolutePath;
  readonly vault: URL;
  readonly preset: Preset;
  /** What speaks for it, for a person. */
  readonly presetEvidence: string;
  readonly instance: string;
  readonly gate: 'enforce' | 'warn';
  readonly database: DatabaseSetting;
  readonly environmentDatabase: EnvironmentDatabase | null;
  /** In ms. */
  readonly databaseWait: number;
  readonly owner: OwnerSetting;
  /** Null: the key file is neither locked nor unlocked. */
  readonly lock: 'on' | 'off' | null;
  readonly rescue: 'auto' | 'ask';
  readonly ageRecipients: readonly string[];
  /** The text of an age identity file, comments and all. */
  readonly ageIdentity: Secret<string> | null;
  /** Where keys lie that are to be the first of an empty vault; it need not be there. */
  readonly seed: AbsolutePath | null;
  readonly platform: 'auto' | 'none' | 'docker' | 'kubernetes';
  readonly container: string | null;
  /** Name of this process's own pod; null: its host name. */
  readonly pod: string | null;
  /** A file of the kubelet; it need not be there. */
  readonly terminationLog: AbsolutePath;
  /** As given: what pasting added is still in it. */
  readonly registrationKey: Secret<string> | null;
  readonly registrationValidate: 'on' | 'off';
  /** Base address without a slash at its end; null: GLPI's own. */
  readonly registrationUrl: string | null;
  readonly caFile: AbsolutePath | null;
  /** GLPI's var directory as this container would see it; it need not be there. */
  readonly varDir: AbsolutePath;
  readonly drill: ScheduleSetting;
  readonly export: ScheduleSetting;
  /** A directory or a file. */
  readonly exportTo: AbsolutePath | null;
  readonly http: HttpSetting;
  readonly httpToken: Secret<string> | null;
  /** In ms. */
  readonly settle: number;
  /** In ms. */
  readonly interval: number;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  readonly logFormat: 'text' | 'json';
}
