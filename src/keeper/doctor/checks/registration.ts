import { receiptFindings } from '../../../core/findings-receipt.ts';
import { receiptOf } from '../../../core/receipt.ts';
import { check, skipped, told } from '../check.ts';
import { observationOf, withDatabase } from '../seen.ts';

const OF_THE_ROW: ReadonlySet<string> = new Set([
  'registration-unreadable',
  'registration-no-key',
  'registration-held-back',
]);

/** The registration key of GLPI Network. */
export const REGISTRATION_CHECKS = [
  check({
    code: 'registration-row',
    group: 'registration',
    title: 'The registration key in the database opens, and is one',
    levels: ['warning'],
    needs: ['instance'],
    run: ({ instance }) => withDatabase(instance, () => told(instance.result.findings, (code) => OF_THE_ROW.has(code))),
  }),
  check({
    code: 'registration-valid',
    group: 'registration',
    title: 'GLPI Network called the registration key valid when it was asked last, and the subscription runs on',
    levels: ['warning'],
    needs: ['instance'],
    run: ({ instance }) =>
      withDatabase(instance, ({ registration }) => {
        const { records, at } = observationOf(instance);
        if (registration === null) return skipped('GLPI has no registration key that opens');
        const receipt = receiptOf(records.receipts, registration);
        if (receipt === null) return skipped('GLPI Network was not asked yet: keykeeper registration validate');
        return told(receiptFindings(receipt, Date.parse(at)), () => true);
      }),
  }),
];
