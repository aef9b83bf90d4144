import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../stand-in/glpi/engine.ts';
import { buildStandIn, dockerOutput, STAND_IN_VERSIONS, type StandInVersion } from '../../stand-in/glpi/image.ts';

interface SealedValue {
  readonly glpi_version: StandInVersion;
  readonly key_hex: string;
  readonly plaintext_base64: string;
  readonly stored_value_base64: string;
}

interface Unsealable {
  readonly glpi_version: StandInVersion;
  readonly key_hex: string;
  readonly bad_stored_values: readonly { value: string | null; returns: string | null; warning: string | null }[];
}

interface Opened {
  readonly returns: string | null;
  readonly warning: string | null;
}

const SEALED: SealedValue[] = read('sealed-values.json');
const UNSEALABLE: Unsealable[] = read('unsealable-values.json');

/** Opens each value on standard input with the key beside it, and says what came back and what it was warned of. */
const OPEN = `
  require "/var/www/glpi/src/bootstrap.php";
  set_error_handler(function ($level, $message) { $GLOBALS["warning"] = $message; return true; });
  $key = new StandIn\\SecurityKey();
  $answers = [];
  foreach (json_decode(stream_get_contents(STDIN), true) as [$value, $hex]) {
    $warning = null;
    $plain = $key->decrypt($value, hex2bin($hex));
    $answers[] = ["returns" => $plain === null ? null : base64_encode($plain), "warning" => $warning];
  }
  echo json_encode($answers);
`;

describe.skipIf(!(await dockerAnswers('sealed values on the stand-in')))('the stand-in', () => {
  it.each(STAND_IN_VERSIONS)('opens what GLPI %s sealed', async (version) => {
    const vectors = SEALED.filter((vector) => vector.glpi_version === version);

    const answers = await open(
      version,
      vectors.map((vector) => [vector.stored_value_base64, vector.key_hex]),
    );

    expect(answers).toEqual(vectors.map((vector) => ({ returns: vector.plaintext_base64, warning: null })));
  });

  it.each(STAND_IN_VERSIONS)('does with malformed values what GLPI %s does', async (version) => {
    const vectors = UNSEALABLE.filter((vector) => vector.glpi_version === version);
    const values = vectors.flatMap(({ bad_stored_values, key_hex }) =>
      bad_stored_values.map((value) => ({ ...value, key_hex })),
    );

    const answers = await open(
      version,
      values.map(({ value, key_hex }) => [value, key_hex]),
    );

    expect(answers).toEqual(values.map(({ returns, warning }) => ({ returns: base64(returns), warning })));
  });
});

async function open(version: StandInVersion, values: readonly (readonly (string | null)[])[]): Promise<Opened[]> {
  const image = await buildStandIn(version);
  const command = ['run', '--rm', '--interactive', '--entrypoint', 'php', image, '-r', OPEN];
  return JSON.parse(await dockerOutput(command, JSON.stringify(values)));
}

function base64(text: string | null): string | null {
  return text === null ? null : Buffer.from(text).toString('base64');
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));
}
