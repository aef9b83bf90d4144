import { Failure } from '../core/failure.ts';
import type { Generation, GenerationDraft } from '../core/generation.ts';
import type { Envelope } from './age-envelope.ts';
import { chunkEscrow, type EscrowSummary, NO_ESCROW } from './escrow-chunk.ts';
import { contentsOf, generationId, orderDraft } from './generation-content.ts';
import { type Body, encodeGeneration, writeBody } from './generation-format.ts';
import type { Shelf, Stores } from './stores.ts';

export interface AddParts extends Stores {
  readonly instance: string;
  readonly envelope: Envelope;
  readonly now: () => Date;
  /** What an error names: the folder, the Secret. */
  readonly target: string;
}

/**
 * Writes a generation under the next number unless the newest has its content, and reads it back. Escrow comes first:
 * killed in between, there are chunks that no generation names yet, and the next capture names them.
 */
export async function addGeneration(
  parts: AddParts,
  unordered: GenerationDraft,
): Promise<{ generation: Generation; added: boolean }> {
  const { generations, escrow, envelope, now } = parts;
  refuseOthers(parts, unordered);
  const draft = orderDraft(unordered);
  const contents = contentsOf(draft);
  const cut = draft.escrow === 'inherit' ? null : chunkEscrow(draft.escrow);
  let body: Body | null = null;
  for (;;) {
    const shelf = await generations.read();
    const newest = shelf.records.at(-1);
    const summary = cut?.summary ?? inherited(shelf);
    if (cut === null) escrow.renew(summary.chunks);
    else await escrow.keep(cut.chunks, new Set(newest?.escrow.chunks));
    const id = generationId(draft, summary, contents);
    if (newest?.generation.id === id) return { generation: newest.generation, added: false };
    body ??= await writeBody(contents, envelope);
    const place = { id, number: shelf.highest + 1, createdAt: now().toISOString() };
    // Taken: another writer was faster. What it wrote may be this very content.
    if (!generations.write(place.number, encodeGeneration(draft, summary, contents, body, place))) continue;
    if (cut !== null) await escrow.keep(cut.chunks, new Set(summary.chunks));
    return { generation: await readBack(parts, place.number), added: true };
  }
}

async function readBack({ generations, target }: AddParts, number: number): Promise<Generation> {
  const { records } = await generations.read();
  const record = records.find(({ generation }) => generation.number === number);
  if (record !== undefined) return record.generation;
  throw new Failure('generation-damaged', `generation ${number} cannot be read back after writing it`, {
    target,
    expected: 'a disk that keeps what is written to it',
    try: 'look for disk errors in the kernel log (dmesg)',
  });
}

function refuseOthers({ instance, target }: AddParts, draft: GenerationDraft): void {
  if (draft.instance === instance) return;
  throw new Failure('vault-foreign', `the vault serves the instance "${instance}"`, {
    target,
    expected: `a generation of it, got one of "${draft.instance}"`,
  });
}

function inherited(shelf: Shelf): EscrowSummary {
  const holder = shelf.records.findLast((record) => record.escrow.count > 0);
  return holder?.escrow ?? NO_ESCROW;
}
