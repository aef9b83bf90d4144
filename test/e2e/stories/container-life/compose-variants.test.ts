import { afterEach, describe, expect, it } from 'vitest';
import { execute } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { stepsOf, untilItServes } from '../../stand-in/container.ts';
import { type ComposeFile, type ComposeStack, composeStack } from '../compose-stack.ts';
import { readSettingsPage } from '../settings-page.ts';

const SECRETS = { smtp_passwd: 'the mail server knows it', proxy_passwd: 'and the proxy this' };
/** compose.yaml has a story of its own; with which rights each of them runs is told where the image is. */
const VARIANTS: readonly ComposeFile[] = ['one-service.yaml', 'unprivileged.yaml', 'secrets.yaml'];

describe.skipIf(!(await available('docker')))('a variant of the Compose file', () => {
  let stack: ComposeStack | undefined;

  afterEach(async () => {
    await stack?.[Symbol.asyncDispose]();
  });

  it.each(VARIANTS)('%s brings the keys back before GLPI starts, when its volume was removed', async (file) => {
    stack = await composeStack(file);
    await stack.liveIn(SECRETS);
    const key = await liveKey(stack);

    await stack.loseVolume();
    await stack.up();
    const address = await untilItServes(stack.container('glpi'));

    expect(await stepsOf(stack.container('glpi'))).toContain('glpi: installed');
    expect(await liveKey(stack)).toBe(key);
    expect(await readSettingsPage(address)).toMatchObject(SECRETS);
  });
});

async function liveKey(stack: ComposeStack): Promise<string> {
  return (await execute(stack.container('glpi'), ['base64', '-w0', '/var/glpi/config/glpicrypt.key'])).stdout;
}
