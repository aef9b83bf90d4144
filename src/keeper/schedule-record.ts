import type { ScheduleName, ScheduleOutcome, ScheduleRecord } from '../core/schedule.ts';
import { boolean, Mismatch, nullable, object, text, time } from '../core/shape.ts';
import type { Vault } from '../vault/vault.ts';

/** The shape of the records `drill` and `export`; made where there is one to read. */
export function scheduleSchema() {
  return object({
    attemptedAt: time(),
    last: nullable(object({ at: time(), success: boolean(), message: text() })),
    succeededAt: nullable(time()),
  });
}

/** @returns null where it was never begun, or where the record is none. @throws Failure `vault-…` */
export async function readScheduleRecord(
  vault: Pick<Vault, 'record'>,
  name: ScheduleName,
): Promise<ScheduleRecord | null> {
  const record = await vault.record(name);
  if (record.kind !== 'present') return null;
  const schedule = scheduleSchema()(record.value);
  return schedule instanceof Mismatch ? null : schedule;
}

/**
 * Writes down that it is begun now. Killed before the outcome is there, this alone stands: it is tried again, though not
 * at once.
 *
 * @throws Failure `vault-…`
 */
export async function noteAttempt(vault: Vault, name: ScheduleName, at: string): Promise<ScheduleRecord> {
  const held = await readScheduleRecord(vault, name);
  return await keep(vault, name, { attemptedAt: at, last: held?.last ?? null, succeededAt: held?.succeededAt ?? null });
}

/** Writes down how it ended. @throws Failure `vault-…` */
export async function noteOutcome(vault: Vault, name: ScheduleName, ended: ScheduleOutcome): Promise<ScheduleRecord> {
  const held = await readScheduleRecord(vault, name);
  const succeededAt = ended.success ? ended.at : (held?.succeededAt ?? null);
  return await keep(vault, name, { attemptedAt: held?.attemptedAt ?? ended.at, last: ended, succeededAt });
}

async function keep(vault: Vault, name: ScheduleName, record: ScheduleRecord): Promise<ScheduleRecord> {
  const { last } = record;
  await vault.keepRecord(name, { ...record, last: last === null ? null : { ...last } }, { confidential: false });
  return record;
}
