import type { Piece } from '../../stand-in/fault-proxy/link.ts';

/** Where in a server's stream a packet of each kind begins, and how long it is with its header of 4 bytes. */
export interface PacketPlace {
  readonly offset: number;
  readonly length: number;
}

export type PacketKind =
  | 'greeting'
  | 'login answer'
  | 'OK packet'
  | 'result set header'
  | 'column'
  | 'row'
  | 'end of rows';

const HEADER = 4;

/**
 * The first packet of each kind in what a server sent (MySQL client/server protocol, "Text Resultset", with EOF packets):
 * a greeting, the answer to the login, then to each statement either an OK packet or a result set, which begins with
 * the number of its columns.
 */
export function firstOfEachKind(pieces: readonly Piece[]): Map<PacketKind, PacketPlace> {
  const stream = Buffer.concat(pieces.filter(({ direction }) => direction === 'to-client').map(({ bytes }) => bytes));
  const found = new Map<PacketKind, PacketPlace>();
  let expected: 'greeting' | 'login answer' | 'answer' | 'columns' | 'rows' = 'greeting';
  for (let offset = 0; offset < stream.length; ) {
    const length = HEADER + stream.readUIntLE(offset, 3);
    const first = stream[offset + HEADER] ?? 0;
    const isEnd = first === 0xfe && length < HEADER + 9;
    const note = (kind: PacketKind) => {
      if (!found.has(kind)) found.set(kind, { offset, length });
    };
    switch (expected) {
      case 'greeting':
        note('greeting');
        expected = 'login answer';
        break;
      case 'login answer':
        note('login answer');
        expected = 'answer';
        break;
      case 'answer':
        note(first === 0 ? 'OK packet' : 'result set header');
        expected = first === 0 ? 'answer' : 'columns';
        break;
      case 'columns':
        if (isEnd) expected = 'rows';
        else note('column');
        break;
      case 'rows':
        note(isEnd ? 'end of rows' : 'row');
        if (isEnd) expected = 'answer';
    }
    offset += length;
  }
  return found;
}
