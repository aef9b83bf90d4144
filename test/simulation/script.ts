import { HAPPENINGS, type Happening } from './happenings.ts';
import { Random } from './machine/random.ts';

/** What happens in a history, and how long everybody is left alone afterwards. */
export interface Step {
  /** Of a happening. */
  readonly name: string;
  /** Seed of the choices that it makes. */
  readonly choice: number;
  /** In ms of the simulated clock. */
  readonly pause: number;
}

const PAUSES = [5, 60, 1_000, 12_000, 45_000] as const;
const TOTAL = HAPPENINGS.reduce((sum, { weight }) => sum + weight, 0);

/** What happens under this seed; fewer steps are its beginning. */
export function scriptOf(seed: number, steps: number): Step[] {
  const random = new Random(seed);
  return Array.from({ length: steps }, () => {
    const { name } = draw(random);
    return { name, choice: random.next(), pause: random.pick(PAUSES) };
  });
}

/** @throws Error where nothing is called so */
export function happeningNamed(name: string): Happening {
  const found = HAPPENINGS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`nothing that happens is called "${name}"`);
  return found;
}

function draw(random: Random): Happening {
  let left = random.below(TOTAL);
  for (const each of HAPPENINGS) {
    left -= each.weight;
    if (left < 0) return each;
  }
  throw new RangeError('nothing was drawn');
}
