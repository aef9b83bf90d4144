import type { ResultDocument } from '../report/document.ts';
import { formatTable } from '../report/format-table.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import type { ShownRequest, ValidationDetails } from './validation-details.ts';

/** What GLPI Network said, or what would be asked, before the findings. */
export function printValidation(document: ResultDocument, style: Style): string {
  const told = document.details?.registration as ValidationDetails | undefined;
  const bare = { ...document, verdict: null, verdictAfter: null, canary: null, fingerprint: null, generation: null };
  const findings = printResult(bare, style).trim();
  if (told === undefined) return `${findings}\n`;
  const rows = [...answerRows(told, style), ...requestRows(told.request, document.dryRun === true, style)];
  const table = formatTable(rows.map(([label = '', text = '']) => [style.quiet(label), text]));
  return `${[table, findings].filter((each) => each !== '').join('\n\n')}\n`;
}

function answerRows(told: ValidationDetails, style: Style): string[][] {
  const rows = [['registration key', told.registrationKey ?? 'none']];
  if (told.verdict !== 'not-asked') rows.push(['GLPI Network', verdictText(told.verdict, style)]);
  if (told.message !== null) rows.push(['says', told.message]);
  if (told.owner !== null) rows.push(['owner', told.owner]);
  if (told.subscription !== null || told.endDate !== null) rows.push(['subscription', subscriptionText(told)]);
  if (told.database !== null) rows.push(['database', told.database]);
  return rows;
}

function verdictText(verdict: string, style: Style): string {
  switch (verdict) {
    case 'valid':
      return style.good('the key is valid');
    case 'invalid':
      return style.bad('refuses the key');
    case 'subscription-not-running':
      return style.bad('knows the key, but the subscription is over');
    default:
      return style.caution('could not be asked; the key may be fine');
  }
}

function subscriptionText({ subscription, endDate, daysLeft }: ValidationDetails): string {
  const until = endDate === null ? '' : `until ${endDate}`;
  const left = daysLeft === null || daysLeft < 0 ? '' : ` (${daysLeft} days left)`;
  return [subscription ?? '', `${until}${left}`].filter((each) => each !== '').join(', ');
}

function requestRows(request: ShownRequest | null, dryRun: boolean, style: Style): string[][] {
  if (request === null) return [];
  const source = request.source === 'default' ? '' : style.quiet(` (from the ${request.source})`);
  const rows = [
    [dryRun ? 'would ask' : 'asked', `${request.url}${source}`],
    ['through', request.proxy === null ? 'no proxy' : `the proxy ${request.proxy}, from ${request.proxyFrom}`],
  ];
  if (!dryRun) return rows;
  const headers = Object.entries(request.headers).map(([name, value], index) => [
    index === 0 ? 'with' : '',
    `${name}: ${value}`,
  ]);
  return [...rows, ...headers];
}
