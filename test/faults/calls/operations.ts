import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import type { Operation } from './operation.ts';
import { capture } from './operations/capture.ts';
import { reencrypt } from './operations/reencrypt.ts';
import { replace, restore } from './operations/restore.ts';
import { captureValuesOn, rotateOn } from './operations/rotate.ts';

/** An operation of the table, before it is known whether there is a database for it. */
export interface OfferedOperation {
  readonly name: string;
  readonly needs: 'nothing' | 'mariadb';
  /** @throws TypeError where it needs a database and there is none */
  open(mariadb: Mariadb | null): Operation;
}

/** All operations of the table, in its order. */
export const OPERATIONS: readonly OfferedOperation[] = [
  ...[restore, replace, capture, reencrypt].map((each) => ({
    name: each.name,
    needs: 'nothing' as const,
    open: () => each,
  })),
  { name: 'capture-values', needs: 'mariadb', open: (mariadb) => captureValuesOn(required(mariadb)) },
  { name: 'rotate', needs: 'mariadb', open: (mariadb) => rotateOn(required(mariadb)) },
];

function required(mariadb: Mariadb | null): Mariadb {
  if (mariadb === null) throw new TypeError('this operation needs a database');
  return mariadb;
}
