import { describe, expect, it } from 'vitest';
import { dockerOutput, execute } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { stepsOf, untilItServes } from '../../stand-in/container.ts';
import { type ComposeFile, composeStack } from '../compose-stack.ts';
import { readSettingsPage } from '../settings-page.ts';

const SECRETS = { smtp_passwd: 'the mail server knows it', proxy_passwd: 'and the proxy this' };
/** With which rights each of them runs is told where the image is. */
const VARIANTS: readonly ComposeFile[] = ['one-service.yaml', 'unprivileged.yaml', 'secrets.yaml'];

describe.skipIf(!(await available('docker')))(
  'the Compose file that is delivered (with GLPI 11, its own default)',
  () => {
    it('brings the keys back before GLPI starts, when its volume was removed between down and up', async () => {
      await using stack = await composeStack();
      const { container } = stack;
      await stack.liveIn(SECRETS);
      const key = await liveKey(container('glpi'));
      await stack.loseVolume();

      await stack.up();
      const address = await untilItServes(container('glpi'));

      const gate = await dockerOutput([
        'inspect',
        '--format',
        '{{.State.ExitCode}} {{.State.FinishedAt}}',
        container('keykeeper-init'),
      ]);
      const [exitCode, finishedAt = ''] = gate.split(' ');
      const log = await dockerOutput(['logs', '--timestamps', container('glpi')]);
      const startedAt =
        log
          .split('\n')
          .find((line) => line.includes('glpi: entrypoint started'))
          ?.split(' ')[0] ?? '';
      expect(exitCode).toBe('0');
      expect(Date.parse(finishedAt)).toBeLessThanOrEqual(Date.parse(startedAt));
      expect(await stepsOf(container('glpi'))).toContain('glpi: installed');
      expect(await liveKey(container('glpi'))).toBe(key);
      expect(await readSettingsPage(address)).toMatchObject(SECRETS);
    });
  },
);

describe.skipIf(!(await available('docker')))('a variant of the Compose file', () => {
  it.each(VARIANTS)('%s brings the keys back before GLPI starts, when its volume was removed', async (file) => {
    await using stack = await composeStack(file);
    await stack.liveIn(SECRETS);
    const key = await liveKey(stack.container('glpi'));

    await stack.loseVolume();
    await stack.up();
    const address = await untilItServes(stack.container('glpi'));

    expect(await stepsOf(stack.container('glpi'))).toContain('glpi: installed');
    expect(await liveKey(stack.container('glpi'))).toBe(key);
    expect(await readSettingsPage(address)).toMatchObject(SECRETS);
  });
});

async function liveKey(container: string): Promise<string> {
  return (await execute(container, ['base64', '-w0', '/var/glpi/config/glpicrypt.key'])).stdout;
}
