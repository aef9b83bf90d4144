const INPUT = /<input type="text" name="([^"]+)" value="([^"]*)">/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#039;': "'",
  '&amp;': '&',
};

/** Every secret as GLPI's settings page shows it: '' where it does not open, by the name of its input. */
export async function readSettingsPage(address: string): Promise<Record<string, string>> {
  return secretsOfPage(await (await fetch(`${address}/front/config.form.php`)).text());
}

/** The same from the page's HTML. */
export function secretsOfPage(page: string): Record<string, string> {
  const inputs = [...page.matchAll(INPUT)].map(([, name = '', value = '']) => [name, unescaped(value)] as const);
  return Object.fromEntries(inputs);
}

/** Saves values through the settings page, as an administrator's browser does: what is not posted stays. */
export async function postSettingsPage(address: string, values: Readonly<Record<string, string>>): Promise<void> {
  const body = new URLSearchParams(values);
  const answer = await fetch(`${address}/front/config.form.php`, { method: 'POST', body, redirect: 'manual' });
  if (answer.status !== 302) throw new Error(`the settings page did not save: ${answer.status} ${await answer.text()}`);
}

function unescaped(text: string): string {
  return text.replace(/&(?:lt|gt|quot|#039|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
