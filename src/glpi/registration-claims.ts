/** What a registration key says of itself; null where it does not. None of it is verified. */
export interface RegistrationClaims {
  readonly owner: string | null;
  readonly reference: string | null;
  readonly passDate: string | null;
}

/** Members under which keys of different ages carry the same; the key is base64 of a flat JSON object. */
const OWNER = ['owner', 'owner_name', 'company', 'customer'];
const REFERENCE = ['reference', 'ref', 'registration_reference', 'serial', 'id'];
const PASS_DATE = ['issued', 'issued_at', 'pass_date', 'passdate', 'pass-date', 'date'];

/** Longest text shown, in characters: a key is made elsewhere and may say anything. */
const LONGEST = 120;

/** Reads the claims of a registration key. */
export function registrationClaims(clear: string): RegistrationClaims {
  const members = membersOf(clear);
  return { owner: pick(members, OWNER), reference: pick(members, REFERENCE), passDate: pick(members, PASS_DATE) };
}

function membersOf(clear: string): ReadonlyMap<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(clear, 'base64').toString('utf8'));
    return new Map(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []);
  } catch {
    return new Map();
  }
}

function pick(members: ReadonlyMap<string, unknown>, names: readonly string[]): string | null {
  for (const name of names) {
    const text = textOf(members.get(name));
    if (text !== null) return text;
  }
  return null;
}

/** `{"name": …}` as GLPI Network's answers have it for an owner, or a plain value. Control characters are left out. */
function textOf(value: unknown): string | null {
  if (typeof value === 'object' && value !== null && 'name' in value) return textOf(value.name);
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value)
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, LONGEST);
  return text === '' ? null : text;
}
