import * as z from 'zod/mini';
import type { RecordName, Vault } from '../../vault/vault.ts';

const time = z.iso.datetime();

/** How something that runs on a schedule ended. */
const outcome = z.object({
  /** RFC 3339, UTC. */
  at: time,
  success: z.boolean(),
  /** One sentence for people. */
  message: z.string(),
});

/**
 * The records `drill` and `export`: when it was begun last, which keeps a keeper that is killed by it from beginning again
 * at once, how it ended, and when it last succeeded. Nothing secret.
 */
const shape = z.object({
  attemptedAt: time,
  last: z.nullable(outcome),
  succeededAt: z.nullable(time),
});

export type ScheduleOutcome = z.infer<typeof outcome>;
export type ScheduleRecord = z.infer<typeof shape>;

/** @returns null where it was never begun, or where the record is none. @throws Failure `vault-…` */
export async function readScheduleRecord(
  vault: Pick<Vault, 'record'>,
  name: Extract<RecordName, 'drill' | 'export'>,
): Promise<ScheduleRecord | null> {
  const record = await vault.record(name);
  if (record.kind !== 'present') return null;
  const parsed = shape.safeParse(record.value);
  return parsed.success ? parsed.data : null;
}

/** Writes down that it is begun now. */
export async function noteAttempt(vault: Vault, name: 'drill' | 'export', at: string): Promise<void> {
  const held = await readScheduleRecord(vault, name);
  await keep(vault, name, { attemptedAt: at, last: held?.last ?? null, succeededAt: held?.succeededAt ?? null });
}

/** Writes down how it ended. */
export async function noteOutcome(vault: Vault, name: 'drill' | 'export', ended: ScheduleOutcome): Promise<void> {
  const held = await readScheduleRecord(vault, name);
  const succeededAt = ended.success ? ended.at : (held?.succeededAt ?? null);
  await keep(vault, name, { attemptedAt: held?.attemptedAt ?? ended.at, last: { ...ended }, succeededAt });
}

async function keep(vault: Vault, name: 'drill' | 'export', record: ScheduleRecord): Promise<void> {
  await vault.keepRecord(name, record, { confidential: false });
}
