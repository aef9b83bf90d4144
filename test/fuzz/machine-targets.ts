import { loadSettings } from '../../src/config/load-settings.ts';
import { Secret } from '../../src/core/secret.ts';
import { mountOf, parseMountTable } from '../../src/files/mount-table.ts';
import { parseConfigDb } from '../../src/glpi/config-db.ts';
import { formatConfigDb } from '../../src/glpi/format-config-db.ts';
import { receiptsSchema } from '../../src/keeper/receipt-record.ts';
import { ownContainer, startOfFirst } from '../../src/platform/kubernetes/own-traces.ts';
import { isAllowedHost, isAllowedOrigin } from '../../src/report/http/allowed-host.ts';
import { carriesToken } from '../../src/report/http/bearer-token.ts';
import { type FuzzTarget, fixture, jsonSeed, parseLoosely } from './fuzz-target.ts';

const MOUNTS = [
  '36 35 98:0 /mnt1 / rw,noatime master:1 - ext3 /dev/root rw,errors=continue',
  '49 48 8:1 /var/lib/kubelet/pods/8c4b0000-0000-0000-0000-000000000000/containers/keykeeper/0a1b /dev/t rw - ext4 /dev/sda1 rw',
  '50 48 0:44 / /srv/with\\040space rw shared:3 - nfs4 server:/export rw,addr=10.0.0.1',
].join('\n');

const CHANGES = ['registration-key', 'security-key', 'container', 'glpi-version'];
const perChange = (value: unknown) => Object.fromEntries(CHANGES.map((name) => [name, value]));
const TIME = '2026-01-02T03:04:05Z';
const RECEIPT = {
  key: '0123456789abcdef',
  answer: null,
  attempt: { at: TIME, token: 'a', reason: 'day', state: 'open' },
  trouble: null,
  seen: perChange([]),
  askedFor: perChange(null),
  owed: ['answer'],
  refreshes: 0,
};

/** What the machine, its environment and clients give. */
export const MACHINE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'mount tables',
    seeds: () => [Buffer.from(MOUNTS)],
    tokens: [' - ', '\\040', '\\777', '/..', '//', '\n\n', '/pods/'],
    read: (input) => {
      const text = input.toString('utf8');
      return [mountOf('/srv/with space/config', parseMountTable(text)), ownContainer(text), startOfFirst(text, text)];
    },
  },
  {
    name: 'settings from the environment',
    seeds: () => [
      Buffer.from('KEYKEEPER_DATABASE=mysql://glpi@db:3306/glpi\nKEYKEEPER_SETTLE=10s\nKEYKEEPER_HTTP=[::1]:8377'),
      Buffer.from('KEYKEEPER_OWNER=33:33\nKEYKEEPER_VAULT=kubernetes://glpi/keys\nKEYKEEPER_EXPORT=6h'),
      Buffer.from('KEYKEEPER_AGE_RECIPIENTS=age1abc,age1def\nKEYKEEPER_PRESET=official\nMARIADB_HOST=db'),
    ],
    tokens: [
      'KEYKEEPER_',
      '_FILE=',
      '=/',
      '://',
      '@',
      '%00',
      '99999999999h',
      'KEYKEEPER_REGISTRATION_URL=http://',
      '\n',
    ],
    read: async (input) => {
      const lines = input
        .toString('utf8')
        .split('\n')
        .map((line) => line.split('='));
      const environment = Object.fromEntries(lines.map(([name = '', ...value]) => [name, value.join('=')]));
      const machine = { readFile: () => input, directoryExists: () => true, directoryOwner: () => 33 };
      await loadSettings({ flags: {}, environment, configFile: null, ...machine });
    },
  },
  {
    name: 'config_db.php that is written again',
    seeds: () => [fixture('config_db-10.0.17.php.txt'), fixture('config_db-11.0.6.php.txt')],
    tokens: ["'", '\\', '"', '\0', 'array(', '?>', '$a'],
    read: (input) => {
      const settings = parseConfigDb(input.toString('latin1'));
      const again = parseConfigDb(formatConfigDb(settings, '10.0.17'));
      const [one, other] = [settings, again].map(({ password, ...rest }) => JSON.stringify([password.reveal(), rest]));
      if (one !== other) throw new Error('is another one when it is written and read again');
    },
  },
  {
    name: 'receipts',
    seeds: () => [jsonSeed([RECEIPT])],
    tokens: ['"answer":{}', '"owed":["day"]', '"at":"2026-02-30T00:00:00Z"', '[[[[', '1e999'],
    read: (input) => receiptsSchema()(parseLoosely(input)),
  },
  {
    name: 'headers of a request',
    seeds: () => ['127.0.0.1:8377', '[::1]:80', 'keykeeper.glpi.svc', 'Bearer abc'].map((each) => Buffer.from(each)),
    tokens: ['Bearer ', '[', ']', '.', ':65536', '.svc', ' '.repeat(4_000)],
    read: (input) => {
      const header = input.toString('latin1');
      return [
        isAllowedHost(header, '0.0.0.0'),
        isAllowedOrigin(header, header),
        carriesToken(header, new Secret('a-token')),
      ];
    },
  },
];
