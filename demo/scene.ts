/** Secrets by the name of their place: a name in `glpi_configs`, or `table:column:id`. */
export type Secrets = ReadonlyMap<string, string>;

/** A GLPI that the story is played on: its directory, its database, and what happens to them. */
export interface Scene extends AsyncDisposable {
  /** What plays GLPI and the database here, as a sentence. */
  readonly cast: string;
  readonly configDir: string;
  readonly vaultDir: string;
  readonly owner: { readonly uid: number; readonly gid: number };
  /** The first start on an empty directory and an empty database. @returns what GLPI said */
  install(): Promise<readonly string[]>;
  /** An administrator types secrets in, and GLPI seals them. */
  typeIn(secrets: Secrets): Promise<void>;
  /** GLPI's container and its config directory go; the database stays. */
  loseDirectory(): Promise<void>;
  /** GLPI starts on the directory as it is, and again where it ends, as a restart policy has it. @returns what it said */
  start(): Promise<readonly string[]>;
  stop(): Promise<void>;
  /** Secrets as GLPI reads them now; '' for one that it cannot read. */
  readSecrets(names: readonly string[]): Promise<Secrets>;
  /** The sealed values as they stand in the database. */
  sealedValues(names: readonly string[]): Promise<Secrets>;
}
