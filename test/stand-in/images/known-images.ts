/** One of the images that people run: how its twin in this folder is built, and what Keykeeper should find out. */
export interface KnownImage {
  readonly preset: string;
  /** The name it is tagged with here, as a registry would have it. */
  readonly image: string;
  readonly configDir: string;
  /** GLPI's user and group. */
  readonly id: number;
  /** Not root from the first line: the official image since 2026. */
  readonly rootless?: boolean;
  /** Steps of start.sh. */
  readonly start: string;
  /** Mode of the key once it has started, in octal: 644 where nothing changes it. */
  readonly keyMode: string;
}

export const KNOWN_IMAGES: readonly KnownImage[] = [
  {
    preset: 'official',
    image: 'glpi/glpi',
    configDir: '/var/glpi/config',
    id: 33,
    rootless: true,
    start: 'must-be-writable install',
    keyMode: '644',
  },
  {
    preset: 'diouxx',
    image: 'diouxx/glpi',
    configDir: '/var/www/html/glpi/config',
    id: 33,
    start: 'chown-all install',
    keyMode: '644',
  },
  {
    preset: 'fametec',
    image: 'fametec/glpi',
    configDir: '/var/www/html/config',
    id: 48,
    start: 'configure',
    keyMode: '644',
  },
  {
    preset: 'eftechcombr',
    image: 'eftechcombr/glpi',
    configDir: '/etc/glpi/config',
    id: 82,
    start: 'chown-all install open-all',
    keyMode: '666',
  },
  {
    preset: 'elestio',
    image: 'elestio/glpi',
    configDir: '/var/glpi/config',
    id: 33,
    rootless: true,
    start: 'must-be-writable install',
    keyMode: '644',
  },
  {
    preset: 'turgon37',
    image: 'turgon37/glpi',
    configDir: '/var/www/config',
    id: 82,
    start: 'chown-if-other install',
    keyMode: '644',
  },
  {
    preset: 'netresearch',
    image: 'netresearch/docker-glpi',
    configDir: '/etc/glpi',
    id: 82,
    start: 'chown-directory install',
    keyMode: '644',
  },
  {
    preset: 'trikorasolns',
    image: 'trikorasolns/glpi',
    configDir: '/etc/glpi',
    id: 33,
    start: 'chown-all install',
    keyMode: '644',
  },
  {
    preset: 'jr0w3',
    image: 'jr0w3/docker-glpi',
    configDir: '/app/config',
    id: 1000,
    start: 'install mode-775',
    keyMode: '775',
  },
];
